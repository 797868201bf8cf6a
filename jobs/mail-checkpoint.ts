import { mailCheckpoint } from '../src/audit/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Mails a checkpoint to the auditor in the first hour of every day, or in the next in which the mail server takes it. */
export const mailCheckpointJob = {
  name: 'mail-checkpoint',
  meaning: {
    el: 'Στέλνει κάθε μέρα μια σφραγίδα του ίχνους στον ελεγκτή.',
    en: 'Mails a seal of the trail to the auditor every day.',
  },
  pattern: '20 * * * *',
  run: async (deps) => ({ sent: await mailCheckpoint(deps) }),
} satisfies ScheduledJob<CounterName>

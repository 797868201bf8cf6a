import { mailCheckpoint } from '../src/audit/index.ts'
import type { Job } from './job.ts'

/** Mails a checkpoint to the auditor in the first hour of every day, or in the next in which the mail server takes it. */
export const mailCheckpointJob: Job = {
  name: 'mail-checkpoint',
  pattern: '20 * * * *',
  run: async (deps) => ({ sent: await mailCheckpoint(deps) }),
}

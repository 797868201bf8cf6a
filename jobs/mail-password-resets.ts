import { mailPasswordResets } from '../src/identity/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Mails every minute the links that people who forgot their password have asked for since. */
export const mailPasswordResetsJob = {
  name: 'mail-password-resets',
  meaning: {
    el: 'Στέλνει τους συνδέσμους νέου κωδικού που ζητήθηκαν.',
    en: 'Mails the links for a new password that were asked for.',
  },
  pattern: '* * * * *',
  run: mailPasswordResets,
} satisfies ScheduledJob<CounterName>

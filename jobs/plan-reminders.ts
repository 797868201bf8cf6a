import { planReminders } from '../src/notifications/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Plans, every five minutes, the reminders that have come due, and corrections of what was told and is no longer so. */
export const planRemindersJob = {
  name: 'plan-reminders',
  meaning: {
    el: 'Ετοιμάζει τις υπενθυμίσεις που ήρθε η ώρα τους.',
    en: 'Plans the reminders whose time has come.',
  },
  pattern: '*/5 * * * *',
  run: (deps, { signal }) => planReminders(deps, signal),
} satisfies ScheduledJob<CounterName>

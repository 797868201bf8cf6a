import { sendMessage } from '../src/notifications/index.ts'
import type { QueuedJob } from '../src/scheduler/index.ts'

/** Sends reminders by mail, one task each. Apart from text messages: neither waits for the other. */
export const sendMailJob = {
  name: 'send-mail',
  meaning: { el: 'Στέλνει τις υπενθυμίσεις με e-mail.', en: 'Sends reminders by mail.' },
  attempt: sendMessage,
  perSecond: ({ mailPerSecond }) => mailPerSecond,
} satisfies QueuedJob

/** Sends reminders by text message, one task each. */
export const sendSmsJob = {
  name: 'send-sms',
  meaning: { el: 'Στέλνει τις υπενθυμίσεις με SMS.', en: 'Sends reminders by text message.' },
  attempt: sendMessage,
  perSecond: ({ smsPerSecond }) => smsPerSecond,
} satisfies QueuedJob

import { alertJob, mailAlert } from '../src/alerts/index.ts'
import type { QueuedJob } from '../src/scheduler/index.ts'

/** Mails coordinators and administrators what they have to know. */
export const mailNoticesJob = {
  name: alertJob,
  meaning: {
    el: 'Ενημερώνει με μήνυμα όσους πρέπει να μάθουν κάτι.',
    en: 'Mails staff what they have to know.',
  },
  attempt: mailAlert,
} satisfies QueuedJob

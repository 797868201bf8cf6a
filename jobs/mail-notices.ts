import { mailNotice, noticeJob } from '../src/alerts/index.ts'
import type { QueuedJob } from '../src/scheduler/index.ts'

/** Mails coordinators and administrators what they have to know. */
export const mailNoticesJob = {
  name: noticeJob,
  meaning: {
    el: 'Ενημερώνει με μήνυμα όσους πρέπει να μάθουν κάτι.',
    en: 'Mails staff what they have to know.',
  },
  attempt: mailNotice,
} satisfies QueuedJob

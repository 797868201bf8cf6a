import { mailNotice, noticeJob } from '../src/notices/index.ts'
import type { AskedJob } from '../src/runs/index.ts'

/** Mails coordinators and administrators what they have to know. */
export const mailNoticesJob = {
  name: noticeJob,
  meaning: {
    el: 'Ενημερώνει με μήνυμα όσους πρέπει να μάθουν κάτι.',
    en: 'Mails staff what they have to know.',
  },
  attempt: mailNotice,
} satisfies AskedJob

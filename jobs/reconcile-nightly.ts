import { reconcileNightly } from '../src/reconciliation/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Reconciles every night each campaign that is not closed, and mails the coordinators when something is new. */
export const reconcileNightlyJob = {
  name: 'reconcile-nightly',
  meaning: {
    el: 'Ελέγχει κάθε νύχτα τα βιβλία κάθε διανομής και ενημερώνει για ό,τι νέο χρειάζεται απάντηση.',
    en: 'Checks the books of every campaign each night and tells what is new and needs an answer.',
  },
  pattern: '30 4 * * *',
  run: reconcileNightly,
} satisfies ScheduledJob<CounterName>

import { watchStock } from '../src/reconciliation/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/** Looks, every hour in which people work, which schools would run out of kits, and mails the coordinators what is new. */
export const watchStockJob = {
  name: 'watch-stock',
  meaning: {
    el: 'Ελέγχει κάθε ώρα αν τα σετ σε κάθε σχολείο φτάνουν για τα παιδιά που μένουν.',
    en: 'Looks every hour whether the kits at each school suffice for the children who are left.',
  },
  pattern: '10 7-18 * * *',
  run: watchStock,
} satisfies ScheduledJob<CounterName>

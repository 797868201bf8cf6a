import { sealTrail } from '../src/audit/index.ts'
import type { CounterName, ScheduledJob } from '../src/scheduler/index.ts'

/**
 * Seals every minute what `sealSoon` has left, makes a checkpoint if that was something, and copies it out. Where nothing
 * happens nothing is made.
 */
export const sealTrailJob = {
  name: 'seal-trail',
  meaning: {
    el: 'Σφραγίζει το ίχνος των μεταβολών και φυλάει αντίγραφο της σφραγίδας.',
    en: 'Seals the trail of changes and puts a copy of the seal away.',
  },
  pattern: '* * * * *',
  run: (deps) => sealTrail(deps),
} satisfies ScheduledJob<CounterName>

/** Looks once a day through all events for one without a seal, however old its id: the clock may have jumped there and back. */
export const sweepTrailJob = {
  name: 'sweep-trail',
  meaning: {
    el: 'Ελέγχει μία φορά την ημέρα ότι κάθε εγγραφή του ίχνους έχει σφραγιστεί.',
    en: 'Makes sure once a day that every event of the trail is sealed.',
  },
  pattern: '10 2 * * *',
  run: (deps) => sealTrail(deps, { everything: true }),
} satisfies ScheduledJob<CounterName>

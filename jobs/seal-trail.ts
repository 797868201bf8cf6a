import { sealTrail } from '../src/audit/index.ts'
import type { Job } from './job.ts'

/**
 * Seals every minute what was committed since, makes a checkpoint if that was something, and copies it out. So much later an
 * event can be changed without a trace, and no longer. Where nothing happens nothing is made.
 */
export const sealTrailJob: Job = {
  name: 'seal-trail',
  pattern: '* * * * *',
  run: (deps) => sealTrail(deps),
}

/** Looks once a day through all events for one without a seal, however old its id: the clock may have jumped there and back. */
export const sweepTrailJob: Job = {
  name: 'sweep-trail',
  pattern: '10 2 * * *',
  run: (deps) => sealTrail(deps, { everything: true }),
}

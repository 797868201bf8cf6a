import { hasUnseenEvents, sealTrail } from '../src/audit/index.ts'
import type { Deps } from '../src/deps.ts'
import { every } from './every.ts'
import type { Runner } from './runner.ts'

/** How often it polls, in milliseconds: an event is without a seal for as long. */
const everyMilliseconds = 1000
/** How long after its making an event may be committed to be found here: many times what a commit takes. */
const lookbackMilliseconds = 2000
/** How long it leaves a fault to the job that runs every minute, whose runs are recorded. */
const restMilliseconds = 60_000

/**
 * Seals the trail within a second of a commit, by this process or another, and once more when it stops. It records no runs, and
 * leaves faults and late events to the jobs `seal-trail` and `sweep-trail`.
 */
export function sealSoon(deps: Deps): Runner {
  const isNew = hasUnseenEvents(deps)
  let restsUntil = 0
  const seal = async () => {
    if (await isNew()) await sealTrail(deps, { lookbackMilliseconds })
  }
  const rounds = every(
    everyMilliseconds,
    async () => {
      if (performance.now() >= restsUntil) await seal()
    },
    () => {
      restsUntil = performance.now() + restMilliseconds
    },
  )
  return {
    stop: async () => {
      await rounds.stop()
      await seal().catch(() => {})
    },
  }
}

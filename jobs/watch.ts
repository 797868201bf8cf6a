import { tellTrouble } from '../src/alerts/index.ts'
import type { AllDeps } from '../src/deps.ts'
import { every } from './every.ts'
import { openLane } from './lane.ts'
import { mailNoticesJob } from './mail-notices.ts'
import type { Runner } from './runner.ts'

const roundMilliseconds = 60_000

/**
 * Looks every minute whether the jobs are done, and sees to it that the administrators hear when they are not. Every process
 * has a watch, also one that does no jobs, and it carries these mails itself: so they go out while the runner is stuck or Redis
 * is away, as long as one process lives.
 */
export function startWatch(deps: AllDeps, everyMilliseconds = roundMilliseconds): Runner {
  const lane = openLane(deps, mailNoticesJob)
  const rounds = every(
    everyMilliseconds,
    async () => {
      if ((await tellTrouble(deps)) > 0) lane.wake()
    },
    (error) => deps.log.error({ err: error }, 'nobody could be told of jobs that are late'),
  )
  return {
    stop: async () => {
      await rounds.stop()
      await lane.stop()
    },
  }
}

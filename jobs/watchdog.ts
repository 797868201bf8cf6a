import { alertTroubledJobs } from '../src/alerts/index.ts'
import type { AllDeps } from '../src/deps.ts'
import { every } from './every.ts'
import { mailNoticesJob } from './mail-notices.ts'
import type { Runner } from './runner.ts'
import { startWorkerLoop } from './worker-loop.ts'

const roundMilliseconds = 60_000

/**
 * Checks every minute whether the jobs run, and mails the administrators when they do not. Every process has a watchdog, also one
 * that runs no jobs, and the watchdog sends these mails itself: so they go out while the runner is stuck or Redis is away, as
 * long as one process lives.
 */
export function startWatchdog(deps: AllDeps, everyMilliseconds = roundMilliseconds): Runner {
  const loop = startWorkerLoop(deps, mailNoticesJob)
  const rounds = every(
    everyMilliseconds,
    async () => {
      if ((await alertTroubledJobs(deps)) > 0) loop.wake()
    },
    (error) => deps.log.error({ err: error }, 'nobody could be told of jobs that are late'),
  )
  return {
    stop: async () => {
      await rounds.stop()
      await loop.stop()
    },
  }
}

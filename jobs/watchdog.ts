import { alertTroubledJobs } from '../src/alerts/index.ts'
import type { Deps } from '../src/deps.ts'
import { mailNoticesJob } from './mail-notices.ts'
import type { Runner } from './runner.ts'
import { startWorkerLoop } from './worker-loop.ts'

const roundMilliseconds = 60_000

/**
 * Checks every minute whether the jobs run, and mails the administrators when they do not. Every process has a watchdog, also one
 * that runs no jobs, and the watchdog sends these mails itself: so they go out while the runner is stuck or Redis is away, as
 * long as one process lives.
 */
export function startWatchdog(deps: Deps, everyMilliseconds = roundMilliseconds): Runner {
  const loop = startWorkerLoop(deps, mailNoticesJob)
  let checking: Promise<unknown> | undefined
  const check = () => {
    checking ??= alertTroubledJobs(deps)
      .then((troubled) => troubled > 0 && loop.wake())
      .catch((error: unknown) => deps.log.error({ err: error }, 'nobody could be told of jobs that are late'))
      .finally(() => {
        checking = undefined
      })
  }
  const rounds = setInterval(check, everyMilliseconds)
  rounds.unref()
  return {
    stop: async () => {
      clearInterval(rounds)
      await checking
      await loop.stop()
    },
  }
}

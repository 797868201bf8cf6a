import { Cron } from 'croner'
import type { AllDeps } from '../src/deps.ts'
import { isScheduled } from '../src/scheduler/index.ts'
import { activeRuns, withinGracePeriod } from './graceful-shutdown.ts'
import { runDue, runOverdue } from './overdue.ts'
import type { Runner } from './runner.ts'
import { startWorkerLoop } from './worker-loop.ts'

/** How often it polls for tasks, in milliseconds. */
const pollMilliseconds = 500

/** Runs the jobs in this process: scheduled jobs when they are due or overdue, and tasks as they are enqueued. */
export async function runEmbedded(deps: AllDeps): Promise<Runner> {
  const runs = activeRuns()
  const planned = deps.jobs
    .filter(isScheduled)
    .map(
      (job) =>
        new Cron(job.pattern, { timezone: deps.config.timeZone, unref: true }, () => runs.add(runDue(deps, job))),
    )
  const loops = deps.jobs.flatMap((job) => (isScheduled(job) ? [] : [startWorkerLoop(deps, job)]))
  const polling = setInterval(() => {
    for (const loop of loops) loop.wake()
  }, pollMilliseconds)
  polling.unref()
  const overdue = await runOverdue(deps, runs)
  return {
    stop: async () => {
      for (const cron of planned) cron.stop()
      clearInterval(polling)
      await overdue.stop()
      await Promise.all([...loops.map((loop) => loop.stop()), withinGracePeriod(runs.ended())])
    },
  }
}

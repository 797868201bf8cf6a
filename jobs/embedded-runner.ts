import { Cron } from 'croner'
import type { AllDeps } from '../src/deps.ts'
import { isScheduled, readOverdueJobs, runOnTime } from '../src/scheduler/index.ts'
import { activeRuns, withinGracePeriod } from './graceful-shutdown.ts'
import type { Runner } from './runner.ts'
import { startWorkerLoop } from './worker-loop.ts'

/** How often it polls for tasks, in milliseconds. */
const pollMilliseconds = 500

/**
 * Runs the jobs in this process: scheduled jobs when they are due, and tasks as they are enqueued. A job that was due while no
 * process was up runs now: a machine that is switched off at night misses nothing.
 */
export async function runEmbedded(deps: AllDeps): Promise<Runner> {
  const runs = activeRuns()
  const run = (name: string, work: () => Promise<unknown>) =>
    runs.add(work().catch((error: unknown) => deps.log.error({ job: name, err: error }, 'the job could not begin')))
  const planned = deps.jobs
    .filter(isScheduled)
    .map(
      (job) =>
        new Cron(job.pattern, { timezone: deps.config.timeZone, unref: true }, () =>
          run(job.name, () => runOnTime(deps, job)),
        ),
    )
  const loops = deps.jobs.flatMap((job) => (isScheduled(job) ? [] : [startWorkerLoop(deps, job)]))
  const polling = setInterval(() => {
    for (const loop of loops) loop.wake()
  }, pollMilliseconds)
  polling.unref()
  for (const { job, dueAt } of await readOverdueJobs(deps)) run(job.name, () => runOnTime(deps, job, dueAt))
  return {
    stop: async () => {
      for (const cron of planned) cron.stop()
      clearInterval(polling)
      await Promise.all([...loops.map((loop) => loop.stop()), withinGracePeriod(runs.ended())])
    },
  }
}

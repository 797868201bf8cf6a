import { Cron } from 'croner'
import type { AllDeps } from '../src/deps.ts'
import { isScheduled, readOverdueJobs, runOnTime } from '../src/scheduler/index.ts'
import { farewell } from './farewell.ts'
import { openLane } from './lane.ts'
import type { Runner } from './runner.ts'
import { runsUnderWay } from './runs-under-way.ts'

/** How often it looks for tasks, in milliseconds. */
const lookMilliseconds = 500

/**
 * Does the jobs in this process: those that run by the clock when their time has come, and tasks as they are asked for. What
 * should have run while no process was up runs now: a machine that is switched off at night misses nothing.
 */
export async function runEmbedded(deps: AllDeps): Promise<Runner> {
  const runs = runsUnderWay()
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
  const lanes = deps.jobs.flatMap((job) => (isScheduled(job) ? [] : [openLane(deps, job)]))
  const look = setInterval(() => {
    for (const lane of lanes) lane.wake()
  }, lookMilliseconds)
  look.unref()
  for (const { job, dueAt } of await readOverdueJobs(deps)) run(job.name, () => runOnTime(deps, job, dueAt))
  return {
    stop: async () => {
      for (const cron of planned) cron.stop()
      clearInterval(look)
      await Promise.all([...lanes.map((lane) => lane.stop()), farewell(runs.ended())])
    },
  }
}

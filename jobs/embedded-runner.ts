import { Cron } from 'croner'
import type { Deps } from '../src/deps.ts'
import { readOverdueJobs, runOnTime } from '../src/runs/index.ts'

/** A runner that is at work until it is stopped. */
export interface Runner {
  /** Plans nothing more. What is running ends by itself. */
  stop(): void
}

/**
 * Runs the jobs in this process, each when its time has come, in however many processes there are never twice at once. What
 * should have run while no process was up runs now: a machine that is switched off at night misses nothing.
 */
export async function runEmbedded(deps: Deps): Promise<Runner> {
  const run = (name: string, work: () => Promise<unknown>) =>
    work().then(
      () => undefined,
      (error: unknown) => deps.log.error({ job: name, err: error }, 'the job could not begin'),
    )
  const planned = deps.jobs.map(
    (job) =>
      new Cron(job.pattern, { timezone: deps.config.timeZone, unref: true }, () =>
        run(job.name, () => runOnTime(deps, job)),
      ),
  )
  for (const job of await readOverdueJobs(deps)) void run(job.name, () => runOnTime(deps, job))
  return { stop: () => planned.map((cron) => cron.stop()) }
}

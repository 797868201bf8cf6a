import type { AllDeps } from '../src/deps.ts'
import { readOverdueJobs, runOnTime, type ScheduledJob } from '../src/scheduler/index.ts'
import { plusMilliseconds } from '../src/shared/time.ts'
import { every } from './every.ts'
import type { ActiveRuns } from './graceful-shutdown.ts'
import type { Runner } from './runner.ts'

/** How often what is overdue is looked for, in milliseconds. */
const lookMilliseconds = 5000
/** How long a job may be overdue, once we are up, before it is run although nothing said that it is due. */
const overdueMilliseconds = 60_000

/**
 * Runs what is overdue: at the start whatever no process was up for, later what nothing has begun for a minute. A machine that is switched
 * off at night misses nothing, nor does a clock that stood still, or a Redis that has forgotten when. It has
 * looked once when it answers; a database that does not answer is asked again.
 */
export async function runOverdue(deps: AllDeps, runs: ActiveRuns): Promise<Runner> {
  let milliseconds = 0
  const look = async () => {
    const before = plusMilliseconds(deps.clock.now(), -milliseconds)
    for (const { job, since, dueAt } of await readOverdueJobs(deps))
      if (since <= before) runs.add(runDue(deps, job, dueAt))
    milliseconds = overdueMilliseconds
  }
  const tell = (error: Error) => deps.log.warn({ failure: error.message }, 'what is overdue could not be read')
  await look().catch(tell)
  return every(lookMilliseconds, look, tell)
}

/** Runs a job because its time has come. Never rejects. */
export function runDue(deps: AllDeps, job: ScheduledJob, dueAt?: string): Promise<unknown> {
  return runOnTime(deps, job, dueAt).catch((error: unknown) =>
    deps.log.error({ job: job.name, err: error }, 'the job could not begin'),
  )
}

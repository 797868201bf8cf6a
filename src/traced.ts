import type { AllDeps } from './deps.ts'
import { isScheduled, type Job } from './platform/job.ts'
import type { Tracing } from './platform/observability/span.ts'
import { inSpan } from './platform/observability/tracing.ts'

/** The same database and jobs, with a span for each transaction, run and task. */
export function traced(
  { db, jobs }: Pick<AllDeps, 'db' | 'jobs'>,
  tracing: Tracing,
): Pick<AllDeps, 'db' | 'jobs' | 'tracing'> {
  return {
    tracing,
    db: {
      ...db,
      transact: (work, options) => inSpan(tracing, 'transaction', {}, () => db.transact(work, options)),
    },
    jobs: jobs.map((job) => tracedJob(job, tracing)),
  }
}

function tracedJob(job: Job, tracing: Tracing): Job {
  const name = `job ${job.name}`
  return isScheduled(job)
    ? { ...job, run: (deps, control) => inSpan(tracing, name, {}, () => job.run(deps, control)) }
    : {
        ...job,
        attempt: (deps, task, signal) =>
          inSpan(tracing, name, { 'saka.attempt': task.attempts }, () => job.attempt(deps, task, signal)),
      }
}

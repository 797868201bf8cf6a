import { Cron } from 'croner'
import type { Deps } from '../src/deps.ts'
import type { Job } from './job.ts'

/** A runner that is at work until it is stopped. */
export interface Runner {
  /** Plans nothing more. What is running ends by itself. */
  stop(): void
}

/** Runs `jobs` in this process, each when its time has come and never twice at once. A failure is logged and tried at the next time. */
export function runEmbedded(deps: Deps, jobs: Job[]): Runner {
  const planned = jobs.map(
    (job) =>
      new Cron(job.pattern, { timezone: deps.config.timeZone, protect: true, unref: true }, async () => {
        try {
          deps.log.info({ job: job.name, ...(await job.run(deps)) }, 'job done')
        } catch (error) {
          deps.log.error({ job: job.name, err: error }, 'job failed')
        }
      }),
  )
  return { stop: () => planned.map((cron) => cron.stop()) }
}

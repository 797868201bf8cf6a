import { sql } from 'drizzle-orm'
import type { Columns } from '../platform/db/index.ts'
import type { RunFigures, RunStatus } from './rules.ts'

/** What each job did, and when. */
export const runTables = (c: Columns) => ({
  jobRuns: c.table(
    'job_runs',
    {
      id: c.id('id').primaryKey(),
      job: c.text('job').notNull(),
      status: c.word<RunStatus>('status').notNull(),
      /** Who asked for it; null where the time had come. */
      actorId: c.text('actor_id'),
      startedAt: c.instant('started_at').notNull(),
      endedAt: c.instant('ended_at'),
      /** Until then it counts as alive; moved on while it runs. */
      leasedUntil: c.instant('leased_until').notNull(),
      figures: c.json<RunFigures>('figures').notNull(),
      /** Why it failed, as the one who runs the service reads it. */
      failure: c.text('failure'),
    },
    (t) => [
      // Never twice at once, in however many processes.
      c.uniqueIndex('job_runs_one_running').on(t.job).where(sql`status = 'running'`),
      c.index('job_runs_job').on(t.job, t.id),
      c.check('job_runs_ended', sql`(status = 'running') = (ended_at is null)`),
    ],
  ),
})

import { sql } from 'drizzle-orm'
import type { Columns } from '../platform/db/index.ts'
import type { RunCounters, TaskPayload } from '../platform/task.ts'
import type { FailureReason } from './failure-rules.ts'
import type { RunStatus } from './rules.ts'
import type { TaskStatus } from './tasks/rules.ts'

/** What each job did, and when, and what it was asked to do. */
export const runTables = (c: Columns) => ({
  jobRuns: c.table(
    'job_runs',
    {
      id: c.id('id').primaryKey(),
      job: c.text('job').notNull(),
      status: c.word<RunStatus>('status').notNull(),
      /** Who requested it; null for a scheduled run. */
      actorId: c.text('actor_id'),
      /** The time of the schedule that it is for; null where somebody requested it. */
      dueAt: c.instant('due_at'),
      startedAt: c.instant('started_at').notNull(),
      endedAt: c.instant('ended_at'),
      /** Until then it counts as alive; moved on while it runs. */
      leasedUntil: c.instant('leased_until').notNull(),
      figures: c.json<RunCounters>('figures').notNull(),
      /** When somebody told it to stop. */
      cancelRequestedAt: c.instant('cancel_requested_at'),
      /** Why it failed, as the one who runs the service reads it. */
      failure: c.text('failure'),
      /** The same in a word, for everybody else. */
      reason: c.word<FailureReason>('reason'),
    },
    (t) => [
      // Never twice at once, in however many processes.
      c.uniqueIndex('job_runs_one_running').on(t.job).where(sql`status = 'running'`),
      // One tick of the clock is one run, in however many processes.
      c.uniqueIndex('job_runs_once').on(t.job, t.dueAt).where(sql`due_at is not null`),
      c.index('job_runs_job').on(t.job, t.id),
      c.check('job_runs_ended', sql`(status = 'running') = (ended_at is null)`),
    ],
  ),
  /** The outbox: tasks that were enqueued in the transaction of their cause. */
  tasks: c.table(
    'tasks',
    {
      /** Chosen by who enqueues it: enqueued twice, it is still one. */
      id: c.text('id').primaryKey(),
      job: c.text('job').notNull(),
      /** Ids and numbers; no name, no address. */
      payload: c.json<TaskPayload>('payload').notNull(),
      status: c.word<TaskStatus>('status').notNull(),
      /** Not before. */
      runAt: c.instant('run_at').notNull(),
      attempts: c.int('attempts').notNull(),
      /** Until then the process that does it counts as alive. */
      leasedUntil: c.instant('leased_until'),
      /** When it was dispatched to a queue outside the database. */
      dispatchedAt: c.instant('handed_at'),
      /** Why the last attempt failed, as the one who runs the service reads it. */
      failure: c.text('failure'),
      /** The same in a word, for everybody else. */
      reason: c.word<FailureReason>('reason'),
      createdAt: c.instant('created_at').notNull(),
      endedAt: c.instant('ended_at'),
    },
    (t) => [
      c.index('tasks_due').on(t.job, t.status, t.runAt, t.id),
      c.index('tasks_job').on(t.job, t.createdAt, t.id),
      c.check('tasks_status', sql`status in ('queued', 'running', 'done', 'failed', 'cancelled')`),
      c.check('tasks_ended', sql`(status in ('queued', 'running')) = (ended_at is null)`),
      c.check('tasks_leased', sql`(status = 'running') = (leased_until is not null)`),
    ],
  ),
})

import { defineProblem } from '../shared/problem.ts'
import { type Instant, plusMilliseconds } from '../shared/time.ts'

/** `running → done | failed | cancelled | interrupted`: the last when the process ended under it. */
export const runStatuses = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const

/** One of {@link runStatuses}. */
export type RunStatus = (typeof runStatuses)[number]

/** How long a run or a task counts as alive without a sign of life, in milliseconds. */
export const leaseMilliseconds = 2 * 60_000

/** No lease that is taken by `now` ends later: one that does was made by a clock that was ahead and has been put back. */
export function longestLease(now: Instant): Instant {
  return plusMilliseconds(now, 2 * leaseMilliseconds)
}

/** How late a job may be before somebody is told, in milliseconds: a machine may have been asleep for a while. */
const graceMilliseconds = 15 * 60_000

/** Whether a job that was due at `dueAt` and has not begun since is late at `now`. */
export function isLate(dueAt: Instant | null, now: Instant): boolean {
  return dueAt !== null && Date.parse(now) - Date.parse(dueAt) > graceMilliseconds
}

/** What is known of a scheduled job when somebody asks how it does. */
export interface JobHistory {
  lastRun: { status: RunStatus; startedAt: Instant } | null
  /** When the last run that was done began. */
  lastDoneAt: Instant | null
  nextRunAt: Instant | null
}

/**
 * Whether a job has failed and it is not to be expected that the next run mends it soon: that one is far away, or runs have
 * failed for a while.
 */
export function isFailing({ lastRun, lastDoneAt, nextRunAt }: JobHistory, now: Instant): boolean {
  if (lastRun?.status !== 'failed' && lastRun?.status !== 'interrupted') return false
  return isLate(now, nextRunAt ?? now) || isLate(lastDoneAt ?? lastRun.startedAt, now)
}

/** A run of the job is active. */
export const jobRunning = defineProblem<{ name: string }>({
  code: 'job_running',
  status: 409,
  title: 'The job is running',
  detail: ({ name }) => `${name} is running already. Look at its runs in a minute.`,
  members: () => ({ retryAfter: 60 }),
})

/** The job does queued tasks, and has no schedule. */
export const notByClock = defineProblem<{ name: string }>({
  code: 'not_by_clock',
  status: 409,
  title: 'The job does not run by the clock',
  detail: ({ name }) => `${name} does what it is asked for. Retry what failed of it instead.`,
})

/** What is in Redis cannot be shown. */
export const redisAway = defineProblem({
  code: 'redis_away',
  status: 503,
  title: 'Redis does not answer',
  detail: () =>
    'The queues are in Redis, which does not answer. Nothing is lost: jobs go on once it does. Look again later.',
  members: () => ({ retryAfter: 30 }),
})

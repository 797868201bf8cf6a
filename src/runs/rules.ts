import type { Deps } from '../deps.ts'
import { defineProblem } from '../kernel/problem.ts'
import type { Instant } from '../kernel/time.ts'

/** Work that happens by itself, again and again. */
export interface Job {
  /** kebab-case, as an operator reads it. */
  name: string
  /** What it does, in one sentence for a coordinator. */
  meaning: { el: string; en: string }
  /** When: a cron pattern in the municipality's time zone. */
  pattern: string
  /** Does it once and answers its figures. Doing it twice does no harm. */
  run(deps: Deps): Promise<RunFigures>
}

/** What a run did: how many things it looked at, did, left out … by name. */
export type RunFigures = Record<string, number>

/** `running → done | failed | interrupted`: the last when the process ended under it. */
export const runStatuses = ['running', 'done', 'failed', 'interrupted'] as const

/** One of {@link runStatuses}. */
export type RunStatus = (typeof runStatuses)[number]

/** How long a run counts as alive without a sign of life, in milliseconds. */
export const leaseMilliseconds = 2 * 60_000

/** How late a job may be before somebody is told, in milliseconds: a machine may have been asleep for a while. */
const graceMilliseconds = 15 * 60_000

/** Whether a job that was due at `dueAt` and has not begun since is late at `now`. */
export function isLate(dueAt: Instant | null, now: Instant): boolean {
  return dueAt !== null && Date.parse(now) - Date.parse(dueAt) > graceMilliseconds
}

/** The job is at work. */
export const jobRunning = defineProblem<{ name: string }>({
  code: 'job_running',
  status: 409,
  title: 'The job is running',
  detail: ({ name }) => `${name} is at work already. Look at its runs in a minute.`,
  members: () => ({ retryAfter: 60 }),
})

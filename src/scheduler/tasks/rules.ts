import { defineProblem } from '../../shared/problem.ts'

/**
 * `queued → running → done | failed`, back to `queued` to be tried again, or `cancelled` before it ran. What failed stays to
 * be looked at, and can be enqueued again.
 */
export const taskStatuses = ['queued', 'running', 'done', 'failed', 'cancelled'] as const

/** One of {@link taskStatuses}. */
export type TaskStatus = (typeof taskStatuses)[number]

/** How often a task is tried before it has failed: for three hours and more, with the waits between. */
export const mostAttempts = 10

const firstWait = 60_000
const longestWait = 30 * 60_000

/** How long to wait before the next attempt, in milliseconds: a minute, then each time twice as long, to half an hour. */
export function waitAfter(attempts: number): number {
  return Math.min(firstWait * 2 ** (attempts - 1), longestWait)
}

/** Thrown by a job: this task has not worked yet and should be tried again. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater'
  /** How long to wait, in seconds; {@link waitAfter} says, if absent. */
  readonly afterSeconds: number | undefined
  /** The whole job should pause for as long: it is not about this task, so this was no attempt of its own. */
  readonly pausesJob: boolean
  /** False where the time for it has not come: that has not failed, and may happen as often as it likes. */
  readonly isAttempt: boolean

  constructor(
    reason: string,
    {
      afterSeconds,
      pausesJob = false,
      isAttempt = !pausesJob,
      cause,
    }: { afterSeconds?: number; pausesJob?: boolean; isAttempt?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { cause })
    this.afterSeconds = afterSeconds
    this.pausesJob = pausesJob
    this.isAttempt = isAttempt
  }
}

/** Thrown by a job: trying this task again is of no use. It has failed. */
export class GiveUp extends Error {
  override readonly name: string = 'GiveUp'
}

/** The process that did a task ended under it, each time. */
export class ProcessEnded extends GiveUp {
  override readonly name = 'ProcessEnded'
}

/** No run or task of the job is active or waiting. */
export const nothingToCancel = defineProblem<{ name: string }>({
  code: 'nothing_to_cancel',
  status: 409,
  title: 'There is nothing to cancel',
  detail: ({ name }) => `${name} is not running and nothing of it is waiting.`,
})

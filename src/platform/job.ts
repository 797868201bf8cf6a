import type { AllDeps } from '../deps.ts'
import type { Wording } from '../shared/wording.ts'
import type { Config } from './config/config.ts'
import type { RunCounters, TaskPayload } from './task.ts'

interface Named {
  /** kebab-case, as an operator reads it. */
  name: string
  /** What it does, in one sentence for a coordinator. */
  meaning: Wording
}

/** Work that happens by itself, again and again. */
export interface ScheduledJob<Figure extends string = string> extends Named {
  /** When: a cron pattern in the municipality's time zone. */
  pattern: string
  /** Does it once and answers its figures. Doing it twice does no harm. */
  run(deps: AllDeps, control: RunControl): Promise<Partial<Record<Figure, number>>>
}

/** What a run is given to say how far it is and to be told to stop. */
export interface RunControl {
  /** Aborted when somebody cancels the run or the service stops. What was done by then stays done. */
  signal: AbortSignal
  /** Shows how far it is, to whoever looks at the run. */
  progress(figures: RunCounters): void
}

/** Work that is asked for a piece at a time, each piece a task. The tasks of one job are done one after another. */
export interface QueuedJob extends Named {
  /**
   * Does one task. It may be done twice: by a process that died before it could say that it was done, and by the next.
   * Throws `RetryLater` or `GiveUp` to say what becomes of it; any other error is tried again a few times.
   */
  attempt(deps: AllDeps, task: QueuedTask, signal: AbortSignal): Promise<void>
  /** How many tasks a second at most; as many as go, if absent. */
  perSecond?(config: Config): number
}

/** A task as its job sees it. */
export interface QueuedTask {
  id: string
  payload: TaskPayload
  /** The how-manieth attempt this is, from 1. */
  attempts: number
}

/** Work that happens without anybody doing it. */
export type Job<Figure extends string = string> = ScheduledJob<Figure> | QueuedJob

/** Whether a job runs by the clock. */
export function isScheduled(job: Job): job is ScheduledJob {
  return 'pattern' in job
}

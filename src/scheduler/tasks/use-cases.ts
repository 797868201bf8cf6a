import type { AllDeps, Deps } from '../../deps.ts'
import { isStorageFault } from '../../platform/db/index.ts'
import type { QueuedJob } from '../../platform/job.ts'
import type { TaskPayload } from '../../platform/task.ts'
import type { Tx } from '../../schema.ts'
import { type Instant, plusMilliseconds } from '../../shared/time.ts'
import { failureOf } from '../failure-rules.ts'
import { leaseMilliseconds } from '../rules.ts'
import {
  insertTask,
  leaseNextTask,
  leaseTask,
  markDispatched,
  type Task,
  undoDispatch,
  updateTask,
} from './repository.ts'
import { GiveUp, mostAttempts, ProcessEnded, RetryLater, waitAfter } from './rules.ts'

/** A task to enqueue. */
export interface NewTask {
  /** Its name for good: enqueued twice, it is still one. */
  id: string
  /** The name of the job that does it. */
  job: string
  payload: TaskPayload
  /** When to begin; now, if absent. */
  runAt?: Instant
}

/**
 * Enqueues a task in the transaction of its cause: it is rolled back with it, and never lost once that is committed. Answers
 * false for one that was enqueued before.
 */
export function enqueue(
  { clock }: Pick<Deps, 'clock'>,
  tx: Tx,
  { id, job, payload, runAt }: NewTask,
): Promise<boolean> {
  const now = clock.now()
  return insertTask(tx, { id, job, payload, runAt: runAt ?? now, createdAt: now, status: 'queued', attempts: 0 })
}

/** Begins the next task of a job that is due; undefined when there is none. */
export function beginNextTask(deps: Deps, { name }: QueuedJob): Promise<Task | undefined> {
  const { now, until } = leaseOf(deps)
  return deps.db.transact((tx) => leaseNextTask(tx, name, now, until))
}

/** Begins this task; undefined when it is not due, is done, or is active elsewhere. */
export function beginTask(deps: Deps, id: string): Promise<Task | undefined> {
  const { now, until } = leaseOf(deps)
  return deps.db.transact((tx) => leaseTask(tx, id, now, until))
}

/** After how long a task that was dispatched to a queue and has not been begun is dispatched again: the queue may have lost it. */
const redispatchMilliseconds = 5 * 60_000

/**
 * Dispatches due tasks of a job, `limit` at most, through `take`, which puts them into a queue. Should that fail they are
 * dispatched again later; so are those that a queue has lost. A task that is in a queue twice is still done once.
 */
export async function dispatchTasks(
  { db, clock }: Deps,
  { name }: QueuedJob,
  limit: number,
  take: (ids: string[]) => Promise<unknown>,
): Promise<void> {
  const now = clock.now()
  const chosen = { now, dispatchedBefore: plusMilliseconds(now, -redispatchMilliseconds), limit }
  const ids = await db.transact((tx) => markDispatched(tx, name, chosen))
  if (ids.length === 0) return
  try {
    await take(ids)
  } catch (error) {
    await db.transact((tx) => undoDispatch(tx, ids))
    throw error
  }
}

function leaseOf({ clock }: Deps) {
  const now = clock.now()
  return { now, until: plusMilliseconds(now, leaseMilliseconds) }
}

/** How an attempt ended. */
export interface Ended {
  status: 'done' | 'queued' | 'failed'
  /** How long the whole job should pause, in milliseconds. */
  pause: number
  /** Records it. The next task may be begun in the same commit. */
  write(): Promise<void>
}

/**
 * Attempts a task that this process has begun, holding on to it for as long as it takes, and answers how that ended. Never
 * throws: what the job throws is the task's failure.
 */
export async function attemptTask(deps: AllDeps, job: QueuedJob, task: Task, signal: AbortSignal): Promise<Ended> {
  const { db, clock, log, metrics } = deps
  const change = (values: Partial<Task>) => db.transact((tx) => updateTask(tx, task, values))
  const alive = setInterval(
    () => void change({ leasedUntil: leaseOf(deps).until }).catch(() => undefined),
    leaseMilliseconds / 4,
  )
  try {
    // One that ended its process each time is not begun for ever.
    if (task.attempts > mostAttempts) throw new ProcessEnded('the service ended each time while doing this')
    await job.attempt(deps, task, signal)
    metrics.attempts.inc({ job_name: job.name, status: 'done' })
    return {
      status: 'done',
      pause: 0,
      write: () => change({ status: 'done', endedAt: clock.now(), leasedUntil: null, failure: null, reason: null }),
    }
  } catch (error) {
    const { failure, reason } = failureOf(error, isStorageFault)
    const { after, pause, attempts } = verdict(error, task, signal)
    const status = after === undefined ? 'failed' : 'queued'
    metrics.attempts.inc({ job_name: job.name, status })
    const isNotYet = error instanceof RetryLater && !error.isAttempt && !error.pausesJob
    const level = status === 'failed' ? 'error' : isNotYet ? 'debug' : 'warn'
    log[level]({ job: job.name, task: task.id, attempts: task.attempts, failure }, `the task is ${status}`)
    const now = clock.now()
    const end = after === undefined ? { endedAt: now } : { runAt: plusMilliseconds(now, after), dispatchedAt: null }
    return { status, pause, write: () => change({ status, attempts, failure, reason, leasedUntil: null, ...end }) }
  } finally {
    clearInterval(alive)
  }
}

/** What becomes of a task after an error: when it is tried again, in milliseconds, if ever. */
function verdict(error: unknown, { attempts }: Task, signal: AbortSignal) {
  if (error instanceof GiveUp) return { after: undefined, pause: 0, attempts }
  if (error instanceof RetryLater && !error.isAttempt) {
    const after = (error.afterSeconds ?? 60) * 1000
    return { after, pause: error.pausesJob ? after : 0, attempts: attempts - 1 }
  }
  if (signal.aborted) return { after: 0, pause: 0, attempts: attempts - 1 }
  if (attempts >= mostAttempts) return { after: undefined, pause: 0, attempts }
  const asked = error instanceof RetryLater ? error.afterSeconds : undefined
  return { after: asked === undefined ? waitAfter(attempts) : asked * 1000, pause: 0, attempts }
}

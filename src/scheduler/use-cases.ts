import { recordEvent } from '../audit/index.ts'
import type { AllDeps, Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import { isStorageFault } from '../platform/db/index.ts'
import { isScheduled, type Job, type ScheduledJob } from '../platform/job.ts'
import type { RunCounters } from '../platform/task.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import { type Instant, plusMilliseconds } from '../shared/time.ts'
import { countersInWords } from './counter-labels.ts'
import { lastDue, nextDue } from './cron-schedule.ts'
import { type FailureReason, failureOf, failureWords } from './failure-rules.ts'
import {
  findLastDoneAt,
  findLastRun,
  insertRun,
  interruptRuns,
  isCancelled,
  type JobRun,
  listRuns,
  requestCancel,
  updateRun,
} from './repository.ts'
import { isFailing, isLate, jobRunning, leaseMilliseconds, notByClock, type RunStatus } from './rules.ts'
import { cancelQueued, countTasks, findOldestDue, listTasks, requeueFailed, type Task } from './tasks/repository.ts'
import { nothingToCancel, type TaskStatus } from './tasks/rules.ts'

/** A job with when it runs, when it last did, and whether it should have since; a queued job has its tasks instead. */
export type PlannedJob = Pick<Job, 'name' | 'meaning'> & {
  pattern: string | null
  nextRunAt: Instant | null
  late: boolean
  lastRun: ShownRun | null
  tasks: Partial<Record<TaskStatus, number>> | null
}

/** A run with its counters and its failure in words. */
export type ShownRun = ReturnType<typeof shownRun>

/** A task with its failure in words. */
export type ShownTask = ReturnType<typeof shownTask>

function shownRun(run: JobRun) {
  return { ...run, summary: countersInWords(run.figures), reason: reasonInWords(run.reason) }
}

function shownTask(task: Task) {
  return { ...task, reason: reasonInWords(task.reason) }
}

const reasonInWords = (code: FailureReason | null) => code && { code, meaning: failureWords[code] }

/** What looks at the jobs works with. */
export type JobDeps = Deps & Pick<AllDeps, 'jobs' | 'startedAt'>

/** Every job there is, by name. */
export async function readJobs(deps: JobDeps, actor: Actor | undefined): Promise<PlannedJob[]> {
  authorize(actor, 'job:read')
  const planned = deps.jobs.map((job) => planOf(deps, job))
  return (await Promise.all(planned)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The names of the jobs that should have begun by now and have not, or whose work waits. */
export async function readLateJobs(deps: JobDeps): Promise<string[]> {
  const planned = await Promise.all(deps.jobs.map((job) => planOf(deps, job)))
  return planned.filter(({ late }) => late).map(({ name }) => name)
}

/** A job that does not do what it should. */
export interface TroubledJob extends Pick<Job, 'name' | 'meaning'> {
  /** `perhaps` says that this process cannot tell: it has just started, or a run of the job is active. */
  trouble: 'late' | 'failed' | 'perhaps'
}

/** The jobs that are late, that keep failing, or of whose tasks some have failed. */
export async function readTroubledJobs(deps: JobDeps): Promise<TroubledJob[]> {
  const told = await Promise.all(deps.jobs.map(async (job) => ({ job, trouble: await troubleOf(deps, job) })))
  return told.flatMap(({ job: { name, meaning }, trouble }) => (trouble ? [{ name, meaning, trouble }] : []))
}

async function troubleOf(deps: JobDeps, job: Job): Promise<TroubledJob['trouble'] | undefined> {
  const now = deps.clock.now()
  const { read } = deps.db
  const { late, lastRun, nextRunAt, tasks } = await planOf(deps, job)
  if (late) return 'late'
  if (!isScheduled(job)) {
    if ((tasks?.failed ?? 0) > 0) return 'failed'
    return isLate(nextRunAt, now) ? 'perhaps' : undefined
  }
  if (isFailing({ lastRun, nextRunAt, lastDoneAt: await findLastDoneAt(read, job.name) }, now)) return 'failed'
  const isOverdue = !lastRun || isLate(nextRunOf(deps, job, lastRun.startedAt), now)
  return isOverdue || lastRun.status === 'running' ? 'perhaps' : undefined
}

/** A job whose time has come since its last run, and nothing ran it. */
export interface OverdueJob {
  job: ScheduledJob
  /** The first moment that it missed. */
  since: Instant
  /** The last, which a run now answers: all that it missed is done by one. */
  dueAt: Instant
}

/** The jobs whose time came and went after their last run while nothing ran. */
export async function readOverdueJobs(deps: JobDeps): Promise<OverdueJob[]> {
  const now = deps.clock.now()
  const scheduled = deps.jobs.filter(isScheduled)
  const lastRuns = await Promise.all(scheduled.map(({ name }) => findLastRun(deps.db.read, name, now)))
  return scheduled.flatMap((job, i) => {
    const since = lastRuns[i] && nextRunOf(deps, job, lastRuns[i].startedAt)
    return since && since <= now ? [{ job, since, dueAt: lastDueOf(deps, job, now) }] : []
  })
}

async function planOf(deps: JobDeps, job: Job): Promise<PlannedJob> {
  const { name, meaning } = job
  const now = deps.clock.now()
  if (!isScheduled(job)) {
    const [tasks, oldest] = await Promise.all([countTasks(deps.db.read, name), findOldestDue(deps.db.read, name)])
    // What waited while nothing was up is not late yet when something is.
    const since = oldest && oldest < deps.startedAt ? deps.startedAt : oldest
    return { name, meaning, pattern: null, nextRunAt: oldest, late: isLate(since, now), lastRun: null, tasks }
  }
  const lastRun = (await findLastRun(deps.db.read, name, now)) ?? null
  const since = lastRun && lastRun.startedAt > deps.startedAt ? lastRun.startedAt : deps.startedAt
  const late = isLate(nextRunOf(deps, job, since), now)
  return {
    name,
    meaning,
    pattern: job.pattern,
    nextRunAt: nextRunOf(deps, job, now),
    late,
    lastRun: lastRun && shownRun(lastRun),
    tasks: null,
  }
}

/** When a job is due for the first time after an instant. */
const nextRunOf = ({ config }: Deps, { pattern }: ScheduledJob, after: Instant) =>
  nextDue(pattern, config.timeZone, after)

/** The last moment, not after `now`, at which a job was due. */
const lastDueOf = ({ config }: Deps, { pattern }: ScheduledJob, now: Instant) => lastDue(pattern, config.timeZone, now)

/** The runs of a job, the newest first. Raises `not_found`. */
export async function readRuns(
  deps: JobDeps,
  actor: Actor | undefined,
  name: string,
  page: PageQuery,
): Promise<Page<ShownRun>> {
  authorize(actor, 'job:read')
  const { items, nextCursor } = await listRuns(deps.db.read, getJob(deps, name).name, page)
  return { items: items.map(shownRun), nextCursor }
}

/** The tasks of a job, the newest first. Raises `not_found`. */
export async function readTasks(
  deps: JobDeps,
  actor: Actor | undefined,
  { name, status }: { name: string; status?: TaskStatus | undefined },
  page: PageQuery,
): Promise<Page<ShownTask>> {
  authorize(actor, 'job:read')
  const { items, nextCursor } = await listTasks(deps.db.read, { job: getJob(deps, name).name, status }, page)
  return { items: items.map(shownTask), nextCursor }
}

/** Enqueues again the tasks of a job that failed: for all, or for those with these ids. Raises `not_found`. */
export function retryTasks(
  deps: JobDeps,
  actor: Actor | undefined,
  { name, ids }: { name: string; ids?: string[] | undefined },
): Promise<{ retried: number }> {
  authorize(actor, 'job:run')
  const job = getJob(deps, name)
  return deps.db.transact(async (tx) => {
    const retried = await requeueFailed(tx, job.name, deps.clock.now(), ids)
    if (retried > 0) await recordEvent(deps, tx, actor, 'job.retried', deps.newId(), { job: name, retried })
    return { retried }
  })
}

/**
 * Cancels what waits of a job (all, or the tasks with these ids) and tells an active run to stop where it can. What
 * has been done stays done. Raises `not_found` and `nothing_to_cancel`.
 */
export function cancelJob(
  deps: JobDeps,
  actor: Actor | undefined,
  { name, ids }: { name: string; ids?: string[] | undefined },
): Promise<{ cancelled: number }> {
  authorize(actor, 'job:run')
  const job = getJob(deps, name)
  return deps.db.transact(async (tx) => {
    const at = deps.clock.now()
    const cancelled = isScheduled(job) ? await requestCancel(tx, name, at) : await cancelQueued(tx, name, at, ids)
    if (cancelled === 0) throw nothingToCancel({ name })
    await recordEvent(deps, tx, actor, 'job.cancelled', deps.newId(), { job: name, cancelled })
    return { cancelled }
  })
}

/**
 * Begins a run of a job now, and answers it while it goes on. Raises `not_found`, `not_by_clock` and `job_running`.
 */
export async function requestRun(deps: AllDeps, actor: Actor | undefined, name: string): Promise<ShownRun> {
  authorize(actor, 'job:run')
  const job = getJob(deps, name)
  if (!isScheduled(job)) throw notByClock({ name })
  const run = await beginRun(deps, job, { actor })
  if (!run) throw jobRunning({ name })
  void finishRun(deps, job, run.id)
  return shownRun(run)
}

/**
 * Runs a job because its time has come, to its end, once for each time that it was due; undefined when that run has been or
 * the one before is running.
 */
export async function runOnTime(
  deps: AllDeps,
  job: ScheduledJob,
  dueAt = lastDueOf(deps, job, deps.clock.now()),
): Promise<JobRun | undefined> {
  const run = await beginRun(deps, job, { dueAt })
  if (run) await finishRun(deps, job, run.id)
  return run
}

function getJob({ jobs }: JobDeps, name: string): Job {
  const job = jobs.find((known) => known.name === name)
  if (!job) throw notFound({ what: 'job' })
  return job
}

function beginRun(
  deps: Deps,
  job: ScheduledJob,
  { actor, dueAt = null }: { actor?: Actor; dueAt?: Instant | null },
): Promise<JobRun | undefined> {
  const { db, clock, newId } = deps
  return db.transact(async (tx) => {
    const startedAt = clock.now()
    await interruptRuns(tx, job.name, startedAt)
    const run: JobRun = {
      id: newId(),
      job: job.name,
      status: 'running',
      actorId: actor?.id ?? null,
      dueAt,
      startedAt,
      endedAt: null,
      leasedUntil: plusMilliseconds(startedAt, leaseMilliseconds),
      cancelRequestedAt: null,
      figures: {},
      failure: null,
      reason: null,
    }
    if (!(await insertRun(tx, run))) return undefined
    if (actor) await recordEvent(deps, tx, actor, 'job.requested', run.id, { job: job.name })
    return run
  })
}

/** How often a run shows that it is alive and how far it is, and looks whether it should stop, in milliseconds. */
const beatMilliseconds = 2000

/** Does the work and writes down how it ended. Never throws: there is nobody to catch it. */
async function finishRun(deps: AllDeps, job: ScheduledJob, id: Id): Promise<void> {
  const { db, clock, log, metrics } = deps
  const ended = (status: RunStatus) => metrics.jobRuns.inc({ job_name: job.name, status })
  const change = (values: Parameters<typeof updateRun>[2]) => db.transact((tx) => updateRun(tx, id, values))
  const stop = new AbortController()
  let figures: RunCounters = {}
  const beat = async () => {
    if (await isCancelled(db.read, id)) stop.abort()
    await change({ leasedUntil: plusMilliseconds(clock.now(), leaseMilliseconds), figures })
  }
  const alive = setInterval(() => void beat().catch(() => undefined), beatMilliseconds)
  const progress = (now: RunCounters) => {
    figures = { ...now }
  }
  try {
    figures = (await job.run(deps, { signal: stop.signal, progress })) as RunCounters
    const status = stop.signal.aborted ? 'cancelled' : 'done'
    await change({ status, endedAt: clock.now(), figures })
    ended(status)
    log.info({ job: job.name, ...figures }, 'job done')
  } catch (error) {
    const status = stop.signal.aborted ? 'cancelled' : 'failed'
    if (status === 'failed') log.error({ job: job.name, err: error }, 'job failed')
    ended(status)
    await change({ status, endedAt: clock.now(), figures, ...failureOf(error, isStorageFault) }).catch(
      (again: unknown) => log.error({ job: job.name, err: again }, 'how the job ended could not be stored'),
    )
  } finally {
    clearInterval(alive)
  }
}

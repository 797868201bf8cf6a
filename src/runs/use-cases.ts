import { Cron } from 'croner'
import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Page, PageQuery } from '../kernel/page.ts'
import { notFound } from '../kernel/problem.ts'
import { type Instant, plusMilliseconds } from '../kernel/time.ts'
import { findLastRun, insertRun, interruptRuns, type JobRun, listRuns, updateRun } from './repository.ts'
import { isLate, type Job, jobRunning, leaseMilliseconds } from './rules.ts'

/** A job with when it runs, when it last did, and whether it should have since. */
export type PlannedJob = Pick<Job, 'name' | 'meaning' | 'pattern'> & {
  nextRunAt: Instant | null
  late: boolean
  lastRun: JobRun | null
}

/** Every job there is, by name. */
export async function readJobs(deps: Deps, actor: Actor | undefined): Promise<PlannedJob[]> {
  authorize(actor, 'job:read')
  const planned = deps.jobs.map((job) => planOf(deps, job))
  return (await Promise.all(planned)).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The names of the jobs that should have begun by now and have not. */
export async function readLateJobs(deps: Deps): Promise<string[]> {
  const planned = await Promise.all(deps.jobs.map((job) => planOf(deps, job)))
  return planned.filter(({ late }) => late).map(({ name }) => name)
}

/** The jobs whose time came and went after their last run while nothing ran. */
export async function readOverdueJobs(deps: Deps): Promise<Job[]> {
  const now = deps.clock.now()
  const lastRuns = await Promise.all(deps.jobs.map(({ name }) => findLastRun(deps.db.read, name)))
  return deps.jobs.filter((job, i) => {
    const due = lastRuns[i] && nextRunOf(deps, job, lastRuns[i].startedAt)
    return due && due <= now
  })
}

async function planOf(deps: Deps, job: Job): Promise<PlannedJob> {
  const { name, meaning, pattern } = job
  const lastRun = (await findLastRun(deps.db.read, name)) ?? null
  const now = deps.clock.now()
  const since = lastRun && lastRun.startedAt > deps.startedAt ? lastRun.startedAt : deps.startedAt
  const late = isLate(nextRunOf(deps, job, since), now)
  return { name, meaning, pattern, nextRunAt: nextRunOf(deps, job, now), late, lastRun }
}

/** When a job is due for the first time after an instant. */
function nextRunOf({ config }: Deps, { pattern }: Job, after: Instant): Instant | null {
  const next = new Cron(pattern, { timezone: config.timeZone }).nextRun(new Date(after))
  return next?.toISOString() ?? null
}

/** The runs of a job, the newest first. Raises `not_found`. */
export async function readRuns(
  deps: Deps,
  actor: Actor | undefined,
  name: string,
  page: PageQuery,
): Promise<Page<JobRun>> {
  authorize(actor, 'job:read')
  return listRuns(deps.db.read, getJob(deps, name).name, page)
}

/**
 * Begins a run of a job now, and answers it while it goes on. Raises `not_found` and `job_running`.
 */
export async function requestRun(deps: Deps, actor: Actor | undefined, name: string): Promise<JobRun> {
  authorize(actor, 'job:run')
  const job = getJob(deps, name)
  const run = await beginRun(deps, job, actor)
  if (!run) throw jobRunning({ name })
  void finishRun(deps, job, run.id)
  return run
}

/** Runs a job because its time has come, to its end; undefined when it is at work already. */
export async function runOnTime(deps: Deps, job: Job): Promise<JobRun | undefined> {
  const run = await beginRun(deps, job, undefined)
  if (run) await finishRun(deps, job, run.id)
  return run
}

function getJob({ jobs }: Deps, name: string): Job {
  const job = jobs.find((known) => known.name === name)
  if (!job) throw notFound({ what: 'job' })
  return job
}

function beginRun(deps: Deps, job: Job, actor: Actor | undefined): Promise<JobRun | undefined> {
  const { db, clock, newId } = deps
  return db.transact(async (tx) => {
    const startedAt = clock.now()
    await interruptRuns(tx, job.name, startedAt)
    const run: JobRun = {
      id: newId(),
      job: job.name,
      status: 'running',
      actorId: actor?.id ?? null,
      startedAt,
      endedAt: null,
      leasedUntil: plusMilliseconds(startedAt, leaseMilliseconds),
      figures: {},
      failure: null,
    }
    if (!(await insertRun(tx, run))) return undefined
    if (actor) await recordEvent(deps, tx, actor, 'job.requested', run.id, { job: job.name })
    return run
  })
}

/** Does the work and writes down how it ended. Never throws: there is nobody to catch it. */
async function finishRun(deps: Deps, job: Job, id: Id): Promise<void> {
  const { db, clock, log } = deps
  const change = (values: Parameters<typeof updateRun>[2]) => db.transact((tx) => updateRun(tx, id, values))
  const alive = setInterval(
    () => void change({ leasedUntil: plusMilliseconds(clock.now(), leaseMilliseconds) }).catch(() => undefined),
    leaseMilliseconds / 4,
  )
  try {
    const figures = await job.run(deps)
    await change({ status: 'done', endedAt: clock.now(), figures })
    log.info({ job: job.name, ...figures }, 'job done')
  } catch (error) {
    log.error({ job: job.name, err: error }, 'job failed')
    const failure = error instanceof Error ? error.message.slice(0, 500) : 'unknown'
    await change({ status: 'failed', endedAt: clock.now(), failure }).catch((again: unknown) =>
      log.error({ job: job.name, err: again }, 'how the job ended could not be stored'),
    )
  } finally {
    clearInterval(alive)
  }
}

import { setTimeout as pause } from 'node:timers/promises'
import { type ConnectionOptions, Queue, Worker } from 'bullmq'
import type { AllDeps, Deps } from '../src/deps.ts'
import {
  type AskedJob,
  attemptTask,
  beginTask,
  handOverTasks,
  isScheduled,
  nextDue,
  readOverdueJobs,
  runOnTime,
  type ScheduledJob,
} from '../src/scheduler/index.ts'
import { plusMilliseconds } from '../src/shared/time.ts'
import { every } from './every.ts'
import { farewell } from './farewell.ts'
import type { Runner } from './runner.ts'
import { type RunsUnderWay, runsUnderWay } from './runs-under-way.ts'

/** The queue of the ticks of the clock. */
export const clockQueue = 'clock'

const lookMilliseconds = 500
/** How often it looks whether Redis still knows the clock, and whether something is overdue. */
const planMilliseconds = 5000
/** How long a job may be overdue before it is run without Redis. */
const overdueMilliseconds = 60_000
/** How many tasks of a job without a pace wait in its queue at most. */
const mostHanded = 500
/** How long Redis may take to answer before it counts as away, in milliseconds. */
const patienceMilliseconds = 5000
const kept = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } }

/** Something that ends with the runner. */
interface Part {
  stop(): Promise<unknown>
}

/**
 * Does the jobs together with every other process on the same Redis: BullMQ keeps the clock and shares the tasks out. What is
 * to be done and what became of it is in the database, so that Redis may go away or forget everything: then it waits, and
 * nothing is lost or done twice.
 */
export async function runOnRedis(deps: AllDeps, redisUrl: string): Promise<Runner> {
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const overdue = runsUnderWay()
  const parts = [
    keepClock(deps, connection, overdue),
    ...deps.jobs.flatMap((job) => (isScheduled(job) ? [] : [shareTasks(deps, job, connection)])),
  ]
  await runOverdue(deps, 0, overdue)
  return {
    stop: () => farewell(Promise.all(parts.map((part) => part.stop())).then(() => overdue.ended())),
  }
}

/** Runs what has been overdue for some time: no process was up, or Redis has been away or has forgotten when. */
async function runOverdue(deps: AllDeps, milliseconds: number, runs: RunsUnderWay): Promise<void> {
  const before = plusMilliseconds(deps.clock.now(), -milliseconds)
  for (const { job, since, dueAt } of await readOverdueJobs(deps)) if (since <= before) runs.add(tick(deps, job, dueAt))
}

/** Runs a job because its time has come. */
function tick(deps: AllDeps, job: ScheduledJob, dueAt?: string): Promise<unknown> {
  return runOnTime(deps, job, dueAt).catch((error: unknown) =>
    deps.log.error({ job: job.name, err: error }, 'the job could not begin'),
  )
}

/**
 * Plans the jobs that run by the clock whenever Redis answers and does not know them, and runs them when it says so; or a
 * minute later by itself, if it says nothing.
 */
function keepClock(deps: AllDeps, connection: ConnectionOptions, overdue: RunsUnderWay): Part {
  const scheduled = deps.jobs.filter(isScheduled)
  const queue = openQueue(deps, clockQueue, connection)
  const worker = openWorker(deps, clockQueue, connection, { concurrency: scheduled.length || 1 }, async (name) => {
    const job = scheduled.find((known) => known.name === name)
    if (job) await tick(deps, job)
  })
  const known = new Set(scheduled.map(({ name }) => name))
  let isFirst = true
  const plan = async () => {
    const planned = await inTime(queue.getJobSchedulersCount())
    if (!isFirst && planned >= known.size) return
    for (const { name, pattern } of scheduled)
      await inTime(queue.upsertJobScheduler(name, { pattern, tz: deps.config.timeZone }, { name, opts: kept }))
    for (const { key } of await inTime(queue.getJobSchedulers()))
      if (!known.has(key)) await inTime(queue.removeJobScheduler(key))
    isFirst = false
  }
  const away = (error: Error) => tellAway(deps, error)
  const planning = every(planMilliseconds, plan, away, 0)
  const catchingUp = every(planMilliseconds, () => runOverdue(deps, overdueMilliseconds, overdue), away, 0)
  return { stop: () => Promise.all([planning.stop(), catchingUp.stop(), worker.close(), queue.close()]) }
}

/** BullMQ's clock goes as ours, on the two nights on which the hour changes too. */
export const clockSettings = {
  repeatStrategy: (milliseconds: number, { pattern, tz }: { pattern?: string; tz?: string }) => {
    const due = pattern && tz ? nextDue(pattern, tz, new Date(milliseconds).toISOString()) : null
    return due ? Date.parse(due) : undefined
  },
}

/** Hands the tasks of a job to its queue as they come due, and does those that this process is given, one after another. */
function shareTasks(deps: AllDeps, job: AskedJob, connection: ConnectionOptions): Part {
  const stopping = new AbortController()
  const queue = openQueue(deps, job.name, connection)
  const pace = job.perSecond?.(deps.config)
  const most = pace === undefined ? mostHanded : Math.max(10, Math.ceil(pace * 60))
  const atOnce = Math.ceil(pace ?? 100_000)
  const limiter = { max: atOnce, duration: pace === undefined ? 1000 : (1000 * atOnce) / pace }
  const worker = openWorker(deps, job.name, connection, { concurrency: 1, limiter }, async (_name, id) => {
    const task = await beginTask(deps, id)
    if (!task) return
    const ended = await attemptTask(deps, job, task, stopping.signal)
    await ended.write()
    if (ended.pause > 0) await worker.rateLimit(ended.pause)
  })
  const relay = every(
    lookMilliseconds,
    async () => {
      const room = most - (await inTime(queue.getWaitingCount()))
      if (room <= 0) return
      const handing = String(Date.now())
      await handOverTasks(deps, job, room, (ids) =>
        // An id of its own each time: BullMQ takes no job that it remembers, and a task may come again.
        inTime(
          queue.addBulk(
            ids.map((id) => ({ name: job.name, data: { id }, opts: { ...kept, jobId: `${id}@${handing}` } })),
          ),
        ),
      )
    },
    (error) => tellAway(deps, error),
    0,
  )
  return {
    stop: () => {
      stopping.abort()
      return Promise.all([relay.stop(), worker.close(), queue.close()])
    },
  }
}

function openQueue(deps: Deps, name: string, connection: ConnectionOptions): Queue {
  const queue = new Queue(name, { prefix: deps.config.redisPrefix, connection, settings: clockSettings })
  queue.on('error', (error) => tellAway(deps, error))
  return queue
}

function openWorker(
  deps: Deps,
  name: string,
  connection: ConnectionOptions,
  options: { concurrency: number; limiter?: { max: number; duration: number } },
  work: (name: string, taskId: string) => Promise<void>,
): Worker {
  const worker = new Worker(name, (job) => work(job.name, job.data.id), {
    prefix: deps.config.redisPrefix,
    connection,
    settings: clockSettings,
    ...options,
  })
  worker.on('error', (error) => tellAway(deps, error))
  return worker
}

const told = new WeakMap<Deps, number>()

/** Says that Redis is away, once a minute. */
function tellAway(deps: Deps, error: Error): void {
  const now = performance.now()
  if (now - (told.get(deps) ?? Number.NEGATIVE_INFINITY) < 60_000) return
  told.set(deps, now)
  deps.log.warn({ failure: error.message }, 'Redis does not answer; jobs wait for it')
}

/** What Redis answers; throws when it takes too long, for BullMQ would wait for ever. */
function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  answer.catch(() => undefined)
  return Promise.race([
    answer,
    pause(patienceMilliseconds, undefined, { ref: false }).then(() => {
      throw new Error('Redis does not answer')
    }),
  ])
}

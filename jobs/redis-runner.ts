import { setTimeout as pause } from 'node:timers/promises'
import { type ConnectionOptions, Queue, Worker } from 'bullmq'
import type { AllDeps, Deps } from '../src/deps.ts'
import { attemptTask, beginTask, dispatchTasks, isScheduled, nextDue, type QueuedJob } from '../src/scheduler/index.ts'
import { every } from './every.ts'
import { activeRuns, withinGracePeriod } from './graceful-shutdown.ts'
import { runDue, runOverdue } from './overdue.ts'
import type { Runner } from './runner.ts'

/** The queue of the scheduled jobs that are due. */
export const clockQueue = 'clock'

const pollMilliseconds = 500
/** How often it checks whether Redis still has the schedules. */
const planMilliseconds = 5000
/** How many tasks of a job without a rate limit wait in its queue at most. */
const mostDispatched = 500
/** How long Redis may take to answer before it counts as away, in milliseconds. */
const patienceMilliseconds = 5000
const kept = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } }

/** A part of the runner, which stops with it. */
interface Part {
  stop(): Promise<unknown>
}

/**
 * Runs the jobs together with every other process on the same Redis: BullMQ keeps the schedules and distributes the tasks. The
 * database alone says what is to be done and how it went, so that Redis may go away or lose everything: the runner then waits,
 * and nothing is lost or done twice.
 */
export async function runOnRedis(deps: AllDeps, redisUrl: string): Promise<Runner> {
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const overdue = activeRuns()
  const parts = [
    runScheduled(deps, connection),
    ...deps.jobs.flatMap((job) => (isScheduled(job) ? [] : [workQueue(deps, job, connection)])),
    await runOverdue(deps, overdue),
  ]
  return {
    stop: () => withinGracePeriod(Promise.all(parts.map((part) => part.stop())).then(() => overdue.ended())),
  }
}

/**
 * Gives Redis the schedules whenever it answers and does not have them, and runs each job when Redis says that it is due.
 * ({@link runOverdue} runs it a minute later, if Redis says nothing.)
 */
function runScheduled(deps: AllDeps, connection: ConnectionOptions): Part {
  const scheduled = deps.jobs.filter(isScheduled)
  const queue = openQueue(deps, clockQueue, connection)
  const worker = openWorker(deps, clockQueue, connection, { concurrency: scheduled.length || 1 }, async (name) => {
    const job = scheduled.find((known) => known.name === name)
    if (job) await runDue(deps, job)
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
  const planning = every(planMilliseconds, plan, (error) => logAway(deps, error), 0)
  return { stop: () => Promise.all([planning.stop(), worker.close(), queue.close()]) }
}

/** BullMQ computes due times as the scheduler does, on the two nights on which the hour changes too. */
export const clockSettings = {
  repeatStrategy: (milliseconds: number, { pattern, tz }: { pattern?: string; tz?: string }) => {
    const due = pattern && tz ? nextDue(pattern, tz, new Date(milliseconds).toISOString()) : null
    return due ? Date.parse(due) : undefined
  },
}

/** Hands the tasks of a job to its queue as they come due, and does those that this process is given, one after another. */
function workQueue(deps: AllDeps, job: QueuedJob, connection: ConnectionOptions): Part {
  const stopping = new AbortController()
  const queue = openQueue(deps, job.name, connection)
  const pace = job.perSecond?.(deps.config)
  const most = pace === undefined ? mostDispatched : Math.max(10, Math.ceil(pace * 60))
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
    pollMilliseconds,
    async () => {
      const room = most - (await inTime(queue.getWaitingCount()))
      if (room <= 0) return
      const handing = String(Date.now())
      await dispatchTasks(deps, job, room, (ids) =>
        // An id of its own each time: BullMQ takes no job that it remembers, and a task may come again.
        inTime(
          queue.addBulk(
            ids.map((id) => ({ name: job.name, data: { id }, opts: { ...kept, jobId: `${id}@${handing}` } })),
          ),
        ),
      )
    },
    (error) => logAway(deps, error),
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
  queue.on('error', (error) => logAway(deps, error))
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
  worker.on('error', (error) => logAway(deps, error))
  return worker
}

const loggedAt = new WeakMap<Deps, number>()

/** Logs that Redis is away, once a minute. */
function logAway(deps: Deps, error: Error): void {
  const now = performance.now()
  if (now - (loggedAt.get(deps) ?? Number.NEGATIVE_INFINITY) < 60_000) return
  loggedAt.set(deps, now)
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

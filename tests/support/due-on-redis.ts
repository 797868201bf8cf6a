import { Queue } from 'bullmq'
import { and, eq, gt, inArray, lte, notInArray, or } from 'drizzle-orm'
import { runOnRedis } from '../../jobs/redis-runner.ts'
import type { AllDeps, Deps } from '../../src/deps.ts'
import { type QueuedJob, RetryLater } from '../../src/scheduler/index.ts'
import { until } from './until.ts'

/**
 * Has the runner on Redis do the tasks of `jobs` that are due by the clock of `deps`, until none is left that can be done: a job that
 * pauses is left at that.
 */
export async function doDueOnRedis(deps: AllDeps, jobs: readonly QueuedJob[], redisUrl: string): Promise<void> {
  const paused = new Set<string>()
  const watched = jobs.map((job) => ({
    ...job,
    attempt: (...args: Parameters<QueuedJob['attempt']>) =>
      job.attempt(...args).catch((error: unknown) => {
        if (error instanceof RetryLater && error.pausesJob) paused.add(job.name)
        throw error
      }),
  }))
  const elsewhere = await tasksBegun(deps)
  const runner = await runOnRedis({ ...deps, jobs: watched }, redisUrl)
  try {
    await until('what is due is done', async () => {
      const working = jobs.map(({ name }) => name).filter((name) => !paused.has(name))
      return !(await hasOpenTask(deps, working, elsewhere))
    })
  } finally {
    await runner.stop()
    for (const name of paused) await endPause(deps, name, redisUrl)
  }
}

/** The tasks that other processes have begun, and may have died over: until their lease is over nobody else begins them. */
async function tasksBegun({ db, clock }: Deps): Promise<string[]> {
  const { q, t } = db.read
  const { id, status, leasedUntil } = t.tasks
  const begun = await q
    .select({ id })
    .from(t.tasks)
    .where(and(eq(status, 'running'), gt(leasedUntil, clock.now())))
  return begun.map((task) => task.id)
}

/** Whether a task of a job that works is due, or one is begun that was not before. */
async function hasOpenTask({ db, clock }: Deps, working: string[], elsewhere: string[]): Promise<boolean> {
  const { q, t } = db.read
  const { id, job, status, runAt } = t.tasks
  const isBegun = and(eq(status, 'running'), notInArray(id, elsewhere))
  const isDue = and(eq(status, 'queued'), lte(runAt, clock.now()), inArray(job, working))
  const open = await q.select({ id }).from(t.tasks).where(or(isBegun, isDue)).limit(1)
  return open.length > 0
}

/** A pause goes by the clock on the wall, and a test by its own: the next time it is over. */
async function endPause({ config }: Deps, job: string, redisUrl: string): Promise<void> {
  const queue = new Queue(job, { prefix: config.redisPrefix, connection: { url: redisUrl } })
  await queue.removeRateLimitKey()
  await queue.close()
}

import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import { longestLease } from '../rules.ts'
import type { TaskStatus } from './rules.ts'

/** One task as stored. */
export type Task = Tables['tasks']['$inferSelect']

/** Adds a task unless it has been enqueued before; answers whether it is new. */
export async function insertTask({ q, t }: Tx, task: Tables['tasks']['$inferInsert']): Promise<boolean> {
  return (await q.insert(t.tasks).values(task).onConflictDoNothing().returning({ id: t.tasks.id })).length > 0
}

/** The process that did it has given no sign of life; or a clock that was ahead, and has been put back, made its lease. */
const isDead = (k: Tables['tasks'], now: Instant) =>
  and(eq(k.status, 'running'), or(lt(k.leasedUntil, now), gt(k.leasedUntil, longestLease(now))))

/** Its time has come. */
const isDue = (k: Tables['tasks'], now: Instant) => and(eq(k.status, 'queued'), lte(k.runAt, now))

/** It was enqueued to run at once, by a clock that was ahead and has been set back. */
const isAstray = (k: Tables['tasks'], now: Instant) =>
  and(eq(k.status, 'queued'), gt(k.createdAt, longestLease(now)), lte(k.runAt, k.createdAt))

/** Tasks for which {@link isAstray} holds: none, as a rule. By the index on when they were enqueued, which finds that at once. */
async function astrayTasks({ q, t }: Reader, job: string, now: Instant): Promise<Pick<Task, 'id' | 'dispatchedAt'>[]> {
  const { id, status, runAt, createdAt, dispatchedAt } = t.tasks
  const ahead = and(eq(t.tasks.job, job), gt(createdAt, longestLease(now)))
  const rows = await q.select({ id, status, runAt, createdAt, dispatchedAt }).from(t.tasks).where(ahead)
  return rows.filter((task) => task.status === 'queued' && task.runAt <= task.createdAt)
}

/** Whether a task of the job can be begun at `now`. */
export async function hasDueTask(reader: Reader, job: string, now: Instant): Promise<boolean> {
  return (await dueTasks(reader, job, now, 1)).length > 0
}

/** Ids of tasks that can be begun at `now`: first those whose process died, then the longest due. */
async function dueTasks(reader: Reader, job: string, now: Instant, limit: number): Promise<string[]> {
  const { q, t } = reader
  const k = t.tasks
  const dead = and(eq(k.job, job), isDead(k, now))
  const rows = await q.select({ id: k.id }).from(k).where(dead).limit(limit)
  if (rows.length < limit) {
    const due = and(eq(k.job, job), isDue(k, now))
    const waiting = q.select({ id: k.id }).from(k).where(due)
    rows.push(...(await waiting.orderBy(asc(k.runAt), asc(k.id)).limit(limit - rows.length)))
  }
  if (rows.length < limit) rows.push(...(await astrayTasks(reader, job, now)))
  return rows.slice(0, limit).map(({ id }) => id)
}

/** Begins the next task of a job that can be begun at `now`. */
export async function leaseNextTask(tx: Tx, job: string, now: Instant, until: Instant): Promise<Task | undefined> {
  const [id] = await dueTasks(tx, job, now, 1)
  return id === undefined ? undefined : leaseTask(tx, id, now, until)
}

/** Begins this task if it can be begun at `now`. */
export async function leaseTask({ q, t }: Tx, id: string, now: Instant, until: Instant): Promise<Task | undefined> {
  const k = t.tasks
  const [task] = await q
    .update(k)
    .set({ status: 'running', leasedUntil: until, attempts: sql`${k.attempts} + 1` })
    .where(and(eq(k.id, id), or(isDue(k, now), isAstray(k, now), isDead(k, now))))
    .returning()
  return task
}

/** Changes a task as the attempt that holds it: nothing happens when another attempt has begun since. */
export async function updateTask(
  { q, t }: Tx,
  { id, attempts }: Pick<Task, 'id' | 'attempts'>,
  change: Partial<Task>,
): Promise<void> {
  const k = t.tasks
  const held = and(eq(k.id, id), eq(k.status, 'running'), eq(k.attempts, attempts))
  await q.update(k).set(change).where(held)
}

/**
 * Marks as dispatched, at `now`, tasks of a job that can be begun and have not been dispatched to a queue since
 * `dispatchedBefore` or since their process died; no more than `limit`. Answers their ids.
 */
export async function markDispatched(
  tx: Tx,
  job: string,
  { now, dispatchedBefore, limit }: { now: Instant; dispatchedBefore: Instant; limit: number },
): Promise<string[]> {
  const { q, t } = tx
  const k = t.tasks
  const dispatchedLongAgo = or(
    isNull(k.dispatchedAt),
    lt(k.dispatchedAt, dispatchedBefore),
    gt(k.dispatchedAt, longestLease(now)),
  )
  const dispatchedToTheDead = or(isNull(k.dispatchedAt), lt(k.dispatchedAt, k.leasedUntil))
  const dead = and(eq(k.job, job), isDead(k, now), dispatchedToTheDead)
  const due = and(eq(k.job, job), isDue(k, now), dispatchedLongAgo)
  const waiting = q.select({ id: k.id }).from(k).where(due)
  const rows = [
    ...(await q.select({ id: k.id }).from(k).where(dead).limit(limit)),
    ...(await waiting.orderBy(asc(k.runAt), asc(k.id)).limit(limit)),
    ...(await astrayTasks(tx, job, now)).filter(
      ({ dispatchedAt }) =>
        dispatchedAt === null || dispatchedAt < dispatchedBefore || dispatchedAt > longestLease(now),
    ),
  ]
  const ids = rows.slice(0, limit).map(({ id }) => id)
  if (ids.length > 0) await q.update(k).set({ dispatchedAt: now }).where(inArray(k.id, ids))
  return ids
}

/** Marks these tasks as not dispatched: the queue could not be reached. */
export async function undoDispatch({ q, t }: Tx, ids: string[]): Promise<void> {
  await q.update(t.tasks).set({ dispatchedAt: null }).where(inArray(t.tasks.id, ids))
}

/** Cancels what waits of a job, or those of it with these ids; answers how many. */
export async function cancelQueued({ q, t }: Tx, job: string, at: Instant, ids?: string[]): Promise<number> {
  const k = t.tasks
  const waiting = and(eq(k.job, job), eq(k.status, 'queued'), ids && inArray(k.id, ids))
  return (await q.update(k).set({ status: 'cancelled', endedAt: at }).where(waiting).returning({ id: k.id })).length
}

/** Enqueues again what has failed of a job, or those of it with these ids; answers how many. */
export async function requeueFailed({ q, t }: Tx, job: string, now: Instant, ids?: string[]): Promise<number> {
  const k = t.tasks
  const failed = and(eq(k.job, job), eq(k.status, 'failed'), ids && inArray(k.id, ids))
  const again = { status: 'queued' as const, attempts: 0, runAt: now, dispatchedAt: null, endedAt: null }
  return (await q.update(k).set(again).where(failed).returning({ id: k.id })).length
}

/** How many tasks a job has, by status. */
export async function countTasks({ q, t }: Reader, job: string): Promise<Partial<Record<TaskStatus, number>>> {
  const k = t.tasks
  const rows = await q.select({ status: k.status, tasks: count() }).from(k).where(eq(k.job, job)).groupBy(k.status)
  return Object.fromEntries(rows.map(({ status, tasks }) => [status, tasks]))
}

/** Since when the task waits that has been due the longest. */
export async function findOldestDue({ q, t }: Reader, job: string): Promise<Instant | null> {
  const k = t.tasks
  const queued = and(eq(k.job, job), eq(k.status, 'queued'))
  const [oldest] = await q.select({ runAt: k.runAt }).from(k).where(queued).orderBy(asc(k.runAt)).limit(1)
  return oldest?.runAt ?? null
}

/** The tasks of a job, the newest first. */
export async function listTasks(
  { q, t }: Reader,
  { job, status }: { job: string; status?: TaskStatus | undefined },
  page: PageQuery,
): Promise<Page<Task>> {
  const k = t.tasks
  const after = decodeCursor(page.cursor, 2)
  const older = after && sql`(${k.createdAt}, ${k.id}) < (${String(after[0])}, ${String(after[1])})`
  const rows = await q
    .select()
    .from(k)
    .where(and(eq(k.job, job), status && eq(k.status, status), older))
    .orderBy(desc(k.createdAt), desc(k.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (task) => [task.createdAt, task.id])
}

/** Deletes tasks that are done or cancelled and ended before `before`; answers how many. What failed stays to be seen. */
export async function deleteTasks({ q, t }: Tx, before: Instant): Promise<number> {
  const k = t.tasks
  const old = and(inArray(k.status, ['done', 'cancelled']), lt(k.endedAt, before))
  return (await q.delete(k).where(old).returning({ id: k.id })).length
}

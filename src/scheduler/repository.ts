import { and, desc, eq, gt, isNotNull, lt, lte, ne, or } from 'drizzle-orm'
import { pageDescending } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import { longestLease } from './rules.ts'

/** One run of a job. */
export type JobRun = Tables['jobRuns']['$inferSelect']

/** Begins a run; false while another of the same job is active, or when the time that it was due at has had its run. */
export async function insertRun({ q, t }: Tx, run: Tables['jobRuns']['$inferInsert']): Promise<boolean> {
  return (await q.insert(t.jobRuns).values(run).onConflictDoNothing().returning({ id: t.jobRuns.id })).length > 0
}

/**
 * Interrupts the runs of a job whose process has given no sign of life: their lease ended before `now`, or ends so late that a
 * clock which was ahead must have made it.
 */
export async function interruptRuns({ q, t: { jobRuns: r } }: Tx, job: string, now: Instant): Promise<void> {
  const isDead = or(lt(r.leasedUntil, now), gt(r.leasedUntil, longestLease(now)))
  const dead = and(eq(r.job, job), eq(r.status, 'running'), isDead)
  await q.update(r).set({ status: 'interrupted', endedAt: now, reason: 'process_ended' }).where(dead)
}

/** Changes a run that is still running. */
export async function updateRun(
  { q, t: { jobRuns: r } }: Tx,
  id: Id,
  change: Partial<Pick<JobRun, 'status' | 'endedAt' | 'leasedUntil' | 'figures' | 'failure' | 'reason'>>,
): Promise<void> {
  const running = and(eq(r.id, id), eq(r.status, 'running'))
  await q.update(r).set(change).where(running)
}

/** Tells the active run of a job to stop; answers how many runs that is, 0 or 1. */
export async function requestCancel({ q, t }: Tx, job: string, at: Instant): Promise<number> {
  const r = t.jobRuns
  const running = and(eq(r.job, job), eq(r.status, 'running'))
  return (await q.update(r).set({ cancelRequestedAt: at }).where(running).returning({ id: r.id })).length
}

/** Whether somebody has told a run to stop. */
export async function isCancelled({ q, t }: Reader, id: Id): Promise<boolean> {
  const r = t.jobRuns
  const cancelled = and(eq(r.id, id), isNotNull(r.cancelRequestedAt))
  return (await q.select({ id: r.id }).from(r).where(cancelled)).length > 0
}

/** The last run of a job that had begun by `now`. One that a clock dated ahead, before it was set back, does not count. */
export async function findLastRun({ q, t }: Reader, job: string, now: Instant): Promise<JobRun | undefined> {
  const r = t.jobRuns
  const begun = and(eq(r.job, job), lte(r.startedAt, now))
  return (await q.select().from(r).where(begun).orderBy(desc(r.id)).limit(1))[0]
}

/** When the last run of a job that was done began. */
export async function findLastDoneAt({ q, t }: Reader, job: string): Promise<Instant | null> {
  const r = t.jobRuns
  const done = and(eq(r.job, job), eq(r.status, 'done'))
  const [last] = await q.select({ at: r.startedAt }).from(r).where(done).orderBy(desc(r.id)).limit(1)
  return last?.at ?? null
}

/** The runs of a job, the newest first. */
export function listRuns({ q, t }: Reader, job: string, page: PageQuery): Promise<Page<JobRun>> {
  return pageDescending(q.select().from(t.jobRuns), t.jobRuns, 'id', page, eq(t.jobRuns.job, job))
}

/** Deletes runs that ended and began before `before`; answers how many. */
export async function deleteRuns({ q, t }: Tx, before: Instant): Promise<number> {
  const r = t.jobRuns
  const old = and(lt(r.startedAt, before), ne(r.status, 'running'))
  return (await q.delete(r).where(old).returning({ id: r.id })).length
}

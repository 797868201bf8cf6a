import { and, count, eq, inArray, lt, min, ne, sql, sum } from 'drizzle-orm'
import type { Reader } from '../schema.ts'
import type { Instant } from '../shared/time.ts'

/** The campaigns that are not over. */
export function listLiveCampaigns({ q, t }: Reader) {
  const { id, year, status, kitId, targetQuantity } = t.campaigns
  return q.select({ id, year, status, kitId, targetQuantity }).from(t.campaigns).where(ne(status, 'closed'))
}

/** What each kind of place holds of these kits, all places of a kind together, and how many of them hold less than nothing. */
export async function sumStock({ q, t }: Reader, kitIds: string[]) {
  const { kind, kitId, onHand, reserved } = t.balances
  const rows = await q
    .select({
      kind,
      kitId,
      onHand: sum(onHand),
      reserved: sum(reserved),
      negative: sql<number>`sum(case when ${lt(onHand, 0)} then 1 else 0 end)`,
    })
    .from(t.balances)
    .where(inArray(kitId, kitIds))
    .groupBy(kind, kitId)
  return rows.map(({ kind, kitId, ...sums }) => ({
    kind,
    kitId,
    onHand: Number(sums.onHand),
    reserved: Number(sums.reserved),
    negative: Number(sums.negative),
  }))
}

/** How many tasks of a job wait to be begun at `now`, since when the first of them, how many are at work and how many failed. */
export async function countOpenTasks({ q, t }: Reader, job: string, now: Instant) {
  const k = t.tasks
  const countOf = async (status: 'queued' | 'running' | 'failed') => {
    const due = status === 'queued' ? sql`${k.runAt} <= ${now}` : undefined
    const chosen = and(eq(k.job, job), eq(k.status, status), due)
    const [row] = await q
      .select({ tasks: count(), since: min(k.runAt) })
      .from(k)
      .where(chosen)
    return row!
  }
  const [queued, running, failed] = [await countOf('queued'), await countOf('running'), await countOf('failed')]
  return { queued: queued.tasks, since: queued.since, running: running.tasks, failed: failed.tasks }
}

/** When the last run of each job began and how it ended. */
export function listLastRuns({ q, t }: Reader) {
  const r = t.jobRuns
  const last = q
    .select({ id: sql<string>`max(${r.id})` })
    .from(r)
    .groupBy(r.job)
  return q.select({ job: r.job, status: r.status, startedAt: r.startedAt }).from(r).where(inArray(r.id, last))
}

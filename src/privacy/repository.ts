import { and, eq, isNull } from 'drizzle-orm'
import type { Campaign } from '../campaigns/index.ts'
import { pageDescending } from '../platform/db/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import type { Erasure } from './rules.ts'

/** The closed campaigns, as far as it decides when they are erased. */
export function listClosed({
  q,
  t: { campaigns: c },
}: Reader): Promise<Pick<Campaign, 'id' | 'closedAt' | 'retentionDays'>[]> {
  const { id, closedAt, retentionDays } = c
  return q.select({ id, closedAt, retentionDays }).from(c).where(eq(c.status, 'closed')).orderBy(id)
}

/** The erasure of a campaign, or of what belongs to none, that is under way or was cut off. */
export async function findUnderWay({ q, t }: Reader, campaignId: Id | null): Promise<Erasure | undefined> {
  const { erasures: e } = t
  const mine = campaignId === null ? isNull(e.campaignId) : eq(e.campaignId, campaignId)
  const underWay = and(mine, isNull(e.finishedAt))
  return (await q.select().from(e).where(underWay))[0]
}

/** Begins a report. */
export async function insertErasure({ q, t }: Tx, erasure: Erasure): Promise<void> {
  await q.insert(t.erasures).values(erasure)
}

/** Changes a report that is not finished. */
export async function updateErasure(
  { q, t: { erasures: e } }: Tx,
  id: Id,
  change: Partial<Pick<Erasure, 'erased' | 'finishedAt'>>,
): Promise<void> {
  const underWay = and(eq(e.id, id), isNull(e.finishedAt))
  await q.update(e).set(change).where(underWay)
}

/** The campaign's reports, the newest first. */
export function listErasures({ q, t }: Reader, campaignId: Id, page: PageQuery): Promise<Page<Erasure>> {
  return pageDescending(q.select().from(t.erasures), t.erasures, 'id', page, eq(t.erasures.campaignId, campaignId))
}

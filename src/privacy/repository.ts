import { and, desc, eq, isNull, lt } from 'drizzle-orm'
import type { Campaign } from '../campaigns/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../shared/page.ts'
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
  return (
    await q
      .select()
      .from(e)
      .where(and(mine, isNull(e.finishedAt)))
  )[0]
}

/** Begins a report. */
export async function insertErasure({ q, t }: Tx, erasure: Erasure): Promise<void> {
  await q.insert(t.erasures).values(erasure)
}

/** Changes a report that is not finished. */
export async function updateErasure(
  { q, t }: Tx,
  id: Id,
  change: Partial<Pick<Erasure, 'erased' | 'finishedAt'>>,
): Promise<void> {
  await q
    .update(t.erasures)
    .set(change)
    .where(and(eq(t.erasures.id, id), isNull(t.erasures.finishedAt)))
}

/** The campaign's reports, the newest first. */
export async function listErasures({ q, t }: Reader, campaignId: Id, page: PageQuery): Promise<Page<Erasure>> {
  const { erasures: e } = t
  const after = decodeCursor(page.cursor, 1)
  const rows = await q
    .select()
    .from(e)
    .where(and(eq(e.campaignId, campaignId), after ? lt(e.id, String(after[0])) : undefined))
    .orderBy(desc(e.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, ({ id }) => [id])
}

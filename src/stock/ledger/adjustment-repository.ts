import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** Stock put right by hand. */
export type Adjustment = Tables['adjustments']['$inferSelect']

/** Kits that a school has sent back. */
export type Return = Tables['returns']['$inferSelect']

/** Adds an adjustment. */
export async function insertAdjustment(
  { q, t }: Tx,
  adjustment: Tables['adjustments']['$inferInsert'],
): Promise<Adjustment> {
  return (await q.insert(t.adjustments).values(adjustment).returning())[0]!
}

/** Notes that an adjustment was a mistake. */
export async function markAdjustmentReversed({ q, t }: Tx, id: Id, reversedAt: Instant): Promise<void> {
  await q.update(t.adjustments).set({ reversedAt }).where(eq(t.adjustments.id, id))
}

/** Adds a return. */
export async function insertReturn({ q, t }: Tx, row: Tables['returns']['$inferInsert']): Promise<Return> {
  return (await q.insert(t.returns).values(row).returning())[0]!
}

/** A shipment with kits that did not arrive and that nobody has explained. */
export interface Missing {
  shipmentId: Id
  campaignId: Id
  /** How many are still unexplained. */
  quantity: number
}

/** The earliest shipment of a kit, or the one with this id, that still misses `quantity` kits or more. */
export async function findMissing(
  { q, t }: Reader,
  kitId: Id,
  quantity: number,
  shipmentId: Id | undefined,
): Promise<Missing | undefined> {
  const { shipments: s, adjustments: a } = t
  const left = sql<number>`${s.missingQuantity} + coalesce(sum(${a.quantity}), 0)`
  const [row] = await q
    .select({ shipmentId: s.id, campaignId: s.campaignId, quantity: left })
    .from(s)
    .leftJoin(a, and(eq(a.shipmentId, s.id), isNull(a.reversedAt)))
    .where(and(eq(s.kitId, kitId), gt(s.missingQuantity, 0), shipmentId ? eq(s.id, shipmentId) : undefined))
    .groupBy(s.id)
    .having(sql`${left} >= ${quantity}`)
    .orderBy(asc(s.number))
    .limit(1)
  return row
}

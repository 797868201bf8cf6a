import { and, eq, sql } from 'drizzle-orm'
import type { Campaign } from '../campaigns/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Instant } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'

/**
 * Cancels the shipments of a campaign that were planned and never left, and frees what they would have carried; answers
 * their ids.
 */
export async function cancelPlannedShipments(
  { q, t }: Tx,
  { id, kitId }: Campaign,
  cancelledAt: Instant,
): Promise<Id[]> {
  const s = t.shipments
  const cancelled = await q
    .update(s)
    .set({ status: 'cancelled', cancelledAt, version: sql`${s.version} + 1` })
    .where(and(eq(s.campaignId, id), eq(s.status, 'planned')))
    .returning({ id: s.id, warehouseId: s.warehouseId, quantity: s.quantity })
  const freed = new Map<Id, number>()
  for (const { warehouseId, quantity } of cancelled) freed.set(warehouseId, (freed.get(warehouseId) ?? 0) + quantity)
  const b = t.balances
  for (const [warehouseId, quantity] of freed) {
    const there = and(eq(b.locationId, warehouseId), eq(b.kitId, kitId))
    await q
      .update(b)
      .set({ reserved: sql`${b.reserved} - ${quantity}` })
      .where(there)
  }
  return cancelled.map((shipment) => shipment.id)
}

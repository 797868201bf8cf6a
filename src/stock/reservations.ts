import { recordEvent } from '../audit/index.ts'
import type { Campaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Tx } from '../schema.ts'
import { addReserved, listWarehouseStock, stockOf } from './repository-balances.ts'
import { addReservation, deleteReservations, insertReservations, listReservations } from './repository-reservations.ts'
import { markPlannedPromised } from './repository-shipments.ts'
import { insufficientStock } from './rules.ts'
import { type Promised, spread } from './spread.ts'

/** For whom kits are set aside, and where. */
export interface Beneficiary {
  campaignId: Id
  schoolId: Id
  kitId: Id
  warehouseId: Id
}

/** Sets `quantity` kits aside at a warehouse. Raises `insufficient_stock` where fewer are available. */
export async function setAside(tx: Tx, warehouseId: Id, kitId: Id, quantity: number): Promise<void> {
  if (!(await addReserved(tx, warehouseId, kitId, quantity))) {
    throw insufficientStock(await stockOf(tx, warehouseId, kitId))
  }
}

/**
 * Takes up to `quantity` kits out of what is promised to a school, at `warehouseId` first and then at the others, where
 * they become available; answers how many there were.
 */
export async function drawReservations(
  tx: Tx,
  { campaignId, schoolId, kitId, warehouseId }: Beneficiary,
  quantity: number,
): Promise<number> {
  const promised = await listReservations(tx, campaignId, { schoolId })
  const nearestFirst = promised.sort(
    (a, b) => Number(b.warehouseId === warehouseId) - Number(a.warehouseId === warehouseId),
  )
  let left = quantity
  for (const reservation of nearestFirst) {
    const taken = Math.min(left, reservation.quantity)
    if (taken === 0) break
    await addReservation(tx, { ...reservation, quantity: -taken })
    await addReserved(tx, reservation.warehouseId, kitId, -taken)
    left -= taken
  }
  return quantity - left
}

/** Takes every promise of a campaign back: nothing is reserved for it but what its planned shipments carry. */
export async function releaseReservations(
  _deps: unknown,
  tx: Tx,
  { id, kitId }: Pick<Campaign, 'id' | 'kitId'>,
): Promise<void> {
  for (const [warehouseId, quantity] of sumByWarehouse(await listReservations(tx, id))) {
    await addReserved(tx, warehouseId, kitId, -quantity)
  }
  await deleteReservations(tx, id)
  await markPlannedPromised(tx, id, false)
}

/**
 * Makes these a campaign's promises in place of all that it had: for each school what it is still to be sent, without
 * what was shipped or is planned. Spread over the warehouses, the one with most available first, a school's kits
 * together where they fit. What planned shipments carry counts as promised from now on. Raises `insufficient_stock`.
 */
export async function reserveForSchools(
  deps: Pick<Deps, 'clock' | 'newId'>,
  tx: Tx,
  actor: Actor,
  campaign: Pick<Campaign, 'id' | 'kitId'>,
  lines: Promised[],
): Promise<void> {
  const { id: campaignId, kitId } = campaign
  await releaseReservations(deps, tx, campaign)
  const stock = await listWarehouseStock(tx, kitId)
  const parts = spread(lines, stock)
  await insertReservations(
    tx,
    parts.map((part) => ({ ...part, campaignId, kitId })),
  )
  const reserved = sumByWarehouse(parts)
  for (const [warehouseId, quantity] of reserved) await setAside(tx, warehouseId, kitId, quantity)
  await markPlannedPromised(tx, campaignId, true)
  await recordEvent(deps, tx, actor, 'stock.reserved', campaignId, { byWarehouse: Object.fromEntries(reserved) })
}

function sumByWarehouse(parts: { warehouseId: Id; quantity: number }[]): Map<Id, number> {
  const sums = new Map<Id, number>()
  for (const { warehouseId, quantity } of parts) sums.set(warehouseId, (sums.get(warehouseId) ?? 0) + quantity)
  return sums
}

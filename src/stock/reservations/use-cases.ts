import { recordEvent } from '../../audit/index.ts'
import type { Campaign } from '../../campaigns/index.ts'
import type { Actor } from '../../identity/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'
import { insertPromise, listWarehouseStock, stockOf } from '../ledger/balance-repository.ts'
import type { Sources } from '../ledger/movements.ts'
import { insufficientStock } from '../rules.ts'
import { markPlannedPromised } from '../shipments/repository.ts'
import { distribute, type Promised } from './distribution.ts'
import { addReservation, deleteReservations, insertReservations, listReservations } from './repository.ts'

/** Kits at a warehouse to set aside, or to free if `quantity` is below zero, from an instant on. */
export interface SettingAside {
  warehouseId: Id
  kitId: Id
  quantity: number
  at: Instant
}

/** Sets kits aside for schools, or frees some. Raises `insufficient_stock` where fewer are available. */
export async function setAside(
  deps: Sources,
  tx: Tx,
  { warehouseId, kitId, quantity, at }: SettingAside,
): Promise<void> {
  if (quantity === 0) return
  const done = await insertPromise(tx, { id: deps.newId(), locationId: warehouseId, kitId, quantity, at })
  if (!done) throw insufficientStock(await stockOf(tx, warehouseId, kitId))
}

/** The school that kits are to go to, and where from. */
export interface Destination {
  campaignId: Id
  schoolId: Id
  warehouseId: Id
}

/**
 * Takes up to `quantity` kits out of what is promised to a school, at `warehouseId` first and then at the others, and
 * frees them there; answers how many there were.
 */
export async function drawReservations(
  deps: Sources,
  tx: Tx,
  { campaignId, schoolId, warehouseId }: Destination,
  { quantity, at }: Pick<SettingAside, 'quantity' | 'at'>,
): Promise<number> {
  const isNear = (reservation: { warehouseId: Id }) => Number(reservation.warehouseId === warehouseId)
  const reservations = await listReservations(tx, campaignId, { schoolId })
  let left = quantity
  for (const reservation of reservations.sort((a, b) => isNear(b) - isNear(a))) {
    const taken = Math.min(left, reservation.quantity)
    if (taken === 0) break
    await addReservation(tx, { ...reservation, quantity: -taken })
    await setAside(deps, tx, { ...reservation, quantity: -taken, at })
    left -= taken
  }
  return quantity - left
}

/** Takes every promise of a campaign back: nothing is reserved for it but what its planned shipments carry. */
export async function releaseReservations(
  deps: Sources,
  tx: Tx,
  { id, kitId }: Pick<Campaign, 'id' | 'kitId'>,
): Promise<void> {
  const at = deps.clock.now()
  for (const [warehouseId, quantity] of sumByWarehouse(await listReservations(tx, id))) {
    await setAside(deps, tx, { warehouseId, kitId, quantity: -quantity, at })
  }
  await deleteReservations(tx, id)
  await markPlannedPromised(tx, id, false)
}

/**
 * Makes these a campaign's promises in place of all that it had: for each school what it is still to be sent, without
 * what was shipped or is planned. Distributed over the warehouses, the one with most available first, a school's kits
 * together where they fit. What planned shipments carry counts as promised from now on. Raises `insufficient_stock`.
 */
export async function reserveForSchools(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  campaign: Pick<Campaign, 'id' | 'kitId'>,
  lines: Promised[],
): Promise<void> {
  const { id: campaignId, kitId } = campaign
  await releaseReservations(deps, tx, campaign)
  const parts = distribute(lines, await listWarehouseStock(tx, kitId))
  const reservations = parts.map((part) => ({ ...part, campaignId, kitId }))
  await insertReservations(tx, reservations)
  const at = deps.clock.now()
  const byWarehouse = sumByWarehouse(parts)
  for (const [warehouseId, quantity] of byWarehouse) await setAside(deps, tx, { warehouseId, kitId, quantity, at })
  await markPlannedPromised(tx, campaignId, true)
  const change = { byWarehouse: Object.fromEntries(byWarehouse) }
  await recordEvent(deps, tx, actor, 'stock.reserved', campaignId, change)
}

function sumByWarehouse(parts: { warehouseId: Id; quantity: number }[]): Map<Id, number> {
  const sums = new Map<Id, number>()
  for (const { warehouseId, quantity } of parts) sums.set(warehouseId, (sums.get(warehouseId) ?? 0) + quantity)
  return sums
}

import { recordEvent } from '../../audit/index.ts'
import { checkNotClosed, checkOpen, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { virtualLocations } from '../../places/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { moveStock, type Sources } from '../ledger/movements.ts'
import { addReservation } from '../reservations/repository.ts'
import { setAside } from '../reservations/use-cases.ts'
import { getShipment, listPlanned, type Shipment, updateShipment } from './repository.ts'
import { shipmentNotPlanned } from './rules.ts'

/** A command about the past. */
export interface Happened {
  occurredAt?: string | undefined
}

/**
 * Sends a planned shipment on its way: its kits leave the warehouse, and what was reserved for it is used up. Raises
 * `shipment_not_planned`, also the second time, `insufficient_stock` and `campaign_not_open`.
 */
export function dispatchShipment(deps: Deps, actor: Actor | undefined, id: Id, command: Happened): Promise<Shipment> {
  return deps.db.transact(async (tx) => {
    const planned = await getShipment(tx, id)
    const { warehouseId, kitId, campaignId, quantity } = planned
    authorize(actor, 'shipment:write', { warehouseId })
    refuse(checkOpen(await getCampaign(tx, campaignId)))
    const dispatchedAt = occurred(deps.clock, command.occurredAt)
    const shipment = await updateShipment(tx, id, 'planned', { status: 'dispatched', dispatchedAt })
    if (!shipment) throw shipmentNotPlanned(planned)
    // A promise ends when it is kept, and never before it was given.
    const at = [planned.plannedAt, dispatchedAt].sort().at(-1)!
    await setAside(deps, tx, { warehouseId, kitId, quantity: -quantity, at })
    await moveStock(deps, tx, actor, {
      kitId,
      campaignId,
      kind: 'dispatch',
      fromLocationId: warehouseId,
      toLocationId: virtualLocations.transit,
      quantity,
      causeType: 'shipment',
      causeId: id,
      occurredAt: dispatchedAt,
    })
    await recordEvent(deps, tx, actor, 'shipment.dispatched', id, { quantity, dispatchedAt })
    return shipment
  })
}

/**
 * Gives a planned shipment up: what came out of the school's own promise is promised to it again, the rest is available.
 * Twice changes nothing. Raises `shipment_not_planned` once it has been dispatched.
 */
export function cancelShipment(deps: Deps, actor: Actor | undefined, id: Id): Promise<Shipment> {
  return deps.db.transact(async (tx) => {
    const planned = await getShipment(tx, id)
    authorize(actor, 'shipment:write', { warehouseId: planned.warehouseId })
    if (planned.status === 'cancelled') return planned
    refuse(checkNotClosed(await getCampaign(tx, planned.campaignId)))
    return cancel(deps, tx, actor, planned)
  })
}

/** Gives up every shipment of a campaign that was planned and never left, within the transaction that ends its pickup. */
export async function cancelPlannedShipments(deps: Sources, tx: Tx, actor: Actor, campaignId: Id): Promise<void> {
  for (const planned of await listPlanned(tx, campaignId)) await cancel(deps, tx, actor, planned)
}

async function cancel(deps: Sources, tx: Tx, actor: Actor, planned: Shipment): Promise<Shipment> {
  const { id, warehouseId, kitId, campaignId, schoolId, quantity, reservedQuantity } = planned
  const at = deps.clock.now()
  const shipment = await updateShipment(tx, id, 'planned', { status: 'cancelled', cancelledAt: at })
  if (!shipment) throw shipmentNotPlanned(planned)
  await setAside(deps, tx, { warehouseId, kitId, quantity: reservedQuantity - quantity, at })
  await addReservation(tx, { campaignId, schoolId, kitId, warehouseId, quantity: reservedQuantity })
  await recordEvent(deps, tx, actor, 'shipment.cancelled', id, { reservedQuantity })
  return shipment
}

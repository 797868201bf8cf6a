import type { Campaign } from '../../campaigns/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { listWarehouseStock } from '../ledger/balance-repository.ts'
import { listShipped, plannedByOthers } from '../ledger/figure-repository.ts'
import { campaignStockFigures } from '../ledger/figures.ts'
import { reservedByOthers } from './repository.ts'

/** The stock that an allocation may divide. */
export interface AllocatableStock {
  /** At all warehouses, without what other campaigns have promised of the same kit. */
  onHand: number
  /**
   * What each school has been sent and has not sent back or lost: in its yard, handed out, or on its way. What it rejected
   * or never got is not there: it needs others instead.
   */
  shippedBySchool: Map<Id, number>
  /** What planned shipments carry, which is on hand still. */
  plannedBySchool: Map<Id, number>
}

/** The stock that an allocation of this campaign divides, and where it is. */
export async function stockForAllocation(
  reader: Reader,
  campaign: Pick<Campaign, 'id' | 'kitId'>,
): Promise<AllocatableStock> {
  const { id, kitId } = campaign
  const warehouses = await listWarehouseStock(reader, kitId)
  const promisedElsewhere = (await reservedByOthers(reader, id, kitId)) + (await plannedByOthers(reader, id, kitId))
  const shippedBySchool = new Map<Id, number>()
  const plannedBySchool = new Map<Id, number>()
  for (const [schoolId, { atSchools, handedOut }] of (await campaignStockFigures(reader, campaign)).bySchool) {
    add(shippedBySchool, schoolId, Math.max(0, atSchools + handedOut))
  }
  for (const { schoolId, status, quantity } of await listShipped(reader, id)) {
    if (status === 'dispatched') add(shippedBySchool, schoolId, quantity)
    if (status === 'planned') add(plannedBySchool, schoolId, quantity)
  }
  const onHand = warehouses.reduce((sum, warehouse) => sum + warehouse.onHand, 0) - promisedElsewhere
  return { onHand, shippedBySchool, plannedBySchool }
}

function add(quantities: Map<Id, number>, schoolId: Id, quantity: number): void {
  if (quantity > 0) quantities.set(schoolId, (quantities.get(schoolId) ?? 0) + quantity)
}

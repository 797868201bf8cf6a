import { recordEvent } from '../../audit/index.ts'
import { checkNotClosed, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { openDiscrepancy } from '../../discrepancies/index.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getSchool, virtualLocations } from '../../places/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { countOf, inNumber } from '../../shared/plurals.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { moveStock } from '../ledger/movements.ts'
import type { Happened } from './dispatch.ts'
import { getShipment, type Shipment, updateShipment } from './repository.ts'
import { checkAfterDispatch, checkConfirmedAgain, checkOutcome, type Outcome } from './rules.ts'

/** What became of a shipment, and what the school says to it. */
export type Delivery = Outcome & Happened & { note?: string | undefined }

/**
 * Confirms a delivery: what was accepted is the school's, what was rejected or is missing stays in transit, and what is
 * missing is a `missing_in_transit` discrepancy until somebody explains it. A confirmed delivery is final: the same figures
 * again change nothing, others are 409 `delivery_final`. Raises `delivery_does_not_add_up`, `shipment_not_dispatched` and
 * `before_dispatch`.
 */
export function deliverShipment(deps: Deps, actor: Actor | undefined, id: Id, command: Delivery): Promise<Shipment> {
  return deps.db.transact(async (tx) => {
    const { occurredAt, note, ...outcome } = command
    const known = await getShipment(tx, id)
    authorize(actor, 'shipment:deliver', known)
    refuse(checkOutcome(known, outcome))
    if (known.status !== 'dispatched') {
      refuse(checkConfirmedAgain(known, outcome))
      return known
    }
    refuse(checkNotClosed(await getCampaign(tx, known.campaignId)))
    const deliveredAt = occurred(deps.clock, occurredAt)
    refuse(checkAfterDispatch(known, deliveredAt))
    const change = { ...outcome, status: 'delivered', deliveredAt, ...(note && { note }) } as const
    const shipment = (await updateShipment(tx, id, 'dispatched', change))!
    await bookDelivery(deps, tx, actor, shipment)
    await recordEvent(deps, tx, actor, 'shipment.delivered', id, { ...outcome, deliveredAt })
    return shipment
  })
}

async function bookDelivery(deps: Deps, tx: Tx, actor: Actor, shipment: Shipment): Promise<void> {
  const { id, campaignId, kitId, schoolId, quantity, acceptedQuantity, missingQuantity, deliveredAt } = shipment
  if (acceptedQuantity) {
    await moveStock(deps, tx, actor, {
      kitId,
      campaignId,
      kind: 'delivery',
      fromLocationId: virtualLocations.transit,
      toLocationId: (await getSchool(tx, schoolId)).locationId,
      quantity: acceptedQuantity,
      causeType: 'shipment',
      causeId: id,
      occurredAt: deliveredAt!,
    })
  }
  if (missingQuantity) {
    await openDiscrepancy(deps, tx, actor, {
      campaignId,
      code: 'missing_in_transit',
      severity: 'warning',
      matter: id,
      detail: `Of ${countOf(quantity, 'kit')} of delivery note ${shipment.number} ${missingQuantity} did not arrive. Find ${inNumber(missingQuantity, 'it or write it', 'them or write them')} off.`,
      expected: quantity,
      actual: quantity - missingQuantity,
      records: [{ type: 'shipment', id }],
    })
  }
}

import { getCampaign, getKit } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import type { Actor } from '../../identity/index.ts'
import { getLocation, getSchool } from '../../places/index.ts'
import type { Id } from '../../shared/ids.ts'
import { type Instant, localDate } from '../../shared/time.ts'
import { type DeliveryNote, deliveryNote } from './delivery-note.ts'
import type { Shipment } from './repository.ts'
import { readShipment } from './use-cases.ts'

/** The delivery note of a shipment as a PDF, and its number; staff of a school or a warehouse print its own alone. */
export async function printDeliveryNote(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
): Promise<{ number: number; pdf: Buffer }> {
  const { db, clock, config } = deps
  const shipment = await readShipment(deps, actor, id)
  const { number, status, quantity, dispatchedAt } = shipment
  const day = (instant: Instant) => localDate(instant, config.timeZone)
  const pdf = await deliveryNote({
    number,
    status,
    quantity,
    campaign: (await getCampaign(db.read, shipment.campaignId)).name,
    warehouse: await getLocation(db.read, shipment.warehouseId),
    school: await getSchool(db.read, shipment.schoolId),
    kit: await getKit(db.read, shipment.kitId),
    dispatchedOn: dispatchedAt && day(dispatchedAt),
    delivery: confirmed(shipment, day),
    printedAt: clock.now(),
  })
  return { number, pdf }
}

function confirmed(shipment: Shipment, day: (instant: Instant) => string): DeliveryNote['delivery'] {
  const { deliveredAt, acceptedQuantity, rejectedQuantity, missingQuantity, note } = shipment
  if (!deliveredAt) return null
  return {
    deliveredOn: day(deliveredAt),
    accepted: acceptedQuantity!,
    rejected: rejectedQuantity!,
    missing: missingQuantity!,
    note,
  }
}

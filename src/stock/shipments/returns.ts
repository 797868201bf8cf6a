import { recordEvent } from '../../audit/index.ts'
import { checkNotClosed, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { virtualLocations } from '../../places/index.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { bookIn } from '../ledger/movements.ts'
import { checkDamaged } from '../rules.ts'
import type { Happened } from './dispatch.ts'
import { addReturned, getShipment, type Shipment, updateShipment } from './repository.ts'
import { checkAfterDispatch, checkReturnable } from './rules.ts'

/** What comes back of a shipment: `damagedQuantity` is a part of `quantity`. */
export type ComingBack = Happened & { quantity: number; damagedQuantity: number }

/**
 * Takes kits of a shipment back into the warehouse and writes the damaged ones off: what the school rejected, in one go or
 * several, or the whole of a shipment that was never delivered, which is `returned` then. Raises `not_returnable`,
 * `more_damaged_than_came`, `shipment_not_dispatched` and `before_dispatch`.
 */
export function returnShipment(deps: Deps, actor: Actor | undefined, id: Id, command: ComingBack): Promise<Shipment> {
  return deps.db.transact(async (tx) => {
    const { quantity, damagedQuantity } = command
    const known = await getShipment(tx, id)
    authorize(actor, 'shipment:write', { warehouseId: known.warehouseId })
    refuse(checkNotClosed(await getCampaign(tx, known.campaignId)))
    refuse(checkDamaged(command) ?? checkReturnable(known, quantity))
    const occurredAt = occurred(deps.clock, command.occurredAt)
    refuse(checkAfterDispatch(known, occurredAt))
    const shipment =
      known.status === 'dispatched'
        ? await updateShipment(tx, id, 'dispatched', { status: 'returned', returnedQuantity: quantity })
        : await addReturned(tx, id, quantity)
    await bookIn(deps, tx, actor, {
      kitId: known.kitId,
      campaignId: known.campaignId,
      quantity,
      damagedQuantity,
      kind: 'return',
      causeType: 'shipment',
      causeId: id,
      fromLocationId: virtualLocations.transit,
      toLocationId: known.warehouseId,
      occurredAt,
    })
    await recordEvent(deps, tx, actor, 'shipment.returned', id, { quantity, damagedQuantity, occurredAt })
    return shipment!
  })
}

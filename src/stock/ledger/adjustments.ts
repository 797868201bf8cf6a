import { recordEvent } from '../../audit/index.ts'
import { getKit } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { resolveMatters } from '../../discrepancies/index.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getLocation } from '../../places/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { checkAdjustable, checkTakeable, notMissing } from '../rules.ts'
import { type Adjustment, findMissing, insertAdjustment, type Missing } from './adjustment-repository.ts'
import { stockOf } from './balance-repository.ts'
import { bookDifference } from './movements.ts'
import { campaignsAt, placeOf } from './places.ts'

/** Stock to put right: `quantity` above zero adds, below zero takes away. */
export type NewAdjustment = Pick<Adjustment, 'locationId' | 'kitId' | 'quantity' | 'reason'> & {
  note?: string | undefined
  /** In transit, the shipment whose missing kits it explains; the earliest that misses so many if absent. */
  shipmentId?: Id | undefined
  occurredAt?: string | undefined
}

/**
 * Puts the stock of a kit right by hand, against what is written off: what is found comes back from there. Raises
 * `insufficient_stock` rather than leave less than nothing, `reserved_stock`, `not_adjustable`, and `not_missing` where
 * more is taken out of transit than a shipment misses.
 */
export function adjustStock(deps: Deps, actor: Actor | undefined, command: NewAdjustment): Promise<Adjustment> {
  return deps.db.transact(async (tx) => {
    const { locationId, kitId, quantity, reason, note } = command
    const location = await getLocation(tx, locationId)
    authorize(actor, 'stock:write', placeOf(location))
    refuse(checkAdjustable(location.kind, quantity))
    const occurredAt = occurred(deps.clock, command.occurredAt)
    await getKit(tx, kitId)
    const missing = location.kind === 'transit' ? await getMissing(tx, command) : undefined
    refuse(quantity < 0 ? checkTakeable(await stockOf(tx, locationId, kitId), -quantity) : undefined)
    const shipmentId = missing?.shipmentId ?? null
    const facts = { locationId, kitId, shipmentId, quantity, reason }
    const row = { ...facts, id: deps.newId(), note, occurredAt, recordedAt: deps.clock.now() }
    const adjustment = await insertAdjustment(tx, row)
    const campaignId = missing?.campaignId ?? (await campaignsAt(tx, location, kitId))[0]?.id
    await bookDifference(deps, tx, actor, {
      locationId,
      difference: quantity,
      kitId,
      campaignId,
      kind: 'adjustment',
      causeType: 'adjustment',
      causeId: adjustment.id,
      reason,
      occurredAt,
    })
    await recordEvent(deps, tx, actor, 'stock.adjusted', adjustment.id, facts)
    if (missing?.quantity === -quantity) await settleMissing(deps, tx, actor, missing)
    return adjustment
  })
}

async function getMissing(tx: Tx, { kitId, quantity, shipmentId }: NewAdjustment): Promise<Missing> {
  const missing = await findMissing(tx, kitId, -quantity, shipmentId)
  if (!missing) throw notMissing()
  return missing
}

function settleMissing(deps: Deps, tx: Tx, actor: Actor, { campaignId, shipmentId }: Missing): Promise<void> {
  const resolution = 'Adjustments in transit explain all kits that were missing.'
  return resolveMatters(deps, tx, actor, { campaignId, code: 'missing_in_transit', matters: [shipmentId], resolution })
}

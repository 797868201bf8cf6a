import { recordEvent } from '../../audit/index.ts'
import { checkNotClosed, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getLocation } from '../../places/index.ts'
import { isUniqueViolation, refusedAs } from '../../platform/db/index.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { findLatestCount } from '../counts/repository.ts'
import { markAdjustmentReversed } from './adjustment-repository.ts'
import { checkBudget } from './budget.ts'
import { getMovement, type Movement } from './movement-repository.ts'
import { moveStock, type Sources } from './movements.ts'
import { placeOf } from './places.ts'
import { markReceiptReversed } from './receipt-repository.ts'
import { alreadyReversed, checkReversible, settledByCount } from './reversal-rules.ts'

/**
 * Undoes a movement that was a mistake by its opposite. Raises `already_reversed`, `settled_by_count`, `undone_elsewhere`
 * for a step of a shipment or a redemption, and `insufficient_stock` or `reserved_stock` where the kits are gone.
 */
export function reverse(deps: Deps, actor: Actor | undefined, id: Id, reason: string): Promise<Movement> {
  return deps.db.transact(async (tx) => {
    const movement = await getMovement(tx, id)
    authorize(actor, 'stock:write', await placeOfMovement(tx, movement))
    refuse(checkReversible(movement))
    const campaign = movement.campaignId ? await getCampaign(tx, movement.campaignId) : undefined
    refuse(campaign && checkNotClosed(campaign))
    const reversal = await getMovement(tx, await reverseMovement(deps, tx, actor, id, reason))
    const personal = { campaignId: movement.campaignId, fields: { reason } }
    await recordEvent(deps, tx, actor, 'movement.reversed', id, { reversalId: reversal.id }, personal)
    if (movement.kind === 'adjustment') await markAdjustmentReversed(tx, movement.causeId, reversal.recordedAt)
    if (movement.kind === 'receipt' && campaign) {
      await markReceiptReversed(tx, movement.causeId, reversal.recordedAt)
      await checkBudget(deps, tx, actor, campaign, movement.causeId)
    }
    return reversal
  })
}

/**
 * Writes the opposite of a movement into the ledger, pointing back, and answers its id. It happens when the mistake did, so
 * that a count in between finds the book right; a hand-out is undone by a kit that comes back, now. Raises
 * `already_reversed`, `settled_by_count`, `insufficient_stock` and `reserved_stock`.
 */
export async function reverseMovement(deps: Sources, tx: Tx, actor: Actor, id: Id, reason: string): Promise<Id> {
  const movement = await getMovement(tx, id)
  const { kitId, fromLocationId, toLocationId, quantity, campaignId, occurredAt } = movement
  const countedAt = await findLatestCount(tx, [fromLocationId, toLocationId], kitId, { since: occurredAt })
  if (countedAt) throw settledByCount({ countedAt })
  return moveStock(deps, tx, actor, {
    kitId,
    fromLocationId: toLocationId,
    toLocationId: fromLocationId,
    quantity,
    campaignId,
    kind: 'reversal',
    causeType: 'movement',
    causeId: id,
    reversesId: id,
    reason,
    occurredAt: movement.kind === 'handout' ? deps.clock.now() : occurredAt,
  }).catch(refusedAs(isUniqueViolation, alreadyReversed))
}

async function placeOfMovement(reader: Reader, { fromLocationId, toLocationId }: Movement) {
  const places = [placeOf(await getLocation(reader, fromLocationId)), placeOf(await getLocation(reader, toLocationId))]
  return places.find(({ warehouseId, schoolId }) => warehouseId ?? schoolId) ?? places[0]
}

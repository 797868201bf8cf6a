import { recordEvent } from '../audit/index.ts'
import { checkNotClosed, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import type { Id } from '../shared/ids.ts'
import { refuse } from '../shared/problem.ts'
import { reverseMovement } from '../stock/index.ts'
import { markIssuedAgain } from '../vouchers/index.ts'
import { getRedemption, markUndone, movementOfHandOut } from './repository.ts'
import { alreadyUndone, checkUndo, type Redemption } from './rules.ts'

/**
 * Takes a kit back: its voucher is issued again, or expired where the pickup is over, and its movement is undone by the
 * opposite one. A school undoes its own within 15 minutes (`undo_too_late`), a coordinator at any time before the campaign
 * is closed (`campaign_closed`). Raises `already_undone` the second time.
 */
export function undoRedemption(
  deps: Deps,
  actor: Actor | undefined,
  { redemptionId, reason }: { redemptionId: Id; reason: string },
): Promise<Redemption> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'redemption:undo')
    const redemption = await getRedemption(tx, redemptionId)
    authorize(actor, 'redemption:undo', redemption)
    const campaign = await getCampaign(tx, redemption.campaignId)
    refuse(checkNotClosed(campaign))
    const atDesk = schoolsOf(actor, 'redemption:undo') === undefined
    const now = deps.clock.now()
    refuse(checkUndo(redemption, { now, atDesk }))
    const undone = await markUndone(tx, redemptionId, { reason, at: now })
    if (!undone) throw alreadyUndone({ undoneAt: now })
    await markIssuedAgain(tx, redemption.voucherId, campaign.status === 'open' ? null : campaign.closingAt)
    await reverseMovement(deps, tx, actor, await movementOfHandOut(tx, redemptionId), reason)
    const personal = { campaignId: campaign.id, fields: { reason } }
    await recordEvent(deps, tx, actor, 'voucher.issued_again', redemption.voucherId, { redemptionId }, personal)
    return undone
  })
}

import { recordEvent } from '../../audit/index.ts'
import { type Campaign, checkOpen, getCampaign, moveCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import type { Instant } from '../../shared/time.ts'
import { occurred } from '../../shared/time-facts.ts'
import { cancelPlannedShipments, releaseReservations } from '../../stock/index.ts'
import { expireVouchers } from '../../vouchers/index.ts'
import { findSignedWhileClosing } from '../repository.ts'
import { checkClosable } from '../rules.ts'
import { readStanding } from '../use-cases.ts'

/**
 * Moves a campaign towards its end. The first time the pickup ends: vouchers expire, shipments that never left are
 * cancelled, and what was promised to schools and not shipped is free again. The second time the campaign ends, once a
 * reconciliation made since is signed and still tells the state of the books. Once closed, again changes nothing. Raises
 * `campaign_not_open` for a draft, `open_discrepancies` and `stale_reconciliation`.
 */
export function closeCampaign(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  { occurredAt }: { occurredAt?: string | undefined } = {},
): Promise<Campaign> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'campaign:write')
    const at = occurred(deps.clock, occurredAt)
    if (!(await closePickupWindow(deps, tx, actor, id, at))) await endCampaign(deps, tx, actor, id, at)
    return getCampaign(tx, id)
  })
}

/** Ends the pickup of an open campaign; false where it is not open, or no longer. */
export async function closePickupWindow(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  id: Id,
  closingAt: Instant,
): Promise<boolean> {
  if (!(await moveCampaign(tx, id, 'open', { status: 'closing', closingAt }))) return false
  const vouchersExpired = await expireVouchers(deps, tx, actor, id, closingAt)
  const campaign = await getCampaign(tx, id)
  await releaseReservations(deps, tx, campaign)
  await cancelPlannedShipments(deps, tx, actor, id)
  await recordEvent(deps, tx, actor, 'campaign.closing', id, { closingAt, vouchersExpired })
  return true
}

async function endCampaign(deps: Deps, tx: Tx, actor: Actor, id: Id, closedAt: Instant): Promise<void> {
  const campaign = await getCampaign(tx, id)
  if (campaign.status === 'closed') return
  if (campaign.status !== 'closing') refuse(checkOpen(campaign))
  const signed = await findSignedWhileClosing(tx, id)
  refuse(checkClosable(signed, await readStanding(tx, campaign)))
  await moveCampaign(tx, id, 'closing', { status: 'closed', closedAt })
  await recordEvent(deps, tx, actor, 'campaign.closed', id, { closedAt, reconciliationId: signed?.id })
}

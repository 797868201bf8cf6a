import { recordEvent } from '../../audit/index.ts'
import { type Campaign, checkFourEyes, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { openDiscrepancy } from '../../discrepancies/index.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getLocation, type Location } from '../../places/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { refuse } from '../../shared/problem.ts'
import { stockOf } from '../ledger/balance-repository.ts'
import { bookAt } from '../ledger/movement-repository.ts'
import { bookDifference } from '../ledger/movements.ts'
import { campaignsAt, placeOf } from '../ledger/places.ts'
import { settledByCount } from '../ledger/reversal-rules.ts'
import { listCampaignsReserving, supersedeAllocation } from '../reservations/repository.ts'
import { releaseReservations } from '../reservations/use-cases.ts'
import { type Count, type CountLine, endCount, findLatestCount, getCount, storeExpected } from './repository.ts'
import { countNotOpen } from './rules.ts'

/** How to post a count: whether what is promised to schools may be released where too little is left. */
export interface Posting {
  releaseReserved: boolean
}

/**
 * Posts an open count: the variance against the book at the instant of counting goes into the ledger as a difference, dated
 * then, so that kits that moved while people counted do not spoil it. Posting again changes nothing. Raises
 * `count_not_open`, `four_eyes`, `settled_by_count` where a later count was posted before, `insufficient_stock`, and
 * `reserved_stock` where less would be left than is promised, unless `releaseReserved` takes the promises back.
 */
export function postCount(deps: Deps, actor: Actor | undefined, id: Id, posting: Posting): Promise<Count> {
  return deps.db.transact(async (tx) => {
    const count = await getCount(tx, id)
    const location = await getLocation(tx, count.locationId)
    authorize(actor, 'stock:write', placeOf(location))
    const posted = await endCount(tx, id, { status: 'posted', postedById: actor.id, postedAt: deps.clock.now() })
    if (!posted && count.status !== 'posted') throw countNotOpen(count)
    if (!posted) return count
    for (const line of count.lines) await postLine(deps, tx, actor, count, location, line, posting)
    await recordEvent(deps, tx, actor, 'count.posted', id, { ...posting })
    return getCount(tx, id)
  })
}

async function postLine(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  count: Count,
  location: Location,
  { kitId, counted }: CountLine,
  { releaseReserved }: Posting,
): Promise<void> {
  const campaigns = await campaignsAt(tx, location, kitId)
  for (const campaign of campaigns) refuse(checkFourEyes(campaign, count.createdById, actor))
  const laterCount = await findLatestCount(tx, [location.id], kitId, { after: count.countedAt })
  if (laterCount) throw settledByCount({ countedAt: laterCount })
  const expected = await bookAt(tx, location.id, kitId, count.countedAt)
  await storeExpected(tx, count.id, kitId, expected)
  const variance = counted - expected
  if (variance === 0) return
  if (releaseReserved) await releaseWhereShort(deps, tx, actor, location.id, kitId, variance)
  await bookDifference(deps, tx, actor, {
    locationId: location.id,
    difference: variance,
    kitId,
    campaignId: campaigns[0]?.id,
    kind: 'count',
    causeType: 'count',
    causeId: count.id,
    occurredAt: count.countedAt,
  })
  for (const campaign of campaigns) await reportVariance(deps, tx, actor, count, { kitId, counted, expected }, campaign)
}

/** Takes back every promise of the campaigns that hold kits there, where the difference would leave less than is promised. */
async function releaseWhereShort(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  warehouseId: Id,
  kitId: Id,
  variance: number,
): Promise<void> {
  const { onHand, reserved } = await stockOf(tx, warehouseId, kitId)
  if (onHand + variance >= reserved) return
  for (const campaignId of await listCampaignsReserving(tx, warehouseId, kitId)) {
    await releaseReservations(deps, tx, await getCampaign(tx, campaignId))
    const allocationId = await supersedeAllocation(tx, campaignId)
    if (allocationId) await recordEvent(deps, tx, actor, 'allocation.superseded', allocationId, { campaignId })
  }
}

async function reportVariance(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  { id, locationId }: Count,
  { kitId, counted, expected }: { kitId: Id; counted: number; expected: number },
  { id: campaignId }: Campaign,
): Promise<void> {
  await openDiscrepancy(deps, tx, actor, {
    campaignId,
    code: 'count_variance',
    severity: 'warning',
    matter: `${id}:${kitId}`,
    detail: `The count found ${countOf(counted, 'kit')} where the book said ${expected}. Say why.`,
    expected,
    actual: counted,
    records: [
      { type: 'count', id },
      { type: 'location', id: locationId },
    ],
  })
}

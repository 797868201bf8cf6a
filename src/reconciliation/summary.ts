import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { activeBySchool } from '../enrollment/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import { redeemedBySchool } from '../redemption/index.ts'
import type { Id } from '../shared/ids.ts'
import { noStock, type StockFigures } from '../stock/index.ts'
import { voucherCountsBySchool } from '../vouchers/index.ts'
import { readFigures, sumOf } from './comparison.ts'

/** A campaign's figures, in all or of a part of it, which costs what its kits do at the campaign's average. */
export interface SummaryFigures extends StockFigures {
  /** Active enrollments. */
  enrolled: number
  /** Vouchers that were issued and not revoked since. */
  vouchersIssued: number
  /** Vouchers that were used. */
  redeemed: number
}

/** A campaign's figures, and the same of its schools and communities. */
export interface Summary extends SummaryFigures {
  campaignId: Id
  bySchool: (SummaryFigures & { schoolId: Id; schoolName: string })[]
  byCommunity: (SummaryFigures & { communityId: Id; communityName: string })[]
}

/** Where a campaign stands now, for those who watch its progress. */
export async function readSummary({ db }: Deps, actor: Actor | undefined, campaignId: Id): Promise<Summary> {
  // Its figures are of all warehouses at once.
  authorize(actor, 'summary:read', { warehouseId: null })
  const { read } = db
  const campaign = await getCampaign(read, campaignId)
  const { stock, places } = await readFigures(read, campaign)
  const enrolled = await activeBySchool(read, campaignId)
  const vouchers = await voucherCountsBySchool(read, campaignId)
  const redeemed = await redeemedBySchool(read, campaignId)
  const schools = places.schools.map(({ id: schoolId, name: schoolName, communityId }) => {
    const { issued = 0, redeemed: used = 0, expired = 0 } = vouchers.get(schoolId) ?? {}
    const kits = stock.bySchool.get(schoolId) ?? noStock
    const figures: SummaryFigures = {
      ...kits,
      enrolled: enrolled.get(schoolId) ?? 0,
      vouchersIssued: issued + used + expired,
      redeemed: redeemed.get(schoolId) ?? 0,
      spentCents: costOf(kits.received, stock.total),
    }
    return { communityId, line: { schoolId, schoolName, ...figures } }
  })
  const byCommunity = places.communities.flatMap(({ id: communityId, name: communityName }) => {
    const own = schools.filter((school) => school.communityId === communityId).map(({ line }) => line)
    return own.length === 0 ? [] : [{ communityId, communityName, ...sumOf<SummaryFigures>(own, none) }]
  })
  const bySchool = schools.map(({ line }) => line)
  return { campaignId, ...sumOf<SummaryFigures>(bySchool, none), ...stock.total, bySchool, byCommunity }
}

/** What `kits` cost at the average of all that were received, in whole cents. */
function costOf(kits: number, { received, spentCents }: StockFigures): number {
  return received > 0 ? Number((BigInt(kits) * BigInt(spentCents)) / BigInt(received)) : 0
}

const none: SummaryFigures = { ...noStock, enrolled: 0, vouchersIssued: 0, redeemed: 0 }

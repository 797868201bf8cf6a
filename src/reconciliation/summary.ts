import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { activeBySchool } from '../enrollment/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import { redeemedBySchool } from '../redemption/index.ts'
import type { Id } from '../shared/ids.ts'
import type { StockFigures } from '../stock/index.ts'
import { voucherCountsBySchool } from '../vouchers/index.ts'
import { readFigures } from './figures.ts'

/** A campaign's figures, in all or of a part of it. */
export interface SummaryFigures {
  /** Active enrollments. */
  enrolled: number
  /** Vouchers that were issued and not revoked since. */
  vouchersIssued: number
  /** Vouchers that were used. */
  redeemed: number
  /** Of the campaign from suppliers; of a school or community what it accepted. */
  received: number
  /** At warehouses; nothing at a school. */
  onHand: number
  inTransit: number
  atSchools: number
  handedOut: number
  writtenOff: number
  /** What the received kits cost: of a school or community, at the campaign's average. */
  spentCents: number
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
    const figures = {
      enrolled: enrolled.get(schoolId) ?? 0,
      vouchersIssued: issued + used + expired,
      redeemed: redeemed.get(schoolId) ?? 0,
      ...kitsOf(stock.bySchool.get(schoolId), stock.total),
    }
    return { communityId, line: { schoolId, schoolName, ...figures } }
  })
  const byCommunity = places.communities.flatMap(({ id: communityId, name: communityName }) => {
    const own = schools.filter((school) => school.communityId === communityId).map(({ line }) => line)
    return own.length === 0 ? [] : [{ communityId, communityName, ...sumOf(own) }]
  })
  const bySchool = schools.map(({ line }) => line)
  const { received, onHand, inTransit, atSchools, handedOut, writtenOff, spentCents } = stock.total
  const all = { received, onHand, inTransit, atSchools, handedOut, writtenOff, spentCents }
  return { campaignId, ...sumOf(bySchool), ...all, bySchool, byCommunity }
}

type KitFigures = Omit<SummaryFigures, 'enrolled' | 'vouchersIssued' | 'redeemed'>

function kitsOf(figures: StockFigures | undefined, total: StockFigures): KitFigures {
  const { received = 0, onHand = 0, inTransit = 0, atSchools = 0, handedOut = 0, writtenOff = 0 } = figures ?? {}
  return { received, onHand, inTransit, atSchools, handedOut, writtenOff, spentCents: costOf(received, total) }
}

/** What `kits` cost at the average of all that were received, in whole cents. */
function costOf(kits: number, { received, spentCents }: StockFigures): number {
  return received > 0 ? Number((BigInt(kits) * BigInt(spentCents)) / BigInt(received)) : 0
}

const none: SummaryFigures = {
  enrolled: 0,
  vouchersIssued: 0,
  redeemed: 0,
  received: 0,
  onHand: 0,
  inTransit: 0,
  atSchools: 0,
  handedOut: 0,
  writtenOff: 0,
  spentCents: 0,
}

function sumOf(parts: readonly SummaryFigures[]): SummaryFigures {
  const sum = { ...none }
  for (const part of parts) {
    for (const figure of Object.keys(none) as (keyof SummaryFigures)[]) sum[figure] += part[figure]
  }
  return sum
}

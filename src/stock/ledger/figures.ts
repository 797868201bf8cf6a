import type { Campaign } from '../../campaigns/index.ts'
import type { LocationKind } from '../../places/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { explainedBySchool, knownLocations, listFlows, listShipped, type ShippedToSchool } from './figure-repository.ts'
import { spentCents } from './receipt-repository.ts'

/**
 * What became of a campaign's kits, in all or at one school. They are the campaign's by the ledger, which names it with
 * every movement, so that `received = onHand + inTransit + atSchools + handedOut + writtenOff` holds for each campaign,
 * also where two give out the same kit.
 */
export interface StockFigures {
  /** In all: what came from suppliers. At a school: what it accepted. */
  received: number
  /** Dispatched, whatever became of it. */
  shipped: number
  accepted: number
  rejected: number
  /** Reported missing by a confirmed delivery, explained since or not. */
  missing: number
  /** Back at a warehouse: what was rejected or never delivered, and what schools sent back. */
  returned: number
  handedOut: number
  writtenOff: number
  /** At warehouses; nothing at a school. */
  onHand: number
  inTransit: number
  atSchools: number
  /** Receipts times unit cost; nothing at a school. */
  spentCents: number
}

/** The figures of a school that has had nothing to do with the campaign's kits. */
export const noStock: Readonly<StockFigures> = {
  received: 0,
  shipped: 0,
  accepted: 0,
  rejected: 0,
  missing: 0,
  returned: 0,
  handedOut: 0,
  writtenOff: 0,
  onHand: 0,
  inTransit: 0,
  atSchools: 0,
  spentCents: 0,
}

/** What became of a campaign's kits in all, and at each school that any were sent to. */
export interface CampaignStockFigures {
  total: StockFigures
  bySchool: Map<Id, StockFigures>
}

/** What became of a campaign's kits, from the ledger and the shipments. */
export async function campaignStockFigures(
  reader: Reader,
  { id }: Pick<Campaign, 'id'>,
): Promise<CampaignStockFigures> {
  const locations = await knownLocations(reader)
  const total = { ...noStock }
  const bySchool = new Map<Id, StockFigures>()
  const ofSchool = (schoolId: Id) => {
    const figures = bySchool.get(schoolId) ?? { ...noStock }
    bySchool.set(schoolId, figures)
    return figures
  }
  for (const { fromLocationId, toLocationId, quantity } of await listFlows(reader, id)) {
    const from = locations.get(fromLocationId)!
    const to = locations.get(toLocationId)!
    addGain(total, to.kind, quantity)
    addGain(total, from.kind, -quantity)
    if (from.schoolId) addLeft(ofSchool(from.schoolId), to.kind, quantity)
    if (to.schoolId) addLeft(ofSchool(to.schoolId), from.kind, -quantity)
  }
  for (const shipped of await listShipped(reader, id)) addShipped(ofSchool(shipped.schoolId), shipped)
  for (const [schoolId, quantity] of await explainedBySchool(reader, id)) {
    ofSchool(schoolId).inTransit -= quantity
    ofSchool(schoolId).writtenOff += quantity
  }
  for (const school of bySchool.values()) {
    for (const figure of ofShipments) total[figure] += school[figure]
  }
  total.spentCents = await spentCents(reader, id)
  return { total, bySchool }
}

/** Figures that are known school by school, from the shipments. */
const ofShipments = ['shipped', 'accepted', 'rejected', 'missing', 'returned'] as const

/** `quantity` more at a location of this kind; a reversal takes back what it reverses. */
function addGain(total: StockFigures, kind: LocationKind, quantity: number): void {
  if (kind === 'supplier') total.received -= quantity
  else total[figureOfKind[kind]] += quantity
}

const figureOfKind = {
  warehouse: 'onHand',
  transit: 'inTransit',
  school: 'atSchools',
  handed_out: 'handedOut',
  written_off: 'writtenOff',
} as const

/** `quantity` kits left a school for a location of this kind, or came from there if it is below zero. */
function addLeft(school: StockFigures, kind: LocationKind, quantity: number): void {
  school.atSchools -= quantity
  if (kind === 'handed_out') school.handedOut += quantity
  if (kind === 'written_off') school.writtenOff += quantity
  if (kind === 'warehouse') school.returned += quantity
}

function addShipped(school: StockFigures, shipments: ShippedToSchool): void {
  const { status, quantity, accepted, rejected, missing, returned } = shipments
  if (status === 'planned') return
  school.shipped += quantity
  school.accepted += accepted
  school.received += accepted
  school.rejected += rejected
  school.missing += missing
  school.returned += returned
  school.inTransit += quantity - accepted - returned
}

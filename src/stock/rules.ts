import type { LocationKind } from '../places/rules.ts'
import type { Id } from '../shared/ids.ts'
import { countOf } from '../shared/plurals.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'

/** What a movement of stock is. */
export const movementKinds = [
  'receipt',
  'damage',
  'adjustment',
  'count',
  'dispatch',
  'delivery',
  'return',
  'handout',
  'reversal',
] as const

/** One of {@link movementKinds}. */
export type MovementKind = (typeof movementKinds)[number]

/** What a movement follows from. */
export const movementCauses = [
  'receipt',
  'adjustment',
  'count',
  'shipment',
  'return',
  'redemption',
  'scan',
  'movement',
] as const

/** One of {@link movementCauses}. */
export type MovementCause = (typeof movementCauses)[number]

/** Why stock is put right by hand. */
export const adjustmentReasons = ['damaged', 'lost', 'found', 'expired', 'correction'] as const

/** One of {@link adjustmentReasons}. */
export type AdjustmentReason = (typeof adjustmentReasons)[number]

/** `open → posted | discarded`. */
export const countStatuses = ['open', 'posted', 'discarded'] as const

/** One of {@link countStatuses}. */
export type CountStatus = (typeof countStatuses)[number]

/** `planned → dispatched → delivered | returned`, or `cancelled` while planned. */
export const shipmentStatuses = ['planned', 'dispatched', 'delivered', 'returned', 'cancelled'] as const

/** One of {@link shipmentStatuses}. */
export type ShipmentStatus = (typeof shipmentStatuses)[number]

/** Stock of a kit at a location: what is there, and how much of it is promised to schools and not yet shipped. */
export interface Stock {
  onHand: number
  reserved: number
}

/** There are not that many kits. */
export const insufficientStock = defineProblem<Stock>({
  code: 'insufficient_stock',
  status: 409,
  title: 'There are not enough kits',
  detail: ({ onHand, reserved }) =>
    `Only ${countOf(Math.max(0, onHand - reserved), 'kit is', 'kits are')} available there. Take fewer, or receive or free more first.`,
  members: (stock) => ({ ...stock }),
})

/** There are that many kits, but they are promised to schools. */
const reservedStock = defineProblem<Stock>({
  code: 'reserved_stock',
  status: 409,
  title: 'The kits are promised to schools',
  detail: ({ onHand, reserved }) =>
    `Of ${countOf(onHand, 'kit')} there ${countOf(reserved, 'is', 'are')} promised to schools. Cancel planned shipments, allocate anew, or post a count with releaseReserved.`,
  members: (stock) => ({ ...stock }),
})

/** The kit is another than the one that the campaign gives out. */
const kitNotInCampaign = defineProblem({
  code: 'kit_not_in_campaign',
  status: 422,
  title: 'The campaign gives out another kit',
  detail: () => 'The kitId is not that of the campaign. Correct the kit or the campaign.',
})

/** More is said to be damaged than there was. */
const moreDamagedThanCame = defineProblem({
  code: 'more_damaged_than_came',
  status: 422,
  title: 'More are damaged than came',
  detail: () => 'damagedQuantity is the damaged part of quantity and cannot be more. Correct one of the two.',
})

/** Stock there is not put right by hand. */
const notAdjustable = defineProblem({
  code: 'not_adjustable',
  status: 422,
  title: 'Stock there is not adjusted',
  detail: () =>
    'Adjust stock at a warehouse or a school; in transit, missing kits are taken out with a quantity below zero.',
})

/** No shipment misses that many kits. */
export const notMissing = defineProblem({
  code: 'not_missing',
  status: 409,
  title: 'So many kits are not missing',
  detail: () =>
    'In transit only kits that a confirmed delivery misses can be explained, shipment by shipment. Correct the quantity or the shipmentId.',
})

/** What stands against taking `quantity` away from `stock`: too few kits, or too few that are not promised. */
export function checkTakeable(stock: Stock, quantity: number): Problem | undefined {
  if (quantity > stock.onHand) return insufficientStock(stock)
  if (quantity > stock.onHand - stock.reserved) return reservedStock(stock)
}

/** What stands against `kitId` in `campaign`. */
export function checkKit(campaign: { kitId: Id }, kitId: Id): Problem | undefined {
  return campaign.kitId === kitId ? undefined : kitNotInCampaign()
}

/** What stands against `damagedQuantity` of `quantity` that came. */
export function checkDamaged(came: { quantity: number; damagedQuantity: number }): Problem | undefined {
  return came.damagedQuantity <= came.quantity ? undefined : moreDamagedThanCame()
}

/** What stands against adjusting by `quantity` at a location of this kind. */
export function checkAdjustable(kind: LocationKind, quantity: number): Problem | undefined {
  if (kind === 'warehouse' || kind === 'school') return undefined
  return kind === 'transit' && quantity < 0 ? undefined : notAdjustable()
}

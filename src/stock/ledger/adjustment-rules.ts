import type { LocationKind } from '../../places/rules.ts'
import { defineProblem, type Problem } from '../../shared/problem.ts'

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

/** What stands against adjusting by `quantity` at a location of this kind. */
export function checkAdjustable(kind: LocationKind, quantity: number): Problem | undefined {
  if (kind === 'warehouse' || kind === 'school') return undefined
  return kind === 'transit' && quantity < 0 ? undefined : notAdjustable()
}

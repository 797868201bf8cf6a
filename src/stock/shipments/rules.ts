import { countOf } from '../../shared/plurals.ts'
import { defineProblem, type Problem } from '../../shared/problem.ts'
import type { Instant } from '../../shared/time.ts'
import type { ShipmentStatus } from '../rules.ts'

/** A shipment as its rules see it. */
interface Shipment {
  quantity: number
  status: ShipmentStatus
  acceptedQuantity: number | null
  rejectedQuantity: number | null
  missingQuantity: number | null
  returnedQuantity: number
  dispatchedAt: Instant | null
}

/** What became of a shipment's kits at the door of the school. */
export interface Outcome {
  acceptedQuantity: number
  rejectedQuantity: number
  missingQuantity: number
}

/** Nothing is promised that could be shipped. */
export const notAllocated = defineProblem({
  code: 'not_allocated',
  status: 409,
  title: 'No allocation is in force',
  detail: () => 'The campaign has no confirmed allocation. Make one and confirm it, then plan the shipments.',
})

/** The shipment has been dispatched or cancelled. */
export const shipmentNotPlanned = defineProblem<{ status: ShipmentStatus }>({
  code: 'shipment_not_planned',
  status: 409,
  title: 'The shipment is no longer planned',
  detail: ({ status }) => `The shipment is ${status}. Only a planned one can be dispatched or cancelled.`,
})

/** The shipment is not on its way. */
const shipmentNotDispatched = defineProblem<{ status: ShipmentStatus }>({
  code: 'shipment_not_dispatched',
  status: 409,
  title: 'The shipment is not on its way',
  detail: ({ status }) => `The shipment is ${status}. It must have been dispatched, and not be back.`,
})

/** The delivery has been confirmed, with other figures. */
const deliveryFinal = defineProblem({
  code: 'delivery_final',
  status: 409,
  title: 'The delivery has been confirmed',
  detail: () =>
    'A confirmed delivery is final. Record what the school sends back as a return, or what it finds or misses as an adjustment.',
})

/** Accepted, rejected and missing are not all that was dispatched. */
const deliveryDoesNotAddUp = defineProblem<Outcome & { quantity: number }>({
  code: 'delivery_does_not_add_up',
  status: 422,
  title: 'The delivery does not add up',
  detail: ({ quantity, ...outcome }) =>
    `${countOf(quantity, 'kit was', 'kits were')} dispatched, and accepted, rejected and missing add up to ${sum(outcome)}. Count again.`,
})

/** Not that many kits are to come back. */
const notReturnable = defineProblem<{ returnable: number; whole: boolean }>({
  code: 'not_returnable',
  status: 409,
  title: 'So many kits are not to come back',
  detail: ({ returnable, whole }) =>
    whole
      ? `A shipment that was not delivered comes back whole: ${countOf(returnable, 'kit')}.`
      : `${countOf(returnable, 'rejected kit is', 'rejected kits are')} still to come back. Correct the quantity; what the school had accepted is a return of its own.`,
  members: ({ returnable }) => ({ returnable }),
})

/** It cannot have arrived before it left. */
const beforeDispatch = defineProblem<{ dispatchedAt: Instant }>({
  code: 'before_dispatch',
  status: 422,
  title: 'The shipment had not left yet',
  detail: ({ dispatchedAt }) => `The shipment was dispatched on ${dispatchedAt}. Give a later occurredAt.`,
  members: (facts) => ({ ...facts }),
})

/** What stands against an outcome of `shipment`, before its status is looked at. */
export function checkOutcome(shipment: Shipment, outcome: Outcome): Problem | undefined {
  const { quantity } = shipment
  return sum(outcome) === quantity ? undefined : deliveryDoesNotAddUp({ ...outcome, quantity })
}

/** What stands against confirming a delivery again: nothing if the figures are the same, for then nothing changes. */
export function checkConfirmedAgain(shipment: Shipment, outcome: Outcome): Problem | undefined {
  if (shipment.status !== 'delivered') return shipmentNotDispatched(shipment)
  const same =
    shipment.acceptedQuantity === outcome.acceptedQuantity &&
    shipment.rejectedQuantity === outcome.rejectedQuantity &&
    shipment.missingQuantity === outcome.missingQuantity
  return same ? undefined : deliveryFinal()
}

/** What stands against `quantity` kits of a shipment coming back: all of one that was not delivered, else what was rejected. */
export function checkReturnable(shipment: Shipment, quantity: number): Problem | undefined {
  const { status, rejectedQuantity, returnedQuantity } = shipment
  if (status !== 'dispatched' && status !== 'delivered') return shipmentNotDispatched(shipment)
  const whole = status === 'dispatched'
  const returnable = whole ? shipment.quantity : rejectedQuantity! - returnedQuantity
  const fits = whole ? quantity === returnable : quantity <= returnable
  return fits ? undefined : notReturnable({ returnable, whole })
}

/** What stands against something having happened to a shipment at `instant`. */
export function checkAfterDispatch({ dispatchedAt }: Shipment, instant: Instant): Problem | undefined {
  return dispatchedAt !== null && instant < dispatchedAt ? beforeDispatch({ dispatchedAt }) : undefined
}

function sum({ acceptedQuantity, rejectedQuantity, missingQuantity }: Outcome): number {
  return acceptedQuantity + rejectedQuantity + missingQuantity
}

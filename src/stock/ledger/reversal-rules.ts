import { defineProblem, type Problem } from '../../shared/problem.ts'
import type { Instant } from '../../shared/time.ts'
import type { MovementCause, MovementKind } from '../rules.ts'

/** The movement has its opposite already. */
export const alreadyReversed = defineProblem({
  code: 'already_reversed',
  status: 409,
  title: 'The movement is undone already',
  detail: () => 'A movement is undone once. Record it anew if it did happen.',
})

/** A later count has found out what is there, whatever had happened before. */
export const settledByCount = defineProblem<{ countedAt: Instant }>({
  code: 'settled_by_count',
  status: 409,
  title: 'A later count has settled the matter',
  detail: ({ countedAt }) =>
    `The stock was counted on ${countedAt}, after this, and the book put right. Count again if it is wrong now.`,
  members: (facts) => ({ ...facts }),
})

/** The movement is a step of something that has its own way back. */
const undoneElsewhere = defineProblem<{ remedy: string }>({
  code: 'undone_elsewhere',
  status: 409,
  title: 'The movement is undone another way',
  detail: ({ remedy }) => `It cannot be reversed by itself: ${remedy}.`,
})

/** What stands against reversing a movement by hand: what belongs to a shipment or a redemption has its own way back. */
export function checkReversible(movement: { kind: MovementKind; causeType: MovementCause }): Problem | undefined {
  const { kind, causeType } = movement
  if (kind === 'reversal') return undoneElsewhere({ remedy: 'record anew what did happen' })
  if (causeType === 'redemption') return undoneElsewhere({ remedy: 'undo the redemption' })
  if (kind === 'dispatch') return undoneElsewhere({ remedy: 'deliver the shipment, or return it' })
  if (kind === 'delivery')
    return undoneElsewhere({ remedy: 'a delivery is final; record what the school sends back as a return' })
  if (kind === 'return' && causeType === 'shipment') return undoneElsewhere({ remedy: 'plan another shipment' })
}

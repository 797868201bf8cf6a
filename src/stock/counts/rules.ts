import type { LocationKind } from '../../places/rules.ts'
import type { Id } from '../../shared/ids.ts'
import { defineProblem, type Problem } from '../../shared/problem.ts'
import type { CountStatus } from '../rules.ts'

/** The count has been posted or discarded. */
export const countNotOpen = defineProblem<{ status: CountStatus }>({
  code: 'count_not_open',
  status: 409,
  title: 'The count is no longer open',
  detail: ({ status }) => `The count has been ${status}. Make another one.`,
})

/** Stock there cannot be counted. */
const notCountable = defineProblem({
  code: 'not_countable',
  status: 422,
  title: 'Stock there cannot be counted',
  detail: () => 'Count at a warehouse or at a school; correct the locationId.',
})

/** A kit is in a count twice. */
const kitCountedTwice = defineProblem({
  code: 'kit_counted_twice',
  status: 422,
  title: 'A kit is in the count twice',
  detail: () => 'Each kit has one line in a count. Add up the lines of the same kit.',
})

/** What stands against counting `lines` at a location of this kind. */
export function checkCountable(kind: LocationKind, lines: { kitId: Id }[]): Problem | undefined {
  if (kind !== 'warehouse' && kind !== 'school') return notCountable()
  return new Set(lines.map((line) => line.kitId)).size === lines.length ? undefined : kitCountedTwice()
}

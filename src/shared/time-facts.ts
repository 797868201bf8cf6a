import { defineProblem } from './problem.ts'
import { type Clock, type Instant, toInstant } from './time.ts'

/** Something is said to have happened at a time that has not come yet. */
const occurredInFuture = defineProblem<{ occurredAt: Instant }>({
  code: 'occurred_in_future',
  status: 422,
  title: 'That has not happened yet',
  detail: ({ occurredAt }) =>
    `${occurredAt} is in the future. Give the time when it happened, or leave it out for now.`,
})

/** When something happened: `occurredAt` if it is given, else now. Raises `occurred_in_future`. */
export function occurred(clock: Clock, occurredAt: string | undefined): Instant {
  const now = clock.now()
  if (occurredAt === undefined) return now
  const instant = toInstant(occurredAt)
  if (instant > now) throw occurredInFuture({ occurredAt: instant })
  return instant
}

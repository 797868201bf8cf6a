import { recordEvent } from '../../audit/index.ts'
import { getKit } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getLocation } from '../../places/index.ts'
import type { Id } from '../../shared/ids.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { placeOf } from '../ledger/places.ts'
import { type Count, endCount, getCount, insertCount } from './repository.ts'
import { checkCountable, countNotOpen } from './rules.ts'

/** What was counted at a location at one instant. */
export interface NewCount {
  locationId: Id
  countedAt: string
  lines: { kitId: Id; counted: number }[]
}

/** Takes a count in; nothing moves until it is posted. Raises `not_countable`, `kit_counted_twice` and `occurred_in_future`. */
export function recordCount(
  deps: Deps,
  actor: Actor | undefined,
  { locationId, ...counted }: NewCount,
): Promise<Count> {
  return deps.db.transact(async (tx) => {
    const location = await getLocation(tx, locationId)
    authorize(actor, 'stock:write', placeOf(location))
    const countedAt = occurred(deps.clock, counted.countedAt)
    refuse(checkCountable(location.kind, counted.lines))
    for (const { kitId } of counted.lines) await getKit(tx, kitId)
    const count: Count = {
      id: deps.newId(),
      locationId,
      countedAt,
      status: 'open',
      createdById: actor.id,
      createdAt: deps.clock.now(),
      postedById: null,
      postedAt: null,
      lines: counted.lines.map((line) => ({ ...line, expected: null })),
    }
    await insertCount(tx, count)
    await recordEvent(deps, tx, actor, 'count.recorded', count.id, { locationId, countedAt })
    return count
  })
}

/** One count. It is blind: what the book said is in it once it is posted. */
export async function readCount({ db }: Deps, actor: Actor | undefined, id: Id): Promise<Count> {
  const count = await getCount(db.read, id)
  authorize(actor, 'stock:read', placeOf(await getLocation(db.read, count.locationId)))
  return count
}

/** Throws an open count away. Twice changes nothing; a posted one is 409 `count_not_open`. */
export function discardCount(deps: Deps, actor: Actor | undefined, id: Id): Promise<Count> {
  return deps.db.transact(async (tx) => {
    const { locationId } = await getCount(tx, id)
    authorize(actor, 'stock:write', placeOf(await getLocation(tx, locationId)))
    const discarded = await endCount(tx, id, { status: 'discarded' })
    const count = await getCount(tx, id)
    if (count.status !== 'discarded') throw countNotOpen(count)
    if (discarded) await recordEvent(deps, tx, actor, 'count.discarded', id)
    return count
  })
}

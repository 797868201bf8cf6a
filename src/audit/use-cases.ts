import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/rules.ts'
import type { Tx } from '../schema.ts'
import { insertDisclosures, insertEvents } from './repository.ts'
import { type AuditEvent, commitmentsOf, disclosuresOf, type Personal } from './rules.ts'
import { withMac } from './sealing/mac.ts'

/** What an event is made with. */
type Making = Pick<Deps, 'clock' | 'newId' | 'signer'>

/**
 * Records that `actor` did `action` to `subjectId`, in the transaction of the change itself: no change without its
 * event, no event without its change. `change` holds no personal data and nothing that somebody typed: those are given as
 * `personal`. The event then holds a salted commitment to each, and erasure takes salt and value away.
 */
export function recordEvent(
  deps: Making,
  tx: Tx,
  actor: Actor,
  action: string,
  subjectId: string,
  change: Record<string, unknown> = {},
  personal?: Personal,
): Promise<void> {
  const event = eventOf(deps, actor, action, subjectId, change)
  // Nearly all events have nothing to forget, and cost one statement.
  return personal ? insertCommitted(deps, tx, event, personal) : insertEvents(tx, [withMac(deps.signer, event)])
}

/** Something that happened to one of many. */
export interface Happening {
  action: string
  subjectId: string
  change: Record<string, unknown>
}

/** Few enough to be forgotten soon, many enough to fill large statements. */
const eventsAtOnce = 640

/** {@link recordEvent} for each of `happenings`, in their order and in few statements. Nothing in them is personal. */
export async function recordEvents(
  deps: Making,
  tx: Tx,
  actor: Actor,
  happenings: readonly Happening[],
): Promise<void> {
  for (let start = 0; start < happenings.length; start += eventsAtOnce) {
    const events = happenings.slice(start, start + eventsAtOnce).map(({ action, subjectId, change }) => {
      return withMac(deps.signer, eventOf(deps, actor, action, subjectId, change))
    })
    await insertEvents(tx, events)
  }
}

/** The event that `actor` does `action` to `subjectId` now. */
export function eventOf(
  { clock, newId }: Pick<Deps, 'clock' | 'newId'>,
  actor: Actor,
  action: string,
  subjectId: string,
  change: Record<string, unknown>,
): AuditEvent {
  return {
    id: newId(),
    at: clock.now(),
    actorKind: actor.kind,
    actorId: actor.id,
    action,
    subjectId,
    change,
    requestId: actor.requestId ?? null,
  }
}

async function insertCommitted({ signer }: Making, tx: Tx, event: AuditEvent, personal: Personal): Promise<void> {
  const disclosures = disclosuresOf(event.id, personal)
  const committed = { ...event, change: { ...event.change, ...commitmentsOf(disclosures) } }
  await insertEvents(tx, [withMac(signer, committed)])
  await insertDisclosures(tx, disclosures)
}

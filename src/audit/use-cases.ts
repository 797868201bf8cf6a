import type { Deps } from '../deps.ts'
import type { Actor } from '../identity/rules.ts'
import type { Tx } from '../schema.ts'
import { insertDisclosures, insertEvent } from './repository.ts'
import { type AuditEvent, commitmentsOf, disclosuresOf, type Personal } from './rules.ts'

/**
 * Writes down that `actor` did `action` to `subjectId`, in the transaction of the change itself: no change without its
 * event, no event without its change. `change` holds no personal data and nothing that somebody typed: those are given as
 * `personal`. The event then holds a salted commitment to each, and erasure takes salt and value away.
 */
export function recordEvent(
  { clock, newId }: Pick<Deps, 'clock' | 'newId'>,
  tx: Tx,
  actor: Actor,
  action: string,
  subjectId: string,
  change: Record<string, unknown> = {},
  personal?: Personal,
): Promise<void> {
  const event = {
    id: newId(),
    at: clock.now(),
    actorKind: actor.kind,
    actorId: actor.id,
    action,
    subjectId,
    change,
    requestId: actor.requestId ?? null,
  }
  // Nearly all events have nothing to forget, and cost one statement.
  return personal ? insertCommitted(tx, event, personal) : insertEvent(tx, event)
}

async function insertCommitted(tx: Tx, event: AuditEvent, personal: Personal): Promise<void> {
  const disclosures = disclosuresOf(event.id, personal)
  await insertEvent(tx, { ...event, change: { ...event.change, ...commitmentsOf(disclosures) } })
  await insertDisclosures(tx, disclosures)
}

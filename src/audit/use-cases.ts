import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/rules.ts'
import type { Page, PageQuery } from '../kernel/page.ts'
import type { Tx } from '../schema.ts'
import { type EventFilter, insertEvent, listEvents } from './repository.ts'
import type { AuditEvent } from './rules.ts'

/**
 * Writes down that `actor` did `action` to `subjectId`, in the transaction of the change itself: no change without its
 * event, no event without its change. `change` holds no names and no contacts.
 */
export function recordEvent(
  { clock, newId }: Pick<Deps, 'clock' | 'newId'>,
  tx: Tx,
  actor: Actor,
  action: string,
  subjectId: string,
  change: Record<string, unknown> = {},
): Promise<void> {
  return insertEvent(tx, {
    id: newId(),
    at: clock.now(),
    actorKind: actor.kind,
    actorId: actor.id,
    action,
    subjectId,
    change,
    requestId: actor.requestId ?? null,
  })
}

/** The trail, the newest first. */
export async function readTrail(
  { db }: Deps,
  actor: Actor | undefined,
  filter: EventFilter,
  page: PageQuery,
): Promise<Page<AuditEvent>> {
  authorize(actor, 'audit:read')
  return listEvents(db.read, filter, page)
}

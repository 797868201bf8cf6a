import { and, eq, gte, inArray, lte } from 'drizzle-orm'
import { insertRows, pageDescending } from '../platform/db/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { type AuditEvent, type Disclosure, disclose, type ReadEvent } from './rules.ts'

/** Which events to list; instants are of the event. */
export interface EventFilter {
  subjectId?: string | undefined
  actorId?: string | undefined
  action?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Appends events with their MACs, in few statements. */
export function insertEvents(tx: Tx, events: readonly (AuditEvent & { mac: string })[]): Promise<void> {
  return insertRows(tx, tx.t.auditEvents, events)
}

/** Keeps what is behind the commitments of an event. */
export function insertDisclosures(tx: Tx, disclosures: readonly Disclosure[]): Promise<void> {
  return insertRows(tx, tx.t.auditDisclosures, disclosures)
}

/** `events` with what is still disclosed of each. */
export async function withDisclosures(reader: Reader, events: readonly AuditEvent[]): Promise<ReadEvent[]> {
  const byEvent = await findDisclosures(
    reader,
    events.map(({ id }) => id),
  )
  return events.map((event) => disclose(event, byEvent.get(event.id) ?? []))
}

/** What is kept beside each of some events, by the id of the event. Whether the event commits to it is not asked. */
export async function findDisclosures({ q, t }: Reader, eventIds: string[]): Promise<Map<string, Disclosure[]>> {
  const byEvent = new Map<string, Disclosure[]>()
  const found = await q.select().from(t.auditDisclosures).where(inArray(t.auditDisclosures.eventId, eventIds))
  for (const disclosure of found)
    byEvent.set(disclosure.eventId, [...(byEvent.get(disclosure.eventId) ?? []), disclosure])
  return byEvent
}

/** Events as they are stored, the newest first. */
export function listEvents({ q, t }: Reader, filter: EventFilter, page: PageQuery): Promise<Page<AuditEvent>> {
  const { auditEvents: e } = t
  const wanted = and(
    filter.subjectId ? eq(e.subjectId, filter.subjectId) : undefined,
    filter.actorId ? eq(e.actorId, filter.actorId) : undefined,
    filter.action ? eq(e.action, filter.action) : undefined,
    filter.from ? gte(e.at, filter.from) : undefined,
    filter.to ? lte(e.at, filter.to) : undefined,
  )
  return pageDescending(q.select().from(e), e, 'id', page, wanted)
}

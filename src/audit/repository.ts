import { and, desc, eq, gte, inArray, lt, lte, sql } from 'drizzle-orm'
import { insertRows, prepared } from '../platform/db/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { PageQuery } from '../shared/page.ts'
import { decodeCursor, type Page, toPage } from '../shared/page.ts'
import { type AuditEvent, type Disclosure, disclose, type ReadEvent } from './rules.ts'

/** Which events to list; instants are of the event. */
export interface EventFilter {
  subjectId?: string | undefined
  actorId?: string | undefined
  action?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Appends an event with its MAC. */
export async function insertEvent(tx: Tx, event: AuditEvent, mac: string): Promise<void> {
  const insert = prepared(tx, 'audit:insert', ({ q, t }) =>
    q.insert(t.auditEvents).values({
      id: sql.placeholder('id'),
      at: sql.placeholder('at'),
      actorKind: sql.placeholder('actorKind'),
      actorId: sql.placeholder('actorId'),
      action: sql.placeholder('action'),
      subjectId: sql.placeholder('subjectId'),
      change: sql.placeholder('change'),
      requestId: sql.placeholder('requestId'),
      mac: sql.placeholder('mac'),
    }),
  )
  await insert.execute({ ...event, mac })
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
export async function listEvents({ q, t }: Reader, filter: EventFilter, page: PageQuery): Promise<Page<AuditEvent>> {
  const after = decodeCursor(page.cursor, 1)
  const rows = await q
    .select()
    .from(t.auditEvents)
    .where(
      and(
        filter.subjectId ? eq(t.auditEvents.subjectId, filter.subjectId) : undefined,
        filter.actorId ? eq(t.auditEvents.actorId, filter.actorId) : undefined,
        filter.action ? eq(t.auditEvents.action, filter.action) : undefined,
        filter.from ? gte(t.auditEvents.at, filter.from) : undefined,
        filter.to ? lte(t.auditEvents.at, filter.to) : undefined,
        after ? lt(t.auditEvents.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(desc(t.auditEvents.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (event) => [event.id])
}

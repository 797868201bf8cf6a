import { and, asc, desc, eq, gt, inArray, isNotNull, lte, sql } from 'drizzle-orm'
import { insertRows, prepared } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { AuditEvent } from '../rules.ts'
import type { Seal } from './chain.ts'
import type { StoredEvent } from './mac.ts'
import type { Subtree } from './merkle.ts'

/** The last seal; undefined before the first. */
export async function findLastSeal({ q, t }: Reader): Promise<Seal | undefined> {
  return (await q.select().from(t.auditSeals).orderBy(desc(t.auditSeals.position)).limit(1))[0]
}

/** The seal of an event. */
export async function findSealOf({ q, t }: Reader, eventId: string): Promise<Seal | undefined> {
  return (await q.select().from(t.auditSeals).where(eq(t.auditSeals.eventId, eventId)))[0]
}

/** The seal at a position. */
export async function findSealAt({ q, t }: Reader, position: number): Promise<Seal | undefined> {
  return (await q.select().from(t.auditSeals).where(eq(t.auditSeals.position, position)))[0]
}

/** Up to `limit` seals behind a position, in order. */
export async function listSeals(reader: Reader, after: number, limit: number): Promise<Seal[]> {
  const list = prepared(reader, 'audit:seals', ({ q, t }) =>
    q
      .select()
      .from(t.auditSeals)
      .where(gt(t.auditSeals.position, sql.placeholder('after')))
      .orderBy(asc(t.auditSeals.position))
      .limit(sql.placeholder('limit')),
  )
  return list.execute({ after, limit })
}

/** The events that are sealed behind one position and up to another, as far as they are still there. */
export async function listSealedEvents(reader: Reader, after: number, until: number): Promise<AuditEvent[]> {
  const list = prepared(reader, 'audit:sealed events', ({ q, t }) =>
    q
      .select(columns(t))
      .from(t.auditSeals)
      .innerJoin(t.auditEvents, eq(t.auditEvents.id, t.auditSeals.eventId))
      .where(
        and(gt(t.auditSeals.position, sql.placeholder('after')), lte(t.auditSeals.position, sql.placeholder('until'))),
      ),
  )
  return (await list.execute({ after, until })).map(toEvent)
}

/** Events by their ids as they are stored, in the order of the ids. */
export async function listStoredEvents({ q, t }: Reader, ids: string[]): Promise<StoredEvent[]> {
  return q
    .select({ ...columns(t), mac: t.auditEvents.mac })
    .from(t.auditEvents)
    .where(inArray(t.auditEvents.id, ids))
    .orderBy(asc(t.auditEvents.id))
}

/** The first event that bears a MAC; undefined while none does. */
export async function findFirstAuthenticated({ q, t }: Reader): Promise<string | undefined> {
  const { id, mac } = t.auditEvents
  return (await q.select({ id }).from(t.auditEvents).where(isNotNull(mac)).orderBy(asc(id)).limit(1))[0]?.id
}

/** The greatest id of an event. */
export async function findNewestEventId(reader: Reader): Promise<string | undefined> {
  const find = prepared(reader, 'audit:newest', ({ q, t: { auditEvents } }) =>
    q.select({ id: auditEvents.id }).from(auditEvents).orderBy(desc(auditEvents.id)).limit(1),
  )
  return (await find.execute())[0]?.id
}

/** Up to `limit` ids of events behind an id, in order. */
export async function listEventIds({ q, t }: Reader, after: string, limit: number): Promise<string[]> {
  const id = t.auditEvents.id
  return (await q.select({ id }).from(t.auditEvents).where(gt(id, after)).orderBy(asc(id)).limit(limit)).map(
    (row) => row.id,
  )
}

/** The ids of the sealed events behind an id and up to another. */
export async function listSealedIds({ q, t }: Reader, after: string, until: string): Promise<string[]> {
  const id = t.auditSeals.eventId
  return (
    await q
      .select({ id })
      .from(t.auditSeals)
      .where(and(gt(id, after), lte(id, until)))
  ).map((row) => row.id)
}

/** Appends seals. A unique violation says that somebody else has sealed meanwhile. */
export async function insertSeals(tx: Tx, seals: Seal[]): Promise<void> {
  await insertRows(tx, tx.t.auditSeals, seals)
}

/** The leaves `[from, to)`, counted from 0. */
export async function listLeaves({ q, t }: Reader, from: number, to: number): Promise<Buffer[]> {
  const { position, leaf } = t.auditSeals
  const rows = await q
    .select({ leaf })
    .from(t.auditSeals)
    .where(and(gt(position, from), lte(position, to)))
    .orderBy(asc(position))
  return rows.map((row) => row.leaf)
}

/** How many nodes there are on a level: they are kept without gaps. */
export async function countNodes({ q, t }: Reader, level: number): Promise<number> {
  const { index } = t.auditNodes
  const [last] = await q
    .select({ index })
    .from(t.auditNodes)
    .where(eq(t.auditNodes.level, level))
    .orderBy(desc(index))
    .limit(1)
  return last ? last.index + 1 : 0
}

/** The hash of a complete subtree that is kept. */
export async function findNode({ q, t }: Reader, { level, index }: Subtree): Promise<Buffer | undefined> {
  const { hash } = t.auditNodes
  const there = and(eq(t.auditNodes.level, level), eq(t.auditNodes.index, index))
  return (await q.select({ hash }).from(t.auditNodes).where(there))[0]?.hash
}

/** Keeps nodes; those that are kept already stay as they are. */
export async function insertNodes({ q, t }: Tx, nodes: (Subtree & { hash: Buffer })[]): Promise<void> {
  await q.insert(t.auditNodes).values(nodes).onConflictDoNothing()
}

/** An event's columns, its change as the text that is stored. */
function columns({ auditEvents: { change, ...others } }: Pick<Tables, 'auditEvents'>) {
  const { id, at, actorKind, actorId, action, subjectId, requestId } = others
  return { id, at, actorKind, actorId, action, subjectId, requestId, change: sql<string>`${change}`.as('change') }
}

/** A stored event as one. A change that was tampered with may be no JSON any more: it has to be found, not to stop the search. */
export function toEvent({ mac: _, ...row }: Omit<StoredEvent, 'mac'> & { mac?: unknown }): AuditEvent {
  try {
    return { ...row, change: JSON.parse(row.change) as AuditEvent['change'] }
  } catch {
    return row as unknown as AuditEvent
  }
}

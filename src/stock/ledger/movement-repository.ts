import { and, eq, gte, inArray, lte, or, sql } from 'drizzle-orm'
import { getById, insertRows, pageDescending } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import type { MovementKind } from '../rules.ts'

/** One line of the stock ledger. */
export type Movement = Tables['movements']['$inferSelect']

/** Which movements to list; `locationId` is either end, instants are of `occurredAt`. */
export interface MovementFilter {
  locationId?: Id | undefined
  kitId?: Id | undefined
  kind?: MovementKind | undefined
  causeId?: Id | undefined
  from?: Instant | undefined
  to?: Instant | undefined
  /** Limits to movements that touch one of these locations. */
  only?: Id[] | undefined
}

/** Appends a movement; the database moves both balances. A balance that may not be breaks a check. */
export function insertMovement(tx: Tx, movement: Movement): Promise<void> {
  return insertRows(tx, tx.t.movements, [movement])
}

/** The movement with this id. Raises `not_found`. */
export function getMovement(reader: Reader, id: Id): Promise<Movement> {
  return getById(reader, reader.t.movements, id, 'movement')
}

/** Movements in the order in which they were recorded, the newest first. */
export function listMovements(
  { q, t: { movements: m } }: Reader,
  filter: MovementFilter,
  page: PageQuery,
): Promise<Page<Movement>> {
  const touches = (ids: Id[]) => or(inArray(m.fromLocationId, ids), inArray(m.toLocationId, ids))
  const wanted = and(
    filter.locationId ? touches([filter.locationId]) : undefined,
    filter.only ? touches(filter.only) : undefined,
    filter.kitId ? eq(m.kitId, filter.kitId) : undefined,
    filter.kind ? eq(m.kind, filter.kind) : undefined,
    filter.causeId ? eq(m.causeId, filter.causeId) : undefined,
    filter.from ? gte(m.occurredAt, filter.from) : undefined,
    filter.to ? lte(m.occurredAt, filter.to) : undefined,
  )
  return pageDescending(q.select().from(m), m, 'id', page, wanted)
}

/** Stock of a kit at a location by the book at an instant: the sum of what had happened by then. */
export async function bookAt({ q, t }: Reader, locationId: Id, kitId: Id, at: Instant): Promise<number> {
  const m = t.movements
  const signed = sql<number>`case when ${m.toLocationId} = ${locationId} then ${m.quantity} else -${m.quantity} end`
  const touching = or(eq(m.toLocationId, locationId), eq(m.fromLocationId, locationId))
  const [row] = await q
    .select({ onHand: sql<number>`coalesce(sum(${signed}), 0)` })
    .from(m)
    .where(and(touching, eq(m.kitId, kitId), lte(m.occurredAt, at)))
  return row!.onHand
}

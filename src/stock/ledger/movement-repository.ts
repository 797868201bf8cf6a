import { and, desc, eq, gte, inArray, lt, lte, or, sql } from 'drizzle-orm'
import { prepared } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../../shared/page.ts'
import { notFound } from '../../shared/problem.ts'
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
export async function insertMovement(tx: Tx, movement: Movement): Promise<void> {
  const insert = prepared(tx, 'stock:move', ({ q, t }) =>
    q.insert(t.movements).values({
      id: sql.placeholder('id'),
      kitId: sql.placeholder('kitId'),
      fromLocationId: sql.placeholder('fromLocationId'),
      toLocationId: sql.placeholder('toLocationId'),
      quantity: sql.placeholder('quantity'),
      kind: sql.placeholder('kind'),
      causeType: sql.placeholder('causeType'),
      causeId: sql.placeholder('causeId'),
      campaignId: sql.placeholder('campaignId'),
      actorId: sql.placeholder('actorId'),
      reason: sql.placeholder('reason'),
      reversesId: sql.placeholder('reversesId'),
      occurredAt: sql.placeholder('occurredAt'),
      recordedAt: sql.placeholder('recordedAt'),
    }),
  )
  await insert.execute(movement)
}

/** The movement with this id. Raises `not_found`. */
export async function getMovement({ q, t }: Reader, id: Id): Promise<Movement> {
  const [row] = await q.select().from(t.movements).where(eq(t.movements.id, id))
  if (!row) throw notFound({ what: 'movement' })
  return row
}

/** Movements in the order in which they were recorded, the newest first. */
export async function listMovements(
  { q, t }: Reader,
  filter: MovementFilter,
  page: PageQuery,
): Promise<Page<Movement>> {
  const m = t.movements
  const after = decodeCursor(page.cursor, 1)
  const touches = (ids: Id[]) => or(inArray(m.fromLocationId, ids), inArray(m.toLocationId, ids))
  const rows = await q
    .select()
    .from(m)
    .where(
      and(
        filter.locationId ? touches([filter.locationId]) : undefined,
        filter.only ? touches(filter.only) : undefined,
        filter.kitId ? eq(m.kitId, filter.kitId) : undefined,
        filter.kind ? eq(m.kind, filter.kind) : undefined,
        filter.causeId ? eq(m.causeId, filter.causeId) : undefined,
        filter.from ? gte(m.occurredAt, filter.from) : undefined,
        filter.to ? lte(m.occurredAt, filter.to) : undefined,
        after ? lt(m.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(desc(m.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (row) => [row.id])
}

/** Stock of a kit at a location by the book at an instant: the sum of what had happened by then. */
export async function bookAt({ q, t }: Reader, locationId: Id, kitId: Id, at: Instant): Promise<number> {
  const m = t.movements
  const signed = sql<number>`case when ${m.toLocationId} = ${locationId} then ${m.quantity} else -${m.quantity} end`
  const [row] = await q
    .select({ onHand: sql<number>`coalesce(sum(${signed}), 0)` })
    .from(m)
    .where(
      and(
        or(eq(m.toLocationId, locationId), eq(m.fromLocationId, locationId)),
        eq(m.kitId, kitId),
        lte(m.occurredAt, at),
      ),
    )
  return row!.onHand
}

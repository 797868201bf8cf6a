import { and, between, eq, inArray, or, sql } from 'drizzle-orm'
import { getById, insertRows, pageAscending, updateWhere } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { ShipmentStatus } from '../rules.ts'

/** Kits on their way to a school under a delivery note. */
export type Shipment = Tables['shipments']['$inferSelect']

/** A shipment before it has its delivery note's number. */
export type PlannedShipment = Pick<
  Shipment,
  'id' | 'campaignId' | 'warehouseId' | 'schoolId' | 'kitId' | 'quantity' | 'reservedQuantity' | 'plannedAt'
> & { note?: string | undefined }

/** Which shipments to list; `only` limits to those from or to these places. */
export interface ShipmentFilter {
  campaignId?: Id | undefined
  schoolId?: Id | undefined
  warehouseId?: Id | undefined
  status?: ShipmentStatus | undefined
  only?: { schoolIds: Id[]; warehouseIds: Id[] } | undefined
}

/** Delivery notes by their numbers, from the first to the last; none where the last comes before the first. */
export interface NoteRange {
  first: number
  last: number
}

/** Adds planned shipments and numbers their delivery notes on from the last: from 1 and without a gap. Answers the numbers. */
export async function insertShipments(tx: Tx, planned: readonly PlannedShipment[]): Promise<NoteRange> {
  const s = tx.t.shipments
  const [before] = await tx.q.select({ number: sql<number>`coalesce(max(${s.number}), 0)` }).from(s)
  const first = before!.number + 1
  const rows = planned.map(({ note = null, ...shipment }, i) => ({ ...shipment, note, number: first + i }))
  await insertRows(tx, s, rows)
  return { first, last: first + rows.length - 1 }
}

/** The shipments under these delivery notes, by their numbers, some hundreds at a time. */
export async function* pagesOfShipments(
  { q, t }: Reader,
  { first, last }: NoteRange,
): AsyncGenerator<Shipment[], void, undefined> {
  const s = t.shipments
  for (let from = first; from <= last; from += notesAtOnce) {
    const some = between(s.number, from, Math.min(last, from + notesAtOnce - 1))
    yield await q.select().from(s).where(some).orderBy(s.number)
  }
}

const notesAtOnce = 500

/** The shipment with this id. Raises `not_found`. */
export function getShipment(reader: Reader, id: Id): Promise<Shipment> {
  return getById(reader, reader.t.shipments, id, 'shipment')
}

/** The shipments of a campaign that have not left. */
export function listPlanned({ q, t: { shipments: s } }: Reader, campaignId: Id): Promise<Shipment[]> {
  const planned = and(eq(s.campaignId, campaignId), eq(s.status, 'planned'))
  return q.select().from(s).where(planned).orderBy(s.number)
}

/** Changes a shipment and counts its version up; undefined when its status is no longer `status`. */
export function updateShipment(
  tx: Tx,
  id: Id,
  status: ShipmentStatus,
  change: Partial<Shipment>,
): Promise<Shipment | undefined> {
  return updateWhere(tx, tx.t.shipments, id, change, eq(tx.t.shipments.status, status))
}

/** Notes that `quantity` more of what a school rejected is back; undefined when so many were not to come back. */
export async function addReturned({ q, t }: Tx, id: Id, quantity: number): Promise<Shipment | undefined> {
  const s = t.shipments
  const stillOut = sql`${s.rejectedQuantity} - ${s.returnedQuantity} >= ${quantity}`
  const [row] = await q
    .update(s)
    .set({ returnedQuantity: sql`${s.returnedQuantity} + ${quantity}`, version: sql`${s.version} + 1` })
    .where(and(eq(s.id, id), eq(s.status, 'delivered'), stillOut))
    .returning()
  return row
}

/** Says whether what a campaign's planned shipments carry comes out of promises, to which it goes back if they are cancelled. */
export async function markPlannedPromised({ q, t }: Tx, campaignId: Id, promised: boolean): Promise<void> {
  const s = t.shipments
  const reservedQuantity = promised ? sql`${s.quantity}` : 0
  const planned = and(eq(s.campaignId, campaignId), eq(s.status, 'planned'))
  await q.update(s).set({ reservedQuantity }).where(planned)
}

/** Shipments in the order in which they were planned. */
export function listShipments(
  { q, t: { shipments: s } }: Reader,
  filter: ShipmentFilter,
  page: PageQuery,
): Promise<Page<Shipment>> {
  const wanted = and(
    filter.campaignId ? eq(s.campaignId, filter.campaignId) : undefined,
    filter.schoolId ? eq(s.schoolId, filter.schoolId) : undefined,
    filter.warehouseId ? eq(s.warehouseId, filter.warehouseId) : undefined,
    filter.status ? eq(s.status, filter.status) : undefined,
    filter.only && or(inArray(s.schoolId, filter.only.schoolIds), inArray(s.warehouseId, filter.only.warehouseIds)),
  )
  return pageAscending(q.select().from(s), s, 'number', page, wanted)
}

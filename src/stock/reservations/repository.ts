import { and, eq, gt, sql } from 'drizzle-orm'
import { insertRows } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'

/** Kits at a warehouse that are promised to a school and that no shipment carries yet. */
export type Reservation = Tables['reservations']['$inferSelect']

/** What a campaign has promised, by school, or to one school, or from one warehouse. */
export function listReservations(
  { q, t: { reservations: r } }: Reader,
  campaignId: Id,
  { schoolId, warehouseId }: { schoolId?: Id | undefined; warehouseId?: Id | undefined } = {},
): Promise<Reservation[]> {
  const promised = and(
    eq(r.campaignId, campaignId),
    schoolId ? eq(r.schoolId, schoolId) : undefined,
    warehouseId ? eq(r.warehouseId, warehouseId) : undefined,
    gt(r.quantity, 0),
  )
  return q.select().from(r).where(promised).orderBy(r.schoolId, r.warehouseId)
}

/** Promises a school `quantity` more from a warehouse, or fewer if it is below zero. */
export async function addReservation({ q, t }: Tx, reservation: Reservation): Promise<void> {
  const r = t.reservations
  await q
    .insert(r)
    .values({ ...reservation, quantity: 0 })
    .onConflictDoNothing()
  await q
    .update(r)
    .set({ quantity: sql`${r.quantity} + ${reservation.quantity}` })
    .where(
      and(
        eq(r.campaignId, reservation.campaignId),
        eq(r.schoolId, reservation.schoolId),
        eq(r.kitId, reservation.kitId),
        eq(r.warehouseId, reservation.warehouseId),
      ),
    )
}

/** Adds reservations where there are none. */
export function insertReservations(tx: Tx, reservations: Reservation[]): Promise<void> {
  return insertRows(tx, tx.t.reservations, reservations)
}

/** Forgets what a campaign has promised, everywhere or at one warehouse. */
export async function deleteReservations({ q, t }: Tx, campaignId: Id, warehouseId?: Id): Promise<void> {
  const r = t.reservations
  const there = warehouseId ? eq(r.warehouseId, warehouseId) : undefined
  await q.delete(r).where(and(eq(r.campaignId, campaignId), there))
}

/** The campaigns that have promised kits from a warehouse. */
export async function listCampaignsReserving({ q, t }: Reader, warehouseId: Id, kitId: Id): Promise<Id[]> {
  const r = t.reservations
  const rows = await q
    .selectDistinct({ campaignId: r.campaignId })
    .from(r)
    .where(and(eq(r.warehouseId, warehouseId), eq(r.kitId, kitId), gt(r.quantity, 0)))
  return rows.map((row) => row.campaignId)
}

/** Kits of this kind that other campaigns have promised to schools. */
export async function reservedByOthers({ q, t }: Reader, campaignId: Id, kitId: Id): Promise<number> {
  const r = t.reservations
  const [row] = await q
    .select({ quantity: sql<number>`coalesce(sum(${r.quantity}), 0)` })
    .from(r)
    .where(and(eq(r.kitId, kitId), sql`${r.campaignId} <> ${campaignId}`))
  return row!.quantity
}

/** Whether a campaign has a confirmed allocation. */
export async function hasConfirmedAllocation({ q, t }: Reader, campaignId: Id): Promise<boolean> {
  const confirmed = and(eq(t.allocations.campaignId, campaignId), eq(t.allocations.status, 'confirmed'))
  return (await q.select({ id: t.allocations.id }).from(t.allocations).where(confirmed)).length > 0
}

/** Takes a campaign's confirmed allocation out of force and answers its id; undefined when there was none. */
export async function supersedeAllocation({ q, t }: Tx, campaignId: Id): Promise<Id | undefined> {
  const { id, status } = t.allocations
  const confirmed = and(eq(t.allocations.campaignId, campaignId), eq(status, 'confirmed'))
  return (await q.update(t.allocations).set({ status: 'superseded' }).where(confirmed).returning({ id }))[0]?.id
}

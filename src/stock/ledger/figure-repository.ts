import { and, eq, isNull, ne, sql } from 'drizzle-orm'
import type { Location } from '../../places/index.ts'
import type { Reader, Tables } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { ShipmentStatus } from '../rules.ts'

/** How many of a campaign's kits went from one location to another, all in all. */
export type Flow = Pick<Tables['movements']['$inferSelect'], 'fromLocationId' | 'toLocationId' | 'quantity'>

/** What a campaign's movements add up to, by their two ends. */
export function listFlows({ q, t }: Reader, campaignId: Id): Promise<Flow[]> {
  const { fromLocationId, toLocationId, quantity } = t.movements
  return q
    .select({ fromLocationId, toLocationId, quantity: sql<number>`sum(${quantity})` })
    .from(t.movements)
    .where(eq(t.movements.campaignId, campaignId))
    .groupBy(fromLocationId, toLocationId)
}

/** What a location is, and whose. */
export type KnownLocation = Pick<Location, 'kind' | 'schoolId'>

/** Every location there is. */
export async function knownLocations({ q, t }: Reader): Promise<Map<Id, KnownLocation>> {
  const rows = await q
    .select({ id: t.locations.id, kind: t.locations.kind, schoolId: t.schools.id })
    .from(t.locations)
    .leftJoin(t.schools, eq(t.schools.locationId, t.locations.id))
  return new Map(rows.map(({ id, ...location }) => [id, location]))
}

/** What a campaign's shipments to one school add up to, as long as they are in one status. */
export interface ShippedToSchool {
  schoolId: Id
  status: ShipmentStatus
  quantity: number
  accepted: number
  rejected: number
  missing: number
  returned: number
}

/** What a campaign's shipments add up to by school and status; those that were cancelled left no trace. */
export function listShipped({ q, t }: Reader, campaignId: Id): Promise<ShippedToSchool[]> {
  const s = t.shipments
  const sum = (column: typeof s.quantity | typeof s.acceptedQuantity | typeof s.returnedQuantity) =>
    sql<number>`coalesce(sum(${column}), 0)`
  return q
    .select({
      schoolId: s.schoolId,
      status: s.status,
      quantity: sum(s.quantity),
      accepted: sum(s.acceptedQuantity),
      rejected: sum(s.rejectedQuantity),
      missing: sum(s.missingQuantity),
      returned: sum(s.returnedQuantity),
    })
    .from(s)
    .where(and(eq(s.campaignId, campaignId), ne(s.status, 'cancelled')))
    .groupBy(s.schoolId, s.status)
}

/** How many missing kits have been explained by adjustments, by the school that they were for. */
export async function explainedBySchool({ q, t }: Reader, campaignId: Id): Promise<Map<Id, number>> {
  const { adjustments: a, shipments: s } = t
  const rows = await q
    .select({ schoolId: s.schoolId, quantity: sql<number>`-sum(${a.quantity})` })
    .from(a)
    .innerJoin(s, eq(s.id, a.shipmentId))
    .where(and(eq(s.campaignId, campaignId), isNull(a.reversedAt)))
    .groupBy(s.schoolId)
  return new Map(rows.map((row) => [row.schoolId, row.quantity]))
}

/** Kits of this kind that planned shipments of other campaigns carry. */
export async function plannedByOthers({ q, t }: Reader, campaignId: Id, kitId: Id): Promise<number> {
  const s = t.shipments
  const [row] = await q
    .select({ quantity: sql<number>`coalesce(sum(${s.quantity}), 0)` })
    .from(s)
    .where(and(eq(s.kitId, kitId), eq(s.status, 'planned'), ne(s.campaignId, campaignId)))
  return row!.quantity
}

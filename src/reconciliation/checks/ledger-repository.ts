import { and, count, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Campaign } from '../../campaigns/index.ts'
import { virtualLocations } from '../../places/index.ts'
import type { Reader, Tables } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { LedgerFacts, LocationFacts } from './ledger-rules.ts'
import type { RoadFacts, ShipmentFacts } from './shipment-rules.ts'

const kits = (column: unknown) => sql<number>`coalesce(sum(${column}), 0)`

/** What the books say of the campaign's kit at every location. */
export async function readLedger(reader: Reader, { kitId, status }: Campaign): Promise<LedgerFacts> {
  const moved = await movedByLocation(reader, kitId)
  const promised = await promisedByLocation(reader, kitId)
  const { q, t } = reader
  const rows = await q
    .select({
      locationId: t.balances.locationId,
      kind: t.balances.kind,
      name: t.locations.name,
      schoolId: t.schools.id,
      onHand: t.balances.onHand,
      reserved: t.balances.reserved,
    })
    .from(t.balances)
    .innerJoin(t.locations, eq(t.locations.id, t.balances.locationId))
    .leftJoin(t.schools, eq(t.schools.locationId, t.balances.locationId))
    .where(eq(t.balances.kitId, kitId))
    .orderBy(t.balances.locationId)
  // Put into the rows themselves: there may be one for every school.
  const toFacts = (row: (typeof rows)[number]): LocationFacts =>
    Object.assign(row, { moved: moved.get(row.locationId) ?? 0, promised: promised.get(row.locationId) ?? 0 })
  return { kitId, locations: rows.map(toFacts), ended: hasEnded(status) }
}

function hasEnded(status: Campaign['status']): boolean {
  return status === 'closing' || status === 'closed'
}

/** What has come less what has gone, by location. */
async function movedByLocation(reader: Reader, kitId: Id): Promise<Map<Id, number>> {
  const m = reader.t.movements
  const moved = await sumBy(reader, m, m.toLocationId, eq(m.kitId, kitId))
  for (const [id, kits] of await sumBy(reader, m, m.fromLocationId, eq(m.kitId, kitId)))
    moved.set(id, (moved.get(id) ?? 0) - kits)
  return moved
}

/** What reservations and planned shipments of all campaigns promise, by warehouse. */
async function promisedByLocation(reader: Reader, kitId: Id): Promise<Map<Id, number>> {
  const { reservations: r, shipments: s } = reader.t
  const promised = await sumBy(reader, r, r.warehouseId, eq(r.kitId, kitId))
  const planned = and(eq(s.kitId, kitId), eq(s.status, 'planned'))
  for (const [id, kits] of await sumBy(reader, s, s.warehouseId, planned))
    promised.set(id, (promised.get(id) ?? 0) + kits)
  return promised
}

/** How many kits the rows of a table that `condition` holds for have together, by a column of ids. */
async function sumBy(
  { q }: Reader,
  table: Tables['movements'] | Tables['reservations'] | Tables['shipments'],
  id: SQLiteColumn,
  condition: SQL | undefined,
): Promise<Map<Id, number>> {
  const rows = await q
    .select({ id, kits: kits(table.quantity) })
    .from(table)
    .where(condition)
    .groupBy(id)
  return new Map(rows.map((row) => [row.id as Id, row.kits]))
}

/** What the books say of the campaign's shipments, and of all kits of its kind that are on the road. */
export async function readRoad(reader: Reader, campaign: Campaign): Promise<RoadFacts> {
  const { q, t } = reader
  const { id: campaignId, kitId, status } = campaign
  const s = t.shipments
  const explained = await explainedByShipment(reader, kitId)
  const moved = await movedByShipment(reader, campaignId)
  const rows = await q
    .select({
      id: s.id,
      number: s.number,
      schoolId: s.schoolId,
      schoolName: t.schools.name,
      status: s.status,
      quantity: s.quantity,
      returned: s.returnedQuantity,
      accepted: sql<number>`coalesce(${s.acceptedQuantity}, 0)`,
      rejected: sql<number>`coalesce(${s.rejectedQuantity}, 0)`,
      missing: sql<number>`coalesce(${s.missingQuantity}, 0)`,
    })
    .from(s)
    .innerJoin(t.schools, eq(t.schools.id, s.schoolId))
    .where(eq(s.campaignId, campaignId))
    .orderBy(s.number)
  const shipments = rows.map(
    (row): ShipmentFacts =>
      Object.assign(row, { explained: explained.get(row.id) ?? 0, moved: moved.get(row.id) ?? unmoved }),
  )
  const transitId = virtualLocations.transit
  const [balance] = await q
    .select({ onHand: t.balances.onHand })
    .from(t.balances)
    .where(and(eq(t.balances.locationId, transitId), eq(t.balances.kitId, kitId)))
  const underWay = (await sentOut(reader, kitId)) - [...explained.values()].reduce((sum, kits) => sum + kits, 0)
  return { shipments, inTransit: balance?.onHand ?? 0, underWay, transitId, ended: hasEnded(status) }
}

/** Kits that by their papers have left and have neither been accepted nor come back. */
async function sentOut({ q, t }: Reader, kitId: Id): Promise<number> {
  const s = t.shipments
  const left = sql`case ${s.status}
    when 'dispatched' then ${s.quantity}
    when 'returned' then ${s.quantity} - ${s.returnedQuantity}
    when 'delivered' then ${s.rejectedQuantity} + ${s.missingQuantity} - ${s.returnedQuantity}
    else 0 end`
  const [row] = await q
    .select({ kits: kits(left) })
    .from(s)
    .where(eq(s.kitId, kitId))
  return row!.kits
}

/** Missing kits that adjustments explain. */
async function explainedByShipment({ q, t }: Reader, kitId: Id): Promise<Map<Id, number>> {
  const a = t.adjustments
  const rows = await q
    .select({ id: a.shipmentId, kits: kits(sql`-${a.quantity}`) })
    .from(a)
    .where(and(eq(a.kitId, kitId), sql`${a.shipmentId} is not null`, isNull(a.reversedAt)))
    .groupBy(a.shipmentId)
  return new Map(rows.map((row) => [row.id!, row.kits]))
}

const unmoved = { dispatched: 0, delivered: 0, returned: 0 }
const stages = { dispatch: 'dispatched', delivery: 'delivered', return: 'returned' } as const

async function movedByShipment({ q, t }: Reader, campaignId: Id): Promise<Map<Id, ShipmentFacts['moved']>> {
  const m = t.movements
  const rows = await q
    .select({ id: m.causeId, kind: m.kind, kits: kits(m.quantity) })
    .from(m)
    .where(and(eq(m.campaignId, campaignId), eq(m.causeType, 'shipment')))
    .groupBy(m.causeId, m.kind)
  const moved = new Map<Id, ShipmentFacts['moved']>()
  for (const { id, kind, kits } of rows) {
    const known = moved.get(id) ?? { ...unmoved }
    if (kind in stages) known[stages[kind as keyof typeof stages]] += kits
    moved.set(id, known)
  }
  return moved
}

/**
 * Where the books of a campaign stand: figures that change with every command that a run could find something about. Two
 * positions are alike if nothing of that kind has happened between them.
 */
export async function readPosition({ q, t }: Reader, campaign: Campaign): Promise<unknown[]> {
  const { id, kitId, status, targetQuantity, budgetCents, reserveQuantity } = campaign
  const { movements, redemptions: r, vouchers: v, enrollments: e, shipments: s, allocations: a, reservations } = t
  return [
    [status, targetQuantity, budgetCents, reserveQuantity],
    await q.select({ kits: count() }).from(movements).where(eq(movements.kitId, kitId)),
    await q
      .select({ all: count(), undone: count(r.undoneAt) })
      .from(r)
      .where(eq(r.campaignId, id)),
    await q.select({ status: v.status, all: count() }).from(v).where(eq(v.campaignId, id)).groupBy(v.status),
    await q.select({ status: e.status, all: count() }).from(e).where(eq(e.campaignId, id)).groupBy(e.status),
    await q.select({ status: s.status, all: count() }).from(s).where(eq(s.campaignId, id)).groupBy(s.status),
    await q
      .select({ id: a.id })
      .from(a)
      .where(and(eq(a.campaignId, id), eq(a.status, 'confirmed'))),
    await q
      .select({ kits: kits(reservations.quantity) })
      .from(reservations)
      .where(eq(reservations.campaignId, id)),
  ]
}

import { and, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { LocationKind } from '../../places/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import type { Stock } from '../rules.ts'

/** Stock of a kit at a location; `available` is what is there and not promised. */
export interface Balance extends Stock {
  locationId: Id
  locationKind: LocationKind
  kitId: Id
  available: number
}

/** Kits promised to schools at a location from an instant on, or freed if `quantity` is below zero. */
export type StockPromise = Tables['promises']['$inferSelect']

/** Which balances to list; `only` limits to these locations. */
export interface BalanceFilter {
  locationId?: Id | undefined
  kitId?: Id | undefined
  only?: Id[] | undefined
}

/** Stock of a kit at a location now; none where the kit never was. */
export async function stockOf({ q, t }: Reader, locationId: Id, kitId: Id): Promise<Stock> {
  const [row] = await q
    .select({ onHand: t.balances.onHand, reserved: t.balances.reserved })
    .from(t.balances)
    .where(and(eq(t.balances.locationId, locationId), eq(t.balances.kitId, kitId)))
  return row ?? { onHand: 0, reserved: 0 }
}

/** Promises kits, or frees some; false when so many are not available. */
export async function insertPromise({ q, t }: Tx, promise: StockPromise): Promise<boolean> {
  const { locationId, kitId, quantity } = promise
  const b = t.balances
  const isFree = sql`${b.onHand} - ${b.reserved} >= ${quantity}`
  const rows = await q
    .update(b)
    .set({ reserved: sql`${b.reserved} + ${quantity}` })
    .where(and(eq(b.locationId, locationId), eq(b.kitId, kitId), isFree))
    .returning({ reserved: b.reserved })
  if (rows.length > 0) await q.insert(t.promises).values(promise)
  return rows.length > 0
}

/** A kit's stock at each warehouse, the one with most available first. */
export function listWarehouseStock({ q, t }: Reader, kitId: Id): Promise<(Stock & { warehouseId: Id })[]> {
  const { locationId, onHand, reserved, kind } = t.balances
  return q
    .select({ warehouseId: locationId, onHand, reserved })
    .from(t.balances)
    .where(and(eq(t.balances.kitId, kitId), eq(kind, 'warehouse')))
    .orderBy(sql`${reserved} - ${onHand}`, locationId)
}

/** Balances by location and kit, now, or as of an instant: the sums of what had moved and had been promised by then. */
export async function listBalances(
  { q, t }: Reader,
  filter: BalanceFilter,
  at: Instant | undefined,
  page: PageQuery,
): Promise<Page<Balance>> {
  const b = t.balances
  const after = decodeCursor(page.cursor, 2)?.map(String)
  const behind = after
    ? or(gt(b.locationId, after[0]!), and(eq(b.locationId, after[0]!), gt(b.kitId, after[1]!)))
    : undefined
  const stock = at ? stockAt(t, at) : { onHand: b.onHand, reserved: b.reserved }
  const rows = await q
    .select({ locationId: b.locationId, locationKind: b.kind, kitId: b.kitId, ...stock })
    .from(b)
    .where(
      and(
        filter.locationId ? eq(b.locationId, filter.locationId) : undefined,
        filter.kitId ? eq(b.kitId, filter.kitId) : undefined,
        filter.only ? inArray(b.locationId, filter.only) : undefined,
        behind,
      ),
    )
    .orderBy(b.locationId, b.kitId)
    .limit(page.limit + 1)
  const balances = rows.map((row) => ({ ...row, available: row.onHand - row.reserved }))
  return toPage(balances, page.limit, (row) => [row.locationId, row.kitId])
}

/** What had come to the location at hand by an instant less what had gone, and what had been promised there. */
function stockAt({ balances: b, movements: m, promises: p }: Tables, at: Instant) {
  const moved = (end: typeof m.toLocationId | typeof m.fromLocationId) =>
    sql`(select coalesce(sum(${m.quantity}), 0) from ${m} where ${end} = ${b.locationId} and ${m.kitId} = ${b.kitId} and ${m.occurredAt} <= ${at})`
  const promised = sql`(select coalesce(sum(${p.quantity}), 0) from ${p} where ${p.locationId} = ${b.locationId} and ${p.kitId} = ${b.kitId} and ${p.at} <= ${at})`
  return {
    onHand: sql<number>`${moved(m.toLocationId)} - ${moved(m.fromLocationId)}`,
    reserved: sql<number>`${promised} + 0`,
  }
}

import { and, eq, gt, inArray, or, sql } from 'drizzle-orm'
import type { Id } from '../kernel/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../kernel/page.ts'
import type { Instant } from '../kernel/time.ts'
import type { LocationKind } from '../places/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Stock } from './rules.ts'

/** Stock of a kit at a location. What was promised at a past instant is not known: then `reserved` and `available` are null. */
export interface Balance {
  locationId: Id
  locationKind: LocationKind
  kitId: Id
  onHand: number
  reserved: number | null
  available: number | null
}

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

/** Promises `quantity` more at a warehouse, or fewer if it is below zero; false when so many are not available. */
export async function addReserved({ q, t }: Tx, locationId: Id, kitId: Id, quantity: number): Promise<boolean> {
  const rows = await q
    .update(t.balances)
    .set({ reserved: sql`${t.balances.reserved} + ${quantity}` })
    .where(
      and(
        eq(t.balances.locationId, locationId),
        eq(t.balances.kitId, kitId),
        sql`${t.balances.onHand} - ${t.balances.reserved} >= ${quantity}`,
      ),
    )
    .returning({ reserved: t.balances.reserved })
  return rows.length > 0
}

/** A kit's stock at each warehouse, the one with most available first. */
export async function listWarehouseStock({ q, t }: Reader, kitId: Id): Promise<(Stock & { warehouseId: Id })[]> {
  const rows = await q
    .select({ warehouseId: t.balances.locationId, onHand: t.balances.onHand, reserved: t.balances.reserved })
    .from(t.balances)
    .where(and(eq(t.balances.kitId, kitId), eq(t.balances.kind, 'warehouse')))
    .orderBy(sql`${t.balances.reserved} - ${t.balances.onHand}`, t.balances.locationId)
  return rows
}

/** Balances by location and kit, now, or by the book at a past instant. */
export async function listBalances(
  { q, t }: Reader,
  filter: BalanceFilter,
  at: Instant | undefined,
  page: PageQuery,
): Promise<Page<Balance>> {
  const b = t.balances
  const after = decodeCursor(page.cursor, 2)
  const behind = after
    ? or(gt(b.locationId, String(after[0])), and(eq(b.locationId, String(after[0])), gt(b.kitId, String(after[1]))))
    : undefined
  const rows = await q
    .select({
      locationId: b.locationId,
      locationKind: b.kind,
      kitId: b.kitId,
      onHand: at ? movedBy(t, at) : b.onHand,
      reserved: at ? sql<null>`null` : b.reserved,
      available: at ? sql<null>`null` : sql<number>`${b.onHand} - ${b.reserved}`,
    })
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
  return toPage(rows, page.limit, (row) => [row.locationId, row.kitId])
}

/** What had come by an instant less what had gone, for the balance at hand. */
function movedBy({ balances: b, movements: m }: Tables, at: Instant) {
  const sum = (end: typeof m.toLocationId | typeof m.fromLocationId) =>
    sql`(select coalesce(sum(${m.quantity}), 0) from ${m} where ${end} = ${b.locationId} and ${m.kitId} = ${b.kitId} and ${m.occurredAt} <= ${at})`
  return sql<number>`${sum(m.toLocationId)} - ${sum(m.fromLocationId)}`
}

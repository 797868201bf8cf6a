import { and, count, eq, isNull, ne, sql } from 'drizzle-orm'
import type { Reader } from '../schema.ts'

/** How many kits come out of nowhere or go nowhere: 0 of each kind of kit, for every movement has two ends. */
export async function listUnbalancedKits({ q, t }: Reader): Promise<{ kitId: string; total: number }[]> {
  const { kitId, onHand } = t.balances
  const total = sql<number>`sum(${onHand})`
  const rows = await q.select({ kitId, total }).from(t.balances).groupBy(kitId).having(ne(total, 0))
  return rows.map((row) => ({ ...row, total: Number(row.total) }))
}

/** How many balances are not the sum of their movements. */
export async function countWrongBalances({ q, t }: Reader): Promise<number> {
  const [b, m] = [t.balances, t.movements]
  const moved = (end: typeof m.toLocationId | typeof m.fromLocationId) =>
    sql`coalesce((select sum(${m.quantity}) from ${m} where ${end} = ${b.locationId} and ${m.kitId} = ${b.kitId}), 0)`
  const wrong = ne(b.onHand, sql`${moved(m.toLocationId)} - ${moved(m.fromLocationId)}`)
  const [row] = await q.select({ balances: count() }).from(b).where(wrong)
  return row!.balances
}

/** How many ends of movements have no balance. */
export async function countStrayMovements({ q, t }: Reader): Promise<number> {
  const [b, m] = [t.balances, t.movements]
  const isOf = (place: 'fromLocationId' | 'toLocationId') => and(eq(b.locationId, m[place]), eq(b.kitId, m.kitId))
  let strays = 0
  for (const place of ['fromLocationId', 'toLocationId'] as const) {
    const [row] = await q.select({ ends: count() }).from(m).leftJoin(b, isOf(place)).where(isNull(b.locationId))
    strays += row!.ends
  }
  return strays
}

/** How many vouchers there are whose state and redemptions say different things. */
export async function countTornVouchers({ q, t }: Reader): Promise<number> {
  const [v, r] = [t.vouchers, t.redemptions]
  const used = and(eq(r.voucherId, v.id), isNull(r.undoneAt))
  const [row] = await q
    .select({ vouchers: count() })
    .from(v)
    .leftJoin(r, used)
    .where(sql`(${v.status} = 'redeemed') <> (${r.id} is not null)`)
  return row!.vouchers
}

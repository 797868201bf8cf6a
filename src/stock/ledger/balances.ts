import type { Deps } from '../../deps.ts'
import { type Actor, authorize, scopeOf } from '../../identity/index.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import { type Balance, type BalanceFilter, listBalances } from './balance-repository.ts'
import { locationsIn } from './places.ts'

/** Balances by location and kit, now or as of `at`; school staff see their own yard alone, staff of a warehouse that warehouse. */
export async function readBalances(
  { db }: Deps,
  actor: Actor | undefined,
  { at, ...filter }: Omit<BalanceFilter, 'only'> & { at?: Instant | undefined },
  page: PageQuery,
): Promise<Page<Balance>> {
  authorize(actor, 'stock:read')
  const only = await locationsIn(db.read, scopeOf(actor, 'stock:read'))
  return listBalances(db.read, { ...filter, only }, at, page)
}

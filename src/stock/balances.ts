import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import type { Page, PageQuery } from '../kernel/page.ts'
import type { Instant } from '../kernel/time.ts'
import { yardsOf } from './places.ts'
import { type Balance, type BalanceFilter, listBalances } from './repository-balances.ts'

/** Balances by location and kit, now or as of `at`; school staff see their own yard alone. */
export async function readBalances(
  { db }: Deps,
  actor: Actor | undefined,
  { at, ...filter }: Omit<BalanceFilter, 'only'> & { at?: Instant | undefined },
  page: PageQuery,
): Promise<Page<Balance>> {
  authorize(actor, 'stock:read')
  const only = await yardsOf(db.read, schoolsOf(actor, 'stock:read'))
  return listBalances(db.read, { ...filter, only }, at, page)
}

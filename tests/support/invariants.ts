import type { Test } from 'tap'
import type { OpenDeps } from '../../src/open-deps.ts'
import { allSql } from './sql.ts'

/** Rows that a query finds, straight from the database. */
export type Ask = (query: string) => Promise<Record<string, unknown>[]>

/** Asks the database of `deps` past all code of the service. */
export const askOf =
  (deps: OpenDeps): Ask =>
  (query) =>
    allSql(deps.db.read, query)

const movementsOf = (column: string) =>
  `coalesce((select sum(quantity) from movements m where m.${column} = b.location_id and m.kit_id = b.kit_id), 0)`

/** What must never be found, by the invariant of docs/domain.md that it would break. */
const neverFound: Record<string, string> = {
  '1: the balances of all locations sum to zero': `
    select kit_id, sum(on_hand) as total from balances group by kit_id having sum(on_hand) <> 0`,
  '1: a balance is the sum of its movements': `
    select * from balances b where on_hand <> ${movementsOf('to_location_id')} - ${movementsOf('from_location_id')}`,
  '2: no warehouse and no road holds less than nothing': `
    select * from balances where kind in ('warehouse', 'transit') and on_hand < 0`,
  '3: an enrollment has at most one live voucher': `
    select enrollment_id from vouchers where status in ('issued', 'redeemed') group by enrollment_id having count(*) > 1`,
  '3: a redeemed voucher has exactly one redemption, and no other has any': `
    select v.id, count(r.id) as redemptions from vouchers v
    left join redemptions r on r.voucher_id = v.id and r.undone_at is null
    group by v.id, v.status having (count(r.id) = 1) <> (v.status = 'redeemed') or count(r.id) > 1`,
  '3: the voucher of a transferred child is not left live': `
    select v.id from vouchers v join enrollments e on e.id = v.enrollment_id
    where e.status = 'transferred' and v.status in ('issued', 'redeemed')`,
  '4: each accepted scan has its redemption, each redemption its hand-out in the ledger': `
    select s.id from scans s where s.result = 'accepted' and s.redemption_id is null
    union all
    select r.id from redemptions r where not exists (select 1 from movements m where m.cause_id = r.id and m.kind = 'handout')`,
  '4: a kit that left on a refused scan is in the ledger and among the discrepancies': `
    select s.id from scans s where s.handed_out and s.result <> 'accepted' and s.campaign_id is not null
    and (s.discrepancy_id is null or not exists (select 1 from movements m where m.cause_id = s.id and m.kind = 'handout'))`,
  '4: what is handed out is what was redeemed and not undone, and what left all the same': `
    select handed.total as handed, facts.total as facts from
      (select coalesce(sum(on_hand), 0) as total from balances where kind = 'handed_out') handed,
      (select (select count(*) from redemptions where undone_at is null)
            + (select count(*) from scans where handed_out and result <> 'accepted' and campaign_id is not null)
            - (select count(*) from movements m join movements back on back.reverses_id = m.id
                where m.kind = 'handout' and m.cause_type = 'scan') as total) facts
    where handed.total <> facts.total`,
  '6: no more is promised than is on hand': `select * from balances where kind = 'warehouse' and reserved > on_hand`,
  '6: what is reserved is what is promised and planned': `
    select * from balances b where kind = 'warehouse' and reserved <>
      coalesce((select sum(quantity) from reservations r where r.warehouse_id = b.location_id and r.kit_id = b.kit_id), 0)
      + coalesce((select sum(quantity) from shipments s
          where s.warehouse_id = b.location_id and s.kit_id = b.kit_id and s.status = 'planned'), 0)`,
  '7: a school gets no more than it needs, save what was shipped before': `
    select * from allocation_lines where (quantity > need and quantity > shipped) or quantity < shipped`,
  '7: schools of equal need differ by one kit at most where nothing was shipped': `
    select l.allocation_id from allocation_lines l join allocations a on a.id = l.allocation_id
    where a.policy not like '%prioritySchoolIds%'
    group by l.allocation_id, l.need having max(l.shipped) = 0 and max(l.quantity) - min(l.quantity) > 1`,
  '8: every change has its event': [
    'receipts',
    'shipments',
    'counts',
    'adjustments',
    'returns',
    'allocations',
    'discrepancies',
  ]
    .map((table) => `select '${table}' as what, id from ${table} where id not in (select subject_id from audit_events)`)
    .join(' union all '),
}

/** Fails the test for each invariant that the database breaks. */
export async function invariantsHold(t: Test, ask: Ask): Promise<void> {
  for (const [invariant, query] of Object.entries(neverFound)) t.same(await ask(query), [], invariant)
}

import t from 'tap'
import { openLawless } from '../support/raw.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

/** A fault that the service itself would never let happen, and what a run says of it. */
interface Fault {
  check: string
  code: string
  severity: 'info' | 'warning' | 'error'
  /** Statements that bring it about. */
  broken: string[]
}

const firstShipment = '(select id from shipments where number = 1)'
const redemption = '(select min(id) from redemptions where undone_at is null)'
const otherRedemption = '(select max(id) from redemptions where undone_at is null)'
const handout = `(select id from movements where cause_id = ${redemption} and kind = 'handout')`

const faults: Fault[] = [
  fault('conservation', 'ledger_mismatch', "update balances set on_hand = on_hand + 1 where kind = 'supplier'"),
  fault(
    'balance_is_sum_of_movements',
    'ledger_mismatch',
    "update balances set on_hand = on_hand - 1 where kind = 'handed_out'",
  ),
  fault('no_stock_from_nothing', 'ledger_mismatch', "update balances set on_hand = -1 where kind = 'transit'"),
  warning('negative_balance', 'negative_balance', "update balances set on_hand = -2 where kind = 'school'"),
  fault('reserved_is_promised', 'ledger_mismatch', "update balances set reserved = 1 where kind = 'warehouse'"),
  fault(
    'nothing_promised_twice',
    'ledger_mismatch',
    `insert into reservations select warehouse_id, kit_id, campaign_id, school_id, 99 from shipments where id = ${firstShipment}`,
  ),
  fault(
    'shipments_add_up',
    'shipment_mismatch',
    `update shipments set accepted_quantity = accepted_quantity + 1 where id = ${firstShipment}`,
  ),
  fault('transit_is_under_way', 'ledger_mismatch', "update balances set on_hand = 3 where kind = 'transit'"),
  warning(
    'missing_in_transit',
    'missing_in_transit',
    `update shipments set accepted_quantity = accepted_quantity - 1, missing_quantity = 1 where id = ${firstShipment}`,
  ),
  warning(
    'rejected_not_returned',
    'rejected_not_returned',
    `update shipments set accepted_quantity = accepted_quantity - 1, rejected_quantity = 1 where id = ${firstShipment}`,
  ),
  warning('in_transit', 'in_transit', `update shipments set status = 'dispatched' where id = ${firstShipment}`),
  fault(
    'one_live_voucher_per_enrollment',
    'handout_mismatch',
    `update vouchers set enrollment_id = (select enrollment_id from vouchers v join redemptions r on r.voucher_id = v.id where r.id = ${redemption})
     where id = (select voucher_id from redemptions where id = ${otherRedemption})`,
  ),
  fault(
    'one_redemption_per_voucher',
    'handout_mismatch',
    `update redemptions set voucher_id = (select voucher_id from redemptions where id = ${redemption}) where id = ${otherRedemption}`,
  ),
  fault(
    'vouchers_are_redeemed',
    'handout_mismatch',
    `update vouchers set status = 'issued', redeemed_at = null where id = (select voucher_id from redemptions where id = ${redemption})`,
  ),
  fault(
    'vouchers_are_redeemed',
    'handout_mismatch',
    `update redemptions set undone_at = redeemed_at where id = ${redemption}`,
  ),
  fault('handouts_are_moved', 'handout_mismatch', `update movements set kind = 'return' where id = ${handout}`),
  fault('handouts_are_moved', 'handout_mismatch', `update movements set cause_id = 'nothing' where id = ${handout}`),
  fault(
    'refused_handouts_are_reported',
    'handout_mismatch',
    "update scans set discrepancy_id = null where handed_out and result <> 'accepted'",
  ),
  fault(
    'refused_handouts_are_reported',
    'handout_mismatch',
    "update movements set cause_id = 'nothing' where kind = 'handout' and cause_type = 'scan'",
  ),
  fault('handed_out_is_accounted_for', 'handout_mismatch', `update movements set quantity = 2 where id = ${handout}`),
  warning(
    'kits_suffice',
    'kits_short_at_school',
    "update campaigns set status = 'open'",
    "update vouchers set status = 'issued' where status = 'expired'",
    "update balances set on_hand = 0 where kind = 'school'",
  ),
  fault('receipts_are_moved', 'ledger_mismatch', 'update receipts set quantity = quantity + 1'),
  fault('allocation_adds_up', 'allocation_mismatch', 'update allocation_lines set quantity = quantity + 1'),
  fault('allocation_adds_up', 'allocation_mismatch', 'update allocations set stock_quantity = 9'),
  warning('within_budget', 'over_budget', 'update campaigns set budget_cents = 1'),
  fault('changes_have_events', 'event_missing', "delete from audit_events where action = 'receipt.recorded'"),
  fault('changes_have_events', 'event_missing', "delete from audit_events where action = 'shipment.delivered'"),
  fault('changes_have_events', 'event_missing', "delete from audit_events where action = 'voucher.redeemed'"),
  fault('changes_have_events', 'event_missing', "delete from audit_events where action = 'voucher.issued_again'"),
  warning(
    'reports_are_answered',
    'refused_handout',
    "update discrepancies set status = 'open' where code = 'refused_handout'",
  ),
]

function fault(check: string, code: string, ...broken: string[]): Fault {
  return { check, code, severity: 'error', broken }
}

function warning(check: string, code: string, ...broken: string[]): Fault {
  return { check, code, severity: 'warning', broken }
}

/** What is broken and mended, by what its rows are known by. */
const keys = {
  balances: 'location_id, kit_id',
  movements: 'id',
  reservations: 'warehouse_id, kit_id, campaign_id, school_id',
  shipments: 'id',
  vouchers: 'id',
  redemptions: 'id',
  scans: 'id',
  receipts: 'id',
  allocations: 'id',
  allocation_lines: 'allocation_id, school_id',
  campaigns: 'id',
  audit_events: 'id',
}

t.test(
  'every check of a run fails when what it checks is broken in the database, and passes when it is mended',
  async (t) => {
    const saka = await handedOutCampaign(t)
    const { api, schools, deps } = saka
    const refused = (await saka.vouchersOf(0)).find(({ status }: any) => status === 'issued')
    await saka.scan(refused, schools[1], { handedOut: true })
    await api.made(`/adjustments`, {
      locationId: schools[1].locationId,
      kitId: saka.kit.id,
      quantity: 1,
      reason: 'found',
    })
    await saka.close()
    const [report] = await saka.discrepancies('&code=refused_handout')
    await api.patch(`/discrepancies/${report.id}`, { resolution: 'It was the child’s own kit' })
    const sound = await saka.reconcile()
    t.equal(sound.status, 'clean')
    const covered = new Set(faults.map(({ check }) => check))
    const infos = ['kits_left_at_school', 'target_met']
    t.same(
      sound.checks.map(({ code }: any) => code).filter((code: string) => !covered.has(code)),
      infos,
      'no check is left out',
    )

    const { run: change } = await openLawless(t, deps, ['vouchers_one_live', 'redemptions_one_per_voucher'])
    for (const table of Object.keys(keys)) await change(`create temp table sound_${table} as select * from ${table}`)
    for (const { check, code, severity, broken } of faults) {
      for (const statement of broken) {
        t.ok((await change(statement)) > 0, statement)
      }
      const run = await saka.reconcile()
      t.equal(run.status, 'findings')
      t.equal(run.checks.find((one: any) => one.code === check).passed, false, check)
      const finding = run.discrepancies.find((one: any) => one.code === code && one.status === 'open')
      t.match(finding, { severity, detail: /\.$/ }, `${check} opens ${code}`)

      await change('delete from reservations')
      for (const [table, key] of Object.entries(keys)) {
        await change(`delete from ${table} where (${key}) in (select ${key} from sound_${table})`)
        await change(`insert into ${table} select * from sound_${table}`)
      }
      if (check === 'reports_are_answered')
        await change("update discrepancies set status = 'resolved' where code = 'refused_handout'")
      t.equal((await saka.reconcile()).status, 'clean', `${check} passes once it is mended`)
    }
  },
)

t.test(
  'after the pickup what is left at schools and what fell short of the target is told, and needs no answer',
  async (t) => {
    const saka = await handedOutCampaign(t)
    t.same(
      (await saka.reconcile()).discrepancies.map(({ code }: any) => code),
      ['target_not_met'],
      'kits at schools are none yet',
    )
    await saka.close()
    const run = await saka.reconcile()
    t.equal(run.status, 'clean')
    const left = run.discrepancies.find(({ code }: any) => code === 'kits_left_at_school')
    t.match(left, {
      severity: 'info',
      expected: 0,
      actual: 1,
      records: [{ type: 'location' }, { type: 'school', id: saka.school.id }],
    })
  },
)

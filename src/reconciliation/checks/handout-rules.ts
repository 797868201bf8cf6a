import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { type CheckResult, contradiction, foundIn } from './finding-rules.ts'

/** Something that there is more than one of, or another number of than there should be. */
export interface Miscount {
  id: Id
  expected: number
  actual: number
}

/** Vouchers, redemptions and hand-outs of one campaign: how many there are, and which contradict each other. */
export interface HandoutFacts {
  liveVouchers: number
  liveRedemptions: number
  redeemedVouchers: number
  refusedHandouts: number
  /** Hand-outs by the ledger that nothing has undone. */
  handoutMovements: number
  /** Enrollments with several live vouchers. */
  servedTwice: Miscount[]
  /** Vouchers with several live redemptions. */
  redeemedTwice: Miscount[]
  /** Vouchers that are redeemed without a live redemption. */
  redeemedWithout: Id[]
  /** Live redemptions of vouchers that are not redeemed. */
  redemptionsAstray: Id[]
  /** Live redemptions that moved no kit. */
  redemptionsWithoutMovement: Id[]
  /** Hand-outs in the ledger against a redemption that is undone or not there. */
  movementsAstray: Id[]
  /** Scans that were refused while the kit left, without a movement or a discrepancy. */
  refusedUnreported: Id[]
  campaignId: Id
}

/** Every check of vouchers and hand-outs. Invariants 3 and 4. */
export function checkHandouts(facts: HandoutFacts): CheckResult[] {
  return [
    counted('one_live_voucher_per_enrollment', 'enrollment', facts.liveVouchers, facts.servedTwice),
    counted('one_redemption_per_voucher', 'voucher', facts.liveRedemptions, facts.redeemedTwice),
    astray('vouchers_are_redeemed', facts.redeemedVouchers + facts.liveRedemptions, [
      ['voucher', 'is redeemed, but no hand-out says so', facts.redeemedWithout],
      ['redemption', 'stands, but its voucher is not redeemed', facts.redemptionsAstray],
    ]),
    astray('handouts_are_moved', facts.liveRedemptions + facts.handoutMovements, [
      ['redemption', 'stands, but the ledger moved no kit for it', facts.redemptionsWithoutMovement],
      ['movement', 'is a hand-out for a redemption that does not stand', facts.movementsAstray],
    ]),
    astray('refused_handouts_are_reported', facts.refusedHandouts, [
      [
        'scan',
        'was refused while the kit left, but the ledger or the discrepancies do not say so',
        facts.refusedUnreported,
      ],
    ]),
    total(facts),
  ]
}

function counted(code: string, type: 'enrollment' | 'voucher', compared: number, wrong: Miscount[]): CheckResult {
  const what = type === 'enrollment' ? 'live vouchers' : 'live redemptions'
  const findings = foundIn(wrong, ({ id, ...figures }) =>
    contradiction(
      'handout_mismatch',
      `${code}:${id}`,
      `One ${type} has ${figures.actual} ${what}.`,
      [{ type, id }],
      figures,
    ),
  )
  return { code, compared, findings }
}

function astray(code: string, compared: number, kinds: [type: string, what: string, ids: Id[]][]): CheckResult {
  function* findings() {
    for (const [type, what, ids] of kinds)
      yield* foundIn(ids, (id) =>
        contradiction('handout_mismatch', `${code}:${id}`, `A ${type} ${what}.`, [{ type, id }]),
      )
  }
  return { code, compared, findings: findings() }
}

/** Kits handed out by the ledger = redemptions that stand + kits that left though the scan was refused. */
function total({ campaignId, liveRedemptions, refusedHandouts, handoutMovements }: HandoutFacts): CheckResult {
  const figures = { expected: liveRedemptions + refusedHandouts, actual: handoutMovements }
  const detail = `${countOf(figures.actual, 'kit was', 'kits were')} handed out by the ledger, ${figures.expected} by redemptions and refused hand-outs.`
  const records = [{ type: 'campaign', id: campaignId }]
  const wrong = contradiction('handout_mismatch', `handed_out:${campaignId}`, detail, records, figures)
  return {
    code: 'handed_out_is_accounted_for',
    compared: handoutMovements,
    findings: figures.expected === figures.actual ? [] : [wrong],
  }
}

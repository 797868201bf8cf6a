import type { Id } from '../shared/ids.ts'
import type { ScanResult } from '../shared/judge-scan.ts'
import type { Problem } from '../shared/problem.ts'
import type { Instant, LocalDate } from '../shared/time.ts'
import {
  alreadyRedeemed,
  enrollmentInactive,
  type VoucherLookup,
  voucherExpired,
  voucherRevoked,
} from '../vouchers/index.ts'
import { mistypedCode, notAVoucher, outsideWindow, unknownCode, wrongSchool } from './rules.ts'

/** A result other than `accepted`. */
export type Refusal = Exclude<ScanResult, 'accepted'>

/** What staff are told besides a refusal: kept with the scan, so that sent again it is answered the same. No name of a child. */
export interface RefusalFacts {
  redeemedAt?: Instant
  redeemedAtSchool?: { id: Id; name: string }
  belongsTo?: { id: Id; name: string }
  replaced?: boolean
  enrollmentStatus?: string
  pickupFrom?: LocalDate
  pickupUntil?: LocalDate
}

/** What there is to say about the refusal of `known`. */
export function refusalFacts(refusal: Refusal, known: VoucherLookup | undefined): RefusalFacts {
  if (!known) return {}
  const { voucher, enrollment, campaign, school } = known
  const where = { id: school.id, name: school.name }
  if (refusal === 'wrong_school') return { belongsTo: where }
  if (refusal === 'revoked') return { replaced: voucher.replacedById !== null }
  if (refusal === 'already_redeemed') return { redeemedAt: voucher.redeemedAt!, redeemedAtSchool: where }
  if (refusal === 'enrollment_inactive') return { enrollmentStatus: enrollment.status }
  if (refusal === 'outside_window') return { pickupFrom: campaign.pickupFrom, pickupUntil: campaign.pickupUntil }
  return {}
}

/** The problem that a refusal is answered with. Times are told as in `timeZone`. */
export function refusalProblem(refusal: Refusal, facts: RefusalFacts, timeZone: string): Problem {
  const told = { ...facts, timeZone }
  return problems[refusal](told as Required<typeof told>)
}

const problems: Record<Refusal, (facts: Required<RefusalFacts> & { timeZone: string }) => Problem> = {
  not_a_voucher: () => notAVoucher(),
  mistyped_code: () => mistypedCode(),
  unknown_code: () => unknownCode(),
  wrong_school: ({ belongsTo }) => wrongSchool({ belongsTo }),
  revoked: ({ replaced }) => voucherRevoked({ replaced }),
  already_redeemed: ({ redeemedAt, redeemedAtSchool, timeZone }) =>
    alreadyRedeemed({ redeemedAt, redeemedAtSchool, timeZone }),
  enrollment_inactive: ({ enrollmentStatus }) => enrollmentInactive({ enrollmentStatus }),
  expired: () => voucherExpired(),
  outside_window: ({ pickupFrom, pickupUntil }) => outsideWindow({ pickupFrom, pickupUntil }),
}

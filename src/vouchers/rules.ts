import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import { type Instant, localTime } from '../shared/time.ts'
import type { VoucherCode } from '../shared/voucher-code.ts'

/** Every {@link VoucherStatus}. */
export const voucherStatuses = ['issued', 'redeemed', 'revoked', 'expired'] as const

/** `issued → redeemed`, `issued → revoked | expired`. */
export type VoucherStatus = (typeof voucherStatuses)[number]

/** One enrollment's right to one kit. */
export interface Voucher {
  id: Id
  campaignId: Id
  enrollmentId: Id
  schoolId: Id
  code: VoucherCode
  status: VoucherStatus
  issuedAt: Instant
  redeemedAt: Instant | null
  /** When it was revoked or expired. */
  endedAt: Instant | null
  revocationReason: string | null
  /** The one that it was issued in place of. */
  replacesId: Id | null
  replacedById: Id | null
}

/** When and where a kit was handed out. `timeZone` is the one that staff read it in. */
export interface HandOut {
  redeemedAt: Instant
  redeemedAtSchool?: { id: Id; name: string }
  timeZone: string
}

/** The voucher has been used. */
export const alreadyRedeemed = defineProblem<HandOut>({
  code: 'already_redeemed',
  status: 409,
  title: 'The kit has been handed out',
  detail: ({ redeemedAt, redeemedAtSchool, timeZone }) =>
    `The kit was handed out on ${localTime(redeemedAt, timeZone)}${redeemedAtSchool ? ` at ${redeemedAtSchool.name}` : ''}. Undo that first if it came back.`,
  members: ({ redeemedAt, redeemedAtSchool }) => ({ redeemedAt, ...(redeemedAtSchool && { redeemedAtSchool }) }),
})

/** The voucher was taken back. `replaced` says that a newer one stands in its place. */
export const voucherRevoked = defineProblem<{ replaced: boolean }>({
  code: 'revoked',
  status: 409,
  title: 'The voucher was revoked',
  detail: ({ replaced }) =>
    replaced
      ? 'A newer voucher replaced this one. Ask for that one.'
      : 'The voucher was revoked and none has replaced it. Ask the coordinator whether the child gets another.',
  members: (facts) => ({ ...facts }),
})

/** The pickup of the campaign has ended, and its vouchers with it. */
export const voucherExpired = defineProblem({
  code: 'expired',
  status: 409,
  title: 'The voucher has expired',
  detail: () => 'The pickup of this campaign has ended. Send the family to the coordinator.',
})

/** The child is no longer enrolled there. */
export const enrollmentInactive = defineProblem<{ enrollmentStatus: string }>({
  code: 'enrollment_inactive',
  status: 409,
  title: 'The child is not enrolled any more',
  detail: ({ enrollmentStatus }) =>
    enrollmentStatus === 'transferred'
      ? 'The child has moved to another school. Its right to a kit is there.'
      : 'The child was withdrawn from the campaign. Ask the coordinator if that is a mistake.',
  members: (facts) => ({ ...facts }),
})

/** A child cannot move to where it is. */
const sameSchool = defineProblem({
  code: 'same_school',
  status: 422,
  title: 'The child is at that school already',
  detail: () => 'The enrollment is at that school already. Choose the school that the child moves to.',
})

/**
 * What stands against ending `voucher`, or nothing. Ending one that was revoked before is no fault: the second time
 * changes nothing.
 */
export function checkRevocable(
  { status, redeemedAt }: Pick<Voucher, 'status' | 'redeemedAt'>,
  timeZone: string,
): Problem | undefined {
  if (status === 'redeemed') return alreadyRedeemed({ redeemedAt: redeemedAt!, timeZone })
  if (status === 'expired') return voucherExpired()
  return undefined
}

/** What stands against issuing another in place of `voucher`, or nothing. */
export function checkReissuable(voucher: Voucher, timeZone: string): Problem | undefined {
  if (voucher.status === 'revoked') return voucherRevoked({ replaced: voucher.replacedById !== null })
  return checkRevocable(voucher, timeZone)
}

/** What stands against moving a child to the school `schoolId`; `voucher` is its live one. */
export function checkTransferable(
  enrollment: { status: string; schoolId: Id },
  voucher: Voucher | undefined,
  schoolId: Id,
  timeZone: string,
): Problem | undefined {
  if (enrollment.status !== 'active') return enrollmentInactive({ enrollmentStatus: enrollment.status })
  if (enrollment.schoolId === schoolId) return sameSchool()
  return voucher && checkRevocable(voucher, timeZone)
}

/** `pupilRef` itself, or with the smallest number behind it that is not `taken`: `17-2`, `17-3` … */
export function freePupilRef(pupilRef: string, taken: ReadonlySet<string>): string {
  let free = pupilRef
  for (let n = 2; taken.has(free); n++) free = `${pupilRef}-${n}`
  return free
}

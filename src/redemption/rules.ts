import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import type { Instant, LocalDate } from '../shared/time.ts'

/** What a scan answers: the first that applies, in this order. */
export const scanResults = [
  'not_a_voucher',
  'mistyped_code',
  'unknown_code',
  'wrong_school',
  'revoked',
  'already_redeemed',
  'enrollment_inactive',
  'expired',
  'outside_window',
  'accepted',
] as const

/** One of {@link scanResults}. */
export type ScanResult = (typeof scanResults)[number]

/** Every {@link CollectedBy}. */
export const collectors = ['guardian', 'authorised', 'teacher'] as const

/** Who collected the kit. */
export type CollectedBy = (typeof collectors)[number]

/** One hand-out of one kit against one voucher. */
export interface Redemption {
  id: Id
  voucherId: Id
  campaignId: Id
  schoolId: Id
  collectedBy: CollectedBy
  /** By the scanner's clock, and never later than `recordedAt`. */
  redeemedAt: Instant
  /** By the server's. */
  recordedAt: Instant
  undoneAt: Instant | null
  undoReason: string | null
}

/** What is known of a voucher when somebody holds it up. */
export interface KnownVoucher {
  voucher: { schoolId: Id; status: 'issued' | 'redeemed' | 'revoked' | 'expired' }
  enrollment: { status: 'active' | 'transferred' | 'withdrawn' }
  campaign: { status: 'draft' | 'open' | 'closing' | 'closed'; pickupFrom: LocalDate; pickupUntil: LocalDate }
}

/** One attempt, as far as it decides the result. */
export interface Attempt {
  /** Why the text gave no code, where it gave none. */
  unreadable?: 'not_a_voucher' | 'mistyped_code' | undefined
  /** What the code names, where it names anything. */
  known?: KnownVoucher | undefined
  /** Where it was scanned. */
  schoolId: Id
  /** The local day on which it was scanned. */
  day: LocalDate
}

/**
 * What a scan answers. The service and a phone without network apply this one rule; `scan-vectors.json` holds both to it. A
 * campaign that is still a draft has no pickup window yet.
 */
export function judgeScan({ unreadable, known, schoolId, day }: Attempt): ScanResult {
  if (unreadable) return unreadable
  if (!known) return 'unknown_code'
  const { voucher, enrollment, campaign } = known
  if (voucher.schoolId !== schoolId) return 'wrong_school'
  if (voucher.status === 'revoked') return 'revoked'
  if (voucher.status === 'redeemed') return 'already_redeemed'
  if (enrollment.status !== 'active') return 'enrollment_inactive'
  if (voucher.status === 'expired' || campaign.status === 'closing' || campaign.status === 'closed') return 'expired'
  if (campaign.status === 'draft' || day < campaign.pickupFrom || day > campaign.pickupUntil) return 'outside_window'
  return 'accepted'
}

/** When a hand-out is taken to have happened: by the scanner's clock, which cannot be ahead of the server's `now`. */
export function redeemedAt(scannedAt: Instant, now: Instant): Instant {
  return scannedAt < now ? scannedAt : now
}

/** Somebody else's QR code, or no code at all. */
export const notAVoucher = defineProblem({
  code: 'not_a_voucher',
  status: 422,
  title: 'This is not a voucher',
  detail: () =>
    'This is not the code of one of our vouchers. Look for the sheet with the 12-character code and scan that.',
})

/** The check character does not fit. */
export const mistypedCode = defineProblem({
  code: 'mistyped_code',
  status: 422,
  title: 'The code is mistyped',
  detail: () => 'A character of the code is wrong or missing. Compare it with the sheet and type it again.',
})

/** The code is well-formed and was never issued. */
export const unknownCode = defineProblem({
  code: 'unknown_code',
  status: 404,
  title: 'No voucher has this code',
  detail: () => 'No voucher has this code. Check the sheet, and ask the coordinator if it looks genuine.',
})

/** The voucher is for another school. */
export const wrongSchool = defineProblem<{ belongsTo: { id: Id; name: string } }>({
  code: 'wrong_school',
  status: 409,
  title: 'The voucher belongs to another school',
  detail: ({ belongsTo }) => `The voucher belongs to ${belongsTo.name}. Send the family there.`,
  members: (facts) => ({ ...facts }),
})

/** It is not the time of the pickup. */
export const outsideWindow = defineProblem<{ pickupFrom: LocalDate; pickupUntil: LocalDate }>({
  code: 'outside_window',
  status: 409,
  title: 'It is not the time of the pickup',
  detail: ({ pickupFrom, pickupUntil }) =>
    `Kits are handed out from ${pickupFrom} to ${pickupUntil}. Ask the family to come then, or the coordinator to extend it.`,
  members: (facts) => ({ ...facts }),
})

/** The kit has come back before. */
export const alreadyUndone = defineProblem<{ undoneAt: Instant }>({
  code: 'already_undone',
  status: 409,
  title: 'The hand-out has been undone',
  detail: () => 'This hand-out has been undone before. Nothing was changed.',
  members: (facts) => ({ ...facts }),
})

/** Only a coordinator undoes a hand-out that is not fresh. */
const undoTooLate = defineProblem({
  code: 'undo_too_late',
  status: 409,
  title: 'The hand-out is too old to undo here',
  detail: () => 'A school can undo a hand-out within 15 minutes. Ask a coordinator to undo it.',
})

const undoMilliseconds = 15 * 60_000

/** What stands against undoing `redemption` at `now`; `atDesk` says that a coordinator does it. */
export function checkUndo(
  { undoneAt, recordedAt }: Pick<Redemption, 'undoneAt' | 'recordedAt'>,
  { now, atDesk }: { now: Instant; atDesk: boolean },
): Problem | undefined {
  if (undoneAt) return alreadyUndone({ undoneAt })
  if (!atDesk && Date.parse(now) - Date.parse(recordedAt) > undoMilliseconds) return undoTooLate()
  return undefined
}

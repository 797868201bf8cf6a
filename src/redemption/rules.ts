import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import type { Instant, LocalDate } from '../shared/time.ts'

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

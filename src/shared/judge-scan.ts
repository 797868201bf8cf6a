import type { Id } from './ids.ts'
import type { LocalDate } from './time.ts'

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

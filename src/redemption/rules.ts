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

/** Who collected the kit. */
export type CollectedBy = 'guardian' | 'authorised' | 'teacher'

import type { LocalDate } from '../../shared/time.ts'

/** What one reminder to one guardian is about. */
export interface ReminderFacts {
  about: 'opening' | 'reminder' | 'closing' | 'correction'
  /** At least one. */
  vouchers: ReminderVoucher[]
  pickupFrom: LocalDate
  pickupUntil: LocalDate
  /** The page that ends reminders; it takes a POST without a question (RFC 8058). */
  optOutLink: string
}

/** One voucher of a reminder. */
export interface ReminderVoucher {
  /** As people read it, `XXXX-XXXX-XXXX`. */
  code: string
  /** What its QR holds. */
  payload: string
  /** The parent's page. */
  link: string
  givenName: string | null
  schoolName: string
  schoolAddress: string | null
}

/** The vouchers by the school that they are good for, in the order in which they came. */
export function bySchool(vouchers: ReminderVoucher[]): ReminderVoucher[][] {
  return [
    ...Map.groupBy(vouchers, ({ schoolName, schoolAddress }) => JSON.stringify([schoolName, schoolAddress])).values(),
  ]
}

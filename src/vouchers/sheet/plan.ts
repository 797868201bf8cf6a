import type { VoucherCode } from '../../shared/voucher-code.ts'

/** A voucher as it goes to paper. Without a name it is known by its number alone. */
export interface PrintedVoucher {
  code: VoucherCode
  school: { name: string; address: string | null }
  section: string | null
  givenName: string | null
  familyName: string | null
  pupilRef: string
  /** The guardian's language, BCP 47. */
  language: string | null
}

/** One A4: at most eight vouchers of one section of one school, and which of its sheets it is. */
export interface Sheet {
  school: PrintedVoucher['school']
  section: string | null
  vouchers: PrintedVoucher[]
  /** From 1 to `sheetsOfSection`. */
  number: number
  sheetsOfSection: number
  vouchersOfSection: number
}

/** Two columns of four. */
const vouchersPerSheet = 8

/**
 * Lays vouchers out on sheets: schools in the order of their names as Greek counts them (2ο before 10ο), then sections,
 * each from a new sheet, and in a section the order of a class list: family name, given name, number.
 */
export function planSheets(vouchers: readonly PrintedVoucher[]): Sheet[] {
  const collator = new Intl.Collator('el', { numeric: true })
  const sections = new Map<string, PrintedVoucher[]>()
  for (const voucher of vouchers) {
    const key = JSON.stringify([voucher.school.name, voucher.school.address, voucher.section])
    const section = sections.get(key)
    if (section) section.push(voucher)
    else sections.set(key, [voucher])
  }
  const ordered = [...sections.values()].sort(([a], [b]) => compareBy(collator, placeOf(a!), placeOf(b!)))
  return ordered.flatMap((section) => sheetsOf(section.sort((a, b) => compareBy(collator, pupilOf(a), pupilOf(b)))))
}

function placeOf({ school, section }: PrintedVoucher): string[] {
  return [school.name, school.address ?? '', section ?? '']
}

function pupilOf({ familyName, givenName, pupilRef, code }: PrintedVoucher): string[] {
  return [familyName ?? '', givenName ?? '', pupilRef, code]
}

function compareBy(collator: Intl.Collator, a: string[], b: string[]): number {
  for (const [i, value] of a.entries()) {
    const order = collator.compare(value, b[i]!)
    if (order !== 0) return order
  }
  return 0
}

function sheetsOf(section: PrintedVoucher[]): Sheet[] {
  const [{ school, section: name }] = section as [PrintedVoucher]
  const sheetsOfSection = Math.ceil(section.length / vouchersPerSheet)
  return Array.from({ length: sheetsOfSection }, (_, i) => ({
    school,
    section: name,
    vouchers: section.slice(i * vouchersPerSheet, (i + 1) * vouchersPerSheet),
    number: i + 1,
    sheetsOfSection,
    vouchersOfSection: section.length,
  }))
}

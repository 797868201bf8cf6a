import type { ReminderFacts } from '../../src/notifications/templates/facts.ts'
import type { VoucherCode } from '../../src/shared/voucher-code.ts'
import { formatCode, payloadOf } from '../../src/shared/voucher-code.ts'

/** One of them begins with digits and a hyphen, which a line that runs to the left would turn around. */
const codes = ['7K3D9M2QXH4T', '1234KMNP5678', '77777777777A', 'ABCDEFGHJKMC'] as VoucherCode[]
const children = [
  { givenName: 'Νίκος', schoolName: '12ο Δημοτικό Σχολείο Πειραιά', schoolAddress: 'Ευριπίδου 38, Πειραιάς 185 32' },
  { givenName: 'محمد', schoolName: '12ο Δημοτικό Σχολείο Πειραιά', schoolAddress: 'Ευριπίδου 38, Πειραιάς 185 32' },
  { givenName: 'Anna-Maria', schoolName: '4ο Δημοτικό Σχολείο Πειραιά «Γ. Σεφέρης»', schoolAddress: null },
]

/** What a reminder of `count` vouchers is about: at two schools, one child with an Arabic name. All invented. */
export function reminderFacts(count = 1, more: Partial<ReminderFacts> = {}): ReminderFacts {
  return {
    about: 'opening',
    vouchers: Array.from({ length: count }, (_, i) => ({
      ...children[i % children.length]!,
      code: formatCode(codes[i % codes.length]!),
      payload: payloadOf('https://saka.example.org', codes[i % codes.length]!),
      link: `https://saka.example.org/V/${codes[i % codes.length]}`,
    })),
    pickupFrom: '2023-09-11',
    pickupUntil: '2023-09-22',
    optOutLink: 'https://saka.example.org/stop/f8Kq2mZs7Lw0',
    ...more,
  }
}

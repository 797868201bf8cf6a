import { monitorEventLoopDelay } from 'node:perf_hooks'
import { generateCode, payloadOf } from '../../src/shared/voucher-code.ts'
import type { PrintedVoucher } from '../../src/vouchers/sheet/plan.ts'
import type { VoucherSheets } from '../../src/vouchers/sheet/sheet.ts'
import { voucherSheets } from '../../src/vouchers/sheet/sheet.ts'
import { readPdf } from '../support/pdf-reader.ts'
import { scanBoxes } from '../support/qr-reader.ts'
import { median } from './median.ts'
import { plainSheets } from './plain-sheets.ts'

const count = 1500
const schools = 46
const rounds = 5

/** A child's name in each language; of fifteen families eleven read Greek, as in a port town. */
const names = {
  el: ['Κωνσταντίνα', 'Καραγιάννη'],
  sq: ['Elira', 'Hoxha'],
  ar: ['Layla', 'Mansour'],
  uk: ['Оксана', 'Шевченко'],
  ur: ['Ayesha', 'Malik'],
} as const
const languages = ['el', 'el', 'el', 'sq', 'el', 'el', 'ar', 'el', 'el', 'el', 'uk', 'el', 'el', 'el', 'ur'] as const

const vouchers: PrintedVoucher[] = Array.from({ length: count }, (_, i) => {
  const language = languages[i % languages.length]!
  const [givenName, familyName] = names[language]
  const number = i % schools
  const address = `Κολοκοτρώνη ${number * 3 + 2}, 185 42 Πειραιάς`
  return {
    code: generateCode(),
    school: { name: `${number + 1}ο Δημοτικό Σχολείο Πειραιά`, address },
    section: `Α${(Math.floor(i / schools) % 2) + 1}`,
    pupilRef: String(i).padStart(4, '0'),
    ...{ givenName, familyName, language },
  }
})

const input: VoucherSheets = {
  campaign: { name: 'Σχολική σάκα 2023', pickupFrom: '2023-09-11', pickupUntil: '2023-09-22' },
  baseUrl: 'https://saka.example.org',
  printedAt: '2023-09-01T06:00:00.000Z',
  vouchers,
}

const contestant = (make: (sheets: VoucherSheets) => Promise<Buffer>) => ({
  ...{ make, pdf: Buffer.alloc(0) as Buffer },
  ...{ cpu: [] as number[], stalls: [] as number[] },
})
const [ours, plain] = [contestant(voucherSheets), contestant(plainSheets)]

// A warm-up that is not measured: the service has compiled its code long before somebody prints.
for (const { make } of [ours, plain]) await make({ ...input, vouchers: vouchers.slice(0, 300) })

for (let round = 0; round < rounds; round++) {
  for (const measured of [ours, plain]) {
    const before = process.cpuUsage()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    measured.pdf = await measured.make(input)
    delay.disable()
    measured.stalls.push(delay.max / 1e6)
    const { user, system } = process.cpuUsage(before)
    measured.cpu.push((user + system) / 1000)
  }
}

const pages = readPdf(ours.pdf)
const scanned = new Set<string | undefined>()
for (const { symbols } of pages) for (const symbol of symbols) scanned.add(await scanBoxes(symbol))
const decoded = vouchers.filter(({ code }) => scanned.has(payloadOf(input.baseUrl, code))).length

const [cpu, plainCpu, stall] = [ours.cpu, plain.cpu, ours.stalls].map(median) as [number, number, number]
const [bytes, plainBytes] = [ours.pdf.length, plain.pdf.length]
console.log(`${count} vouchers on ${pages.length} pages, median of ${rounds} interleaved rounds`)
console.log(
  `CPU   ${cpu.toFixed(0)} ms against ${plainCpu.toFixed(0)} ms: ${(plainCpu / cpu).toFixed(1)} x less (target 5)`,
)
console.log(`size  ${bytes} bytes against ${plainBytes}: ${(plainBytes / bytes).toFixed(2)} x less (target 2)`)
console.log(`${decoded} of ${count} symbols decode; other work waited ${stall.toFixed(0)} ms at most`)

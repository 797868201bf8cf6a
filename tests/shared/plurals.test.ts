import t from 'tap'
import { importFault } from '../../src/platform/imports/index.ts'
import { checkShipments } from '../../src/reconciliation/checks/shipment-rules.ts'
import { countOf, inNumber } from '../../src/shared/plurals.ts'
import { checkTakeable, insufficientStock } from '../../src/stock/rules.ts'
import { sourceFiles, textOf } from '../support/sources.ts'

t.test('one is one and all else is many, in English and in Greek', async (t) => {
  t.same(
    [-1, 0, 1, 2, 21].map((count) => countOf(count, 'kit')),
    ['-1 kit', '0 kits', '1 kit', '2 kits', '21 kits'],
  )
  t.equal(countOf(1, 'entry', 'entries'), '1 entry')
  t.equal(countOf(0, 'kit is', 'kits are'), '0 kits are')
  t.same(
    [0, 1, 2].map((count) => inNumber(count, 'κουπόνι', 'κουπόνια', 'el')),
    ['κουπόνια', 'κουπόνι', 'κουπόνια'],
  )
})

t.test('a refusal over one kit speaks of one kit', async (t) => {
  t.match(insufficientStock({ onHand: 3, reserved: 2 }).message, /^Only 1 kit is available/)
  t.match(insufficientStock({ onHand: 3, reserved: 3 }).message, /^Only 0 kits are available/)
  t.match(checkTakeable({ onHand: 1, reserved: 1 }, 1)?.message, /^Of 1 kit there 1 is promised/)
})

t.test('a discrepancy over one kit speaks of one kit, and so does one over two', async (t) => {
  const shipment = {
    ...{ id: 's', number: 7, schoolId: 'y', schoolName: '1ο', status: 'delivered' },
    ...{ quantity: 9, accepted: 7, rejected: 1, missing: 1, returned: 0, explained: 0 },
    moved: { dispatched: 9, delivered: 7, returned: 0 },
  }
  const facts = { inTransit: 1, underWay: 2, transitId: 'road', ended: false }
  const details = (change: Partial<typeof shipment>) =>
    checkShipments({ ...facts, shipments: [{ ...shipment, ...change }] }).flatMap(({ findings }) =>
      [...findings].map(({ detail }) => detail),
    )
  t.same(details({}), [
    '1 kit is in transit by the ledger, 2 by the papers of the shipments.',
    'Of 9 kits of shipment 7 to 1ο, 1 is missing. Find it or write it off.',
    '1ο rejected 1 kit of shipment 7; 0 are back at the warehouse. Take back the rest.',
  ])
  const two = { accepted: 5, rejected: 2, missing: 2, returned: 1, moved: { dispatched: 9, delivered: 5, returned: 1 } }
  t.match(
    details(two).join('\n'),
    /2 are missing. Find them or write them off.\n1ο rejected 2 kits of shipment 7; 1 is back/,
  )
})

t.test('a warning about one child speaks of one child, in both languages', async (t) => {
  const told = (most: number) => importFault(2, 'children_stay', { column: 'firstGraders', value: '0', most })
  t.match(told(1), {
    message: '1 child stays, more than the 0 given: it has its kit or is known by name.',
    messageEl: '1 παιδί παραμένει, ενώ δόθηκαν 0: έχει πάρει σετ ή είναι γνωστό με όνομα.',
  })
  t.match(told(2), { message: /^2 children stay.*they have/, messageEl: /^2 παιδιά παραμένουν.*έχουν/ })
})

const many =
  /\$\{[^}]*\} (kits|children|vouchers|entries|checkpoints|discrepancies|faults|rows|παιδιά|κουπόνια|δελτία|σχολεία)(?!\p{L})/u
/** A limit, which is never 1. */
const known = ['src/platform/tabular/read-table.ts']

t.test('no sentence puts a number before a plural: 1 is as frequent as 57', async (t) => {
  const files = sourceFiles('src').filter((file) => !file.startsWith('src/demo/'))
  t.ok(files.length > 200)
  const faults = files
    .filter((name) => !known.includes(name))
    .flatMap((file) => {
      const lines = textOf(file).split('\n')
      return lines.filter((line) => many.test(line) && !line.includes('inNumber(')).map((line) => `${file}: ${line}`)
    })
  t.same(faults, [], 'countOf (src/shared/plurals.ts) has both')
})

import t from 'tap'
import type { DeliveryNote } from '../../src/stock/shipments/delivery-note.ts'
import { deliveryNote } from '../../src/stock/shipments/delivery-note.ts'
import { readPdf, readProperties } from '../support/pdf-reader.ts'

const note = (given: Partial<DeliveryNote> = {}): DeliveryNote => ({
  number: 17,
  status: 'planned',
  campaign: 'Σχολική σάκα 2023',
  dispatchedOn: null,
  warehouse: { name: 'Κεντρική αποθήκη' },
  school: {
    name: '28ο Δημοτικό Σχολείο Πειραιά',
    ministryCode: '9000028',
    address: 'Μπουμπουλίνας 35, 185 33',
    phone: '+30 210 400 0028',
  },
  kit: {
    name: 'Σχολική σάκα',
    items: [
      { name: 'Σάκα πλάτης', quantity: 1 },
      { name: 'Τετράδιο', quantity: 6 },
    ],
  },
  quantity: 43,
  delivery: null,
  printedAt: '2023-09-01T06:00:00.000Z',
  ...given,
})

const pagesOf = async (given?: Partial<DeliveryNote>) =>
  readPdf(await deliveryNote(note(given))).map(({ lines }) => lines)

t.test('a delivery note says what goes from where to whom, in Greek with English beside it', async (t) => {
  const [lines] = await pagesOf({ status: 'dispatched', dispatchedOn: '2023-09-04' })
  for (const line of [
    'ΔΕΛΤΙΟ ΑΠΟΣΤΟΛΗΣ',
    'Delivery note',
    '17',
    '4 Σεπτεμβρίου 2023',
    'Κεντρική αποθήκη',
    '28ο Δημοτικό Σχολείο Πειραιά (9000028)',
    'Μπουμπουλίνας 35, 185 33',
    'Σχολική σάκα',
    '43',
    'Τετράδιο',
    '258',
    'Παρέδωσε · Handed over by',
    'Παρέλαβε · Received by',
    'Accepted',
    'Rejected',
    'Missing',
  ]) {
    t.ok(lines!.includes(line), line)
  }
  t.match(readProperties(await deliveryNote(note())), 'Δελτίο αποστολής 17')
})

t.test('what the school confirmed stands in the boxes, and they are empty before', async (t) => {
  const delivery = { deliveredOn: '2023-09-05', accepted: 40, rejected: 2, missing: 1, note: 'Σκισμένο φερμουάρ' }
  const [before] = await pagesOf()
  const [after] = await pagesOf({ status: 'delivered', dispatchedOn: '2023-09-04', delivery })
  const added = (...lines: string[]) => lines.every((line) => after!.includes(line) && !before!.includes(line))
  t.ok(added('40', '5 Σεπτεμβρίου 2023', 'Σκισμένο φερμουάρ'))
  t.same(
    after!.slice(after!.indexOf('Παραλήφθηκαν')).filter((line) => /^\d+$/.test(line)),
    ['40', '2', '1'],
  )
  t.same(
    before!.slice(before!.indexOf('Παραλήφθηκαν')).filter((line) => /^\d+$/.test(line)),
    [],
  )
})

t.test('a note of kits that have not left, or never will, says so', async (t) => {
  t.ok((await pagesOf())[0]!.includes('Δεν έχει αποσταλεί ακόμη · Not dispatched yet'))
  t.ok((await pagesOf({ status: 'cancelled' }))[0]!.includes('Ακυρώθηκε · Cancelled'))
  t.notMatch((await pagesOf({ status: 'dispatched' }))[0]!.join(), /Cancelled|Not dispatched/)
})

t.test('a long list of contents goes on overleaf, and is signed once, at its end', async (t) => {
  const items = Array.from({ length: 40 }, (_, i) => ({ name: `Είδος ${i + 1}`, quantity: 1 }))
  const pages = await pagesOf({ kit: { name: 'Σχολική σάκα', items } })
  t.equal(pages.length, 3)
  t.same(
    pages.flat().filter((line) => line.startsWith('Είδος')),
    items.map(({ name }) => name),
  )
  t.same(
    pages.map((lines) => lines.includes('Παρέλαβε · Received by')),
    [false, false, true],
  )
  t.ok(pages.every((lines, i) => lines.includes(`Σελίδα ${i + 1} από 3`) && lines.includes('17')))
})

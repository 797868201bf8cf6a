import { a4, openPdf } from '../../platform/pdf/document.ts'
import { dayText, type Label, type Pen, penOn } from '../../platform/pdf/pen.ts'
import type { Instant, LocalDate } from '../../shared/time.ts'
import type { ShipmentStatus } from '../rules.ts'

/** What a delivery note says of one shipment. */
export interface DeliveryNote {
  number: number
  status: ShipmentStatus
  campaign: string
  /** Not yet, where absent: the driver writes it in. */
  dispatchedOn: LocalDate | null
  warehouse: { name: string }
  school: { name: string; ministryCode: string; address: string | null; phone: string | null }
  kit: { name: string; items: { name: string; quantity: number }[] }
  /** Kits. */
  quantity: number
  /** What the school confirmed; empty boxes to fill in where it has not. */
  delivery: { deliveredOn: LocalDate; accepted: number; rejected: number; missing: number; note: string | null } | null
  /** The instant that the document's properties give as that of its making. */
  printedAt: Instant
}

const labels = {
  title: ['Δελτίο αποστολής', 'Delivery note'],
  number: ['Αριθμός', 'Number'],
  campaign: ['Διανομή', 'Campaign'],
  dispatched: ['Ημερομηνία αποστολής', 'Dispatched on'],
  from: ['Από', 'From'],
  to: ['Προς', 'To'],
  kits: ['Σετ που αποστέλλονται', 'Kits dispatched'],
  contents: ['Περιεχόμενο', 'Contents'],
  perKit: ['ανά σετ', 'per kit'],
  total: ['σύνολο', 'total'],
  accepted: ['Παραλήφθηκαν', 'Accepted'],
  rejected: ['Απορρίφθηκαν', 'Rejected'],
  missing: ['Λείπουν', 'Missing'],
  note: ['Παρατηρήσεις', 'Remarks'],
  handedOver: ['Παρέδωσε', 'Handed over by'],
  received: ['Παρέλαβε', 'Received by'],
  name: ['Ονοματεπώνυμο', 'Name'],
  date: ['Ημερομηνία', 'Date'],
  signature: ['Υπογραφή', 'Signature'],
} as const satisfies Record<string, Label>

const statuses: Partial<Record<ShipmentStatus, Label>> = {
  planned: ['Δεν έχει αποσταλεί ακόμη', 'Not dispatched yet'],
  cancelled: ['Ακυρώθηκε', 'Cancelled'],
  returned: ['Επιστράφηκε', 'Returned'],
}

const [left, right] = [50, a4.width - 50]
const middle = a4.width / 2 + 5
const contentsTop = 298
const rowHeight = 15
const itemsPerPage = 17

/** The delivery note (δελτίο αποστολής) of a shipment as a PDF on A4, in Greek with small English, to be signed. */
export function deliveryNote(note: DeliveryNote): Promise<Buffer> {
  const pdf = openPdf({ title: `${labels.title[0]} ${note.number}`, madeAt: note.printedAt })
  const pages = Math.max(1, Math.ceil(note.kit.items.length / itemsPerPage))
  for (let number = 1; number <= pages; number++) {
    pdf.page((drawing) => {
      const pen = penOn(drawing, pdf.type)
      drawHead(pen, note)
      drawContents(pen, note, note.kit.items.slice((number - 1) * itemsPerPage, number * itemsPerPage))
      if (number === pages) drawConfirmation(pen, note)
      if (pages > 1) pen.text(`Σελίδα ${number} από ${pages}`, right, 815, { size: 8, align: 'right' })
    })
  }
  return pdf.finish()
}

/** Which note this is, from where, to whom, and how many kits. */
function drawHead(pen: Pen, note: DeliveryNote): void {
  pen.text(labels.title[0].toLocaleUpperCase('el'), left, 68, { size: 20, weight: 'bold', width: 300 })
  pen.text(labels.title[1], left, 82, { size: 9 })
  pen.label(labels.number, 400, 58)
  pen.text(String(note.number), 400, 78, { size: 18, weight: 'bold' })
  const status = statuses[note.status]
  if (status) pen.text(`${status[0]} · ${status[1]}`, right, 98, { weight: 'bold', size: 10, align: 'right' })
  pen.rule(left, 105, right - left)

  pen.label(labels.dispatched, left, 122)
  if (note.dispatchedOn) pen.text(dayText(note.dispatchedOn), left, 137)
  else pen.rule(left, 139, 160)
  pen.label(labels.campaign, middle, 122)
  pen.text(note.campaign, middle, 137)

  pen.label(labels.from, left, 162)
  pen.text(note.warehouse.name, left, 177, { weight: 'bold', lines: 2 })
  pen.label(labels.to, middle, 162)
  const { name, ministryCode, address, phone } = note.school
  let y = pen.text(`${name} (${ministryCode})`, middle, 177, { weight: 'bold', lines: 2 })
  for (const line of [address, phone]) if (line) y = pen.text(line, middle, y, { size: 10 })

  pen.label(labels.kits, left, 240)
  pen.text(String(note.quantity), left, 262, { size: 20, weight: 'bold', width: 80 })
  pen.text(note.kit.name, left + 80, 262, { size: 13, width: right - left - 80 })
}

/** What is in the boxes: for each kit, and in all. */
function drawContents(pen: Pen, { quantity }: DeliveryNote, items: DeliveryNote['kit']['items']): void {
  pen.label(labels.contents, left, contentsTop - 8)
  pen.text(labels.perKit.join(' · '), 440, contentsTop - 8, { size: 7, align: 'right' })
  pen.text(labels.total.join(' · '), right, contentsTop - 8, { size: 7, align: 'right' })
  pen.rule(left, contentsTop - 3, right - left)
  for (const [i, item] of items.entries()) {
    const y = contentsTop + 10 + i * rowHeight
    pen.text(item.name, left, y, { size: 10, width: 320 })
    pen.text(String(item.quantity), 440, y, { size: 10, align: 'right' })
    pen.text(String(item.quantity * quantity), right, y, { size: 10, align: 'right' })
    pen.rule(left, y + 4, right - left)
  }
}

/** What the school received, and who signs for it. */
function drawConfirmation(pen: Pen, { delivery }: DeliveryNote): void {
  const boxes = (['accepted', 'rejected', 'missing'] as const).entries()
  for (const [i, outcome] of boxes) {
    const x = left + i * 170
    pen.label(labels[outcome], x, 582)
    pen.frame(x, 588, 150, 32)
    if (delivery) pen.text(String(delivery[outcome]), x + 75, 611, { size: 18, weight: 'bold', align: 'centre' })
  }
  pen.label(labels.note, left, 638)
  if (delivery?.note) pen.text(delivery.note, left, 652, { size: 9.5, width: right - left, lines: 2 })
  else for (const y of [654, 672]) pen.rule(left, y, right - left)

  for (const [x, party] of [
    [left, 'handedOver'],
    [middle, 'received'],
  ] as const) {
    pen.text(labels[party].join(' · '), x, 700, { size: 10, weight: 'bold' })
    for (const [i, field] of (['name', 'date', 'signature'] as const).entries()) {
      pen.label(labels[field], x, 722 + i * 28)
      pen.rule(x + 95, 724 + i * 28, right - middle - 95)
    }
  }
  if (delivery) pen.text(dayText(delivery.deliveredOn), middle + 98, 748, { size: 10, width: 140 })
}

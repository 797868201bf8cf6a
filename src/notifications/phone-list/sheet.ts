import type { Static } from 'typebox'
import { a4, openPdf } from '../../platform/pdf/document.ts'
import { dayText, type Label, type Pen, penOn } from '../../platform/pdf/pen.ts'
import type { Instant, LocalDate } from '../../shared/time.ts'
import type { PhoneListEntrySchema } from '../schemas.ts'

/** A guardian whom no message reaches, and a child of theirs whose kit waits. */
export type PhoneListEntry = Static<typeof PhoneListEntrySchema>

/** What the printed phone list says. */
export interface PhoneListSheet {
  campaign: { name: string; pickupFrom: LocalDate; pickupUntil: LocalDate }
  entries: readonly PhoneListEntry[]
  /** The instant that the document's properties give as that of its making. */
  printedAt: Instant
}

const labels = {
  title: ['Λίστα τηλεφώνων', 'Phone list'],
  section: ['Τμήμα', 'Section'],
  child: ['Παιδί', 'Child'],
  guardian: ['Κηδεμόνας', 'Guardian'],
  phone: ['Τηλέφωνο', 'Telephone'],
  language: ['Γλώσσα', 'Language'],
  told: ['Ενημερώθηκε', 'Told'],
  none: ['Κανείς', 'Nobody'],
  pickup: ['Παραλαβή', 'Pickup'],
} as const satisfies Record<string, Label>

const columns = { section: 40, child: 80, guardian: 225, phone: 350, language: 432, told: 503 } as const
const widths = { section: 36, child: 140, guardian: 120, phone: 80, language: 68, told: 52 } as const
const [left, right, firstRow, rowHeight, rowsPerPage] = [40, a4.width - 40, 140, 22, 30]
const languageNames = new Intl.DisplayNames('el', { type: 'language' })

/** The phone list as a PDF, each school from a new page, with a box to tick for each guardian. Nobody is named in its properties. */
export function phoneListSheet({ campaign, entries, printedAt }: PhoneListSheet): Promise<Buffer> {
  const pdf = openPdf({ title: `${labels.title[0]}: ${campaign.name}`, madeAt: printedAt })
  for (const rows of pagesOf(entries)) {
    pdf.page((drawing) => {
      const pen = penOn(drawing, pdf.type)
      drawHead(pen, campaign, rows[0]?.schoolName ?? labels.none.join(' · '))
      for (const [i, entry] of rows.entries()) drawRow(pen, entry, firstRow + i * rowHeight)
    })
  }
  return pdf.finish()
}

/** At least one page, and no page with two schools. */
function pagesOf(entries: readonly PhoneListEntry[]): PhoneListEntry[][] {
  const pages: PhoneListEntry[][] = []
  for (const entry of entries) {
    const last = pages.at(-1)
    if (last && last.length < rowsPerPage && last[0]!.schoolId === entry.schoolId) last.push(entry)
    else pages.push([entry])
  }
  return pages.length > 0 ? pages : [[]]
}

function drawHead(pen: Pen, { name, pickupFrom, pickupUntil }: PhoneListSheet['campaign'], school: string): void {
  pen.text(labels.title[0].toLocaleUpperCase('el'), left, 52, { size: 16, weight: 'bold', width: 300 })
  pen.text(labels.title[1], left, 64, { size: 8 })
  pen.text(school, left, 88, { size: 12, weight: 'bold', width: right - left })
  pen.text(name, right, 52, { size: 9, align: 'right' })
  pen.text(`${labels.pickup[0]}: ${dayText(pickupFrom)} – ${dayText(pickupUntil)}`, right, 64, {
    size: 9,
    align: 'right',
  })
  for (const column of Object.keys(columns) as (keyof typeof columns)[]) {
    const [greek, english] = labels[column]
    pen.text(greek, columns[column], firstRow - 28, { size: 8.5, width: widths[column] })
    pen.text(english, columns[column], firstRow - 19, { size: 6.5, width: widths[column] })
  }
  pen.rule(left, firstRow - 14, right - left)
}

function drawRow(pen: Pen, entry: PhoneListEntry, y: number): void {
  const child = [entry.familyName, entry.givenName].filter(Boolean).join(' ') || (entry.pupilRef ?? '')
  const texts = {
    section: entry.section,
    child,
    guardian: entry.guardianName,
    phone: entry.phone,
    language: entry.language && languageNames.of(entry.language),
  }
  for (const [column, text] of Object.entries(texts)) {
    const name = column as keyof typeof texts
    if (text) pen.text(text, columns[name], y, { size: 9.5, width: widths[name] })
  }
  pen.frame(columns.told, y - 9, 11, 11)
  pen.rule(left, y + 6, right - left)
}

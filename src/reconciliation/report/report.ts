import { setImmediate as nextTurn } from 'node:timers/promises'
import { a4, openPdf } from '../../platform/pdf/document.ts'
import { dayText, type Label, type Pen, penOn } from '../../platform/pdf/pen.ts'
import type { LocalDate } from '../../shared/time.ts'
import type { ReconciliationRun } from '../repository.ts'
import type { ComparisonLine } from '../rules.ts'
import type { ReportExtract } from './extract.ts'
import { checkLabels, discrepancyLabels, runLabels, severityLabels } from './labels.ts'

/** What the report says of one run. */
export interface ReconciliationReport {
  campaign: string
  run: Pick<ReconciliationRun, 'id' | 'status' | 'checks'>
  /** What of the run's figures and findings it says. */
  extract: ReportExtract
  /** Who ran it, by name, and on which day. */
  made: { by: string; on: LocalDate }
  /** Absent while nobody has signed: there is room to sign by hand. */
  signed: { by: string; on: LocalDate } | undefined
  /** The instant that the document's properties give as that of its making. */
  printedAt: string
}

const labels = {
  title: ['Συμφωνία διανομής', 'Reconciliation'],
  campaign: ['Διανομή', 'Campaign'],
  made: ['Έγινε από', 'Made by'],
  result: ['Αποτέλεσμα', 'Result'],
  number: ['Αναγνωριστικό', 'Id'],
  comparison: ['Σετ ανά στάδιο', 'Kits by stage'],
  checks: ['Έλεγχοι', 'Checks'],
  passed: ['εντάξει', 'passed'],
  failed: ['με ευρήματα', 'findings'],
  compared: ['συγκρίθηκαν', 'compared'],
  discrepancies: ['Ασυμφωνίες', 'Discrepancies'],
  none: ['Καμία', 'None'],
  schools: [
    'σχολεία: τα μεγέθη καθενός είναι στο υπολογιστικό φύλλο (.xlsx)',
    'schools: the figures of each are in the workbook (.xlsx)',
  ],
  more: [
    'ασυμφωνίες ακόμη: όλες είναι στο υπολογιστικό φύλλο (.xlsx)',
    'more discrepancies: all of them are in the workbook (.xlsx)',
  ],
  figures: ['αναμένονταν / βρέθηκαν', 'expected / actual'],
  answer: ['Απάντηση', 'Answer'],
  open: ['ανοικτή', 'open'],
  signed: ['Υπογράφηκε από', 'Signed by'],
  name: ['Ονοματεπώνυμο', 'Name'],
  date: ['Ημερομηνία', 'Date'],
  signature: ['Υπογραφή', 'Signature'],
} as const satisfies Record<string, Label>

const stages = [
  ['planned', ['Κατανομή', 'Planned']],
  ['received', ['Παραλαβή', 'Received']],
  ['shipped', ['Αποστολή', 'Shipped']],
  ['handedOut', ['Παράδοση', 'Handed out']],
  ['returned', ['Επιστροφή', 'Returned']],
  ['remaining', ['Υπόλοιπο', 'Remaining']],
] as const satisfies (readonly [keyof ComparisonLine, Label])[]

const [left, right] = [50, a4.width - 50]
const middle = a4.width / 2 + 5
const [firstTop, top, bottom] = [190, 70, 790]
const stageX = (i: number) => right - (stages.length - 1 - i) * 52

/** Something that takes `height` points from the top of the next free place. `head` is drawn again where a page begins. */
interface Row {
  height: number
  draw(pen: Pen, y: number): void
  head?: Row | undefined
}

/**
 * A run as a PDF on A4 to file and to sign: the figures side by side, the checks, what was found and how it was answered. Between
 * two pages others have their turn.
 */
export async function reconciliationReport(report: ReconciliationReport): Promise<Buffer> {
  const pdf = openPdf({ title: `${labels.title[0]} · ${report.campaign}`, madeAt: report.printedAt })
  const pages = paged(rowsOf(report))
  for (const [i, rows] of pages.entries()) {
    pdf.page((drawing) => {
      const pen = penOn(drawing, pdf.type)
      if (i === 0) drawHead(pen, report)
      let y = i === 0 ? firstTop : top
      for (const row of rows) {
        row.draw(pen, y)
        y += row.height
      }
      pen.text(report.run.id, left, 815, { size: 7 })
      pen.text(`Σελίδα ${i + 1} από ${pages.length}`, right, 815, { size: 8, align: 'right' })
    })
    await nextTurn()
  }
  return pdf.finish()
}

/** Fills pages from their tops; a page in the middle of a table begins with the table's head. */
function paged(rows: Row[]): Row[][] {
  const pages: Row[][] = [[]]
  let y = firstTop
  for (const row of rows) {
    if (y + row.height > bottom) {
      pages.push(row.head ? [row.head] : [])
      y = top + (row.head?.height ?? 0)
    }
    pages.at(-1)!.push(row)
    y += row.height
  }
  return pages
}

function rowsOf({ run, extract, signed }: ReconciliationReport): Row[] {
  const { comparison, schoolsLeftOut, discrepancies, discrepanciesLeftOut, kinds } = extract
  const stages = stageRow()
  return [
    heading(labels.comparison),
    stages,
    ...comparison.map((line) => comparisonRow(line, stages)),
    ...(schoolsLeftOut > 0 ? [leftOutRow(labels.schools, schoolsLeftOut)] : []),
    heading(labels.checks),
    ...run.checks.map(checkRow),
    heading(labels.discrepancies),
    ...(discrepanciesLeftOut > 0 ? kinds.map(kindRow) : []),
    ...(discrepancies.length > 0 ? discrepancies.map(discrepancyRow) : [noneRow]),
    ...(discrepanciesLeftOut > 0 ? [leftOutRow(labels.more, discrepanciesLeftOut)] : []),
    signatureRow(signed),
  ]
}

function drawHead(pen: Pen, { campaign, run, made }: ReconciliationReport): void {
  pen.text(labels.title[0].toLocaleUpperCase('el'), left, 68, { size: 20, weight: 'bold', width: 380 })
  pen.text(labels.title[1], left, 82, { size: 9 })
  pen.rule(left, 95, right - left)
  pen.label(labels.campaign, left, 112)
  pen.text(campaign, left, 127, { weight: 'bold', lines: 2 })
  pen.label(labels.result, middle, 112)
  pen.text(runLabels[run.status].join(' · '), middle, 127, { weight: 'bold' })
  pen.label(labels.made, left, 152)
  pen.text(`${made.by}, ${dayText(made.on)}`, left, 167, { lines: 1 })
  pen.label(labels.number, middle, 152)
  pen.text(run.id, middle, 167, { size: 9 })
}

function heading(label: Label): Row {
  return {
    height: 34,
    draw: (pen, y) => {
      pen.text(label.join(' · '), left, y + 22, { size: 12, weight: 'bold', width: right - left })
      pen.rule(left, y + 27, right - left)
    },
  }
}

function stageRow(): Row {
  const draw: Row['draw'] = (pen, y) => {
    for (const [i, [, [greek, english]]] of stages.entries()) {
      pen.text(greek, stageX(i), y + 8, { size: 7.5, align: 'right', width: 50 })
      pen.text(english, stageX(i), y + 17, { size: 6.5, align: 'right', width: 50 })
    }
  }
  return { height: 24, draw }
}

const indents = { campaign: 0, community: 0, school: 10 }

function comparisonRow(line: ComparisonLine, head: Row): Row {
  const weight = line.level === 'school' ? 'regular' : 'bold'
  const indent = indents[line.level]
  const draw: Row['draw'] = (pen, y) => {
    pen.text(line.name, left + indent, y + 10, { size: 9, weight, width: 200 - indent })
    for (const [i, [stage]] of stages.entries()) {
      pen.text(String(line[stage]), stageX(i), y + 10, { size: 9, weight, align: 'right', width: 50 })
    }
    pen.rule(left, y + 14, right - left)
  }
  return { height: 15, draw, head }
}

function checkRow({ code, passed, compared }: ReconciliationRun['checks'][number]): Row {
  const words = checkLabels[code] ?? [code, code]
  const draw: Row['draw'] = (pen, y) => {
    pen.label(words, left, y + 10)
    const outcome = (passed ? labels.passed : labels.failed).join(' · ')
    pen.text(outcome, 430, y + 10, { size: 8.5, weight: passed ? 'regular' : 'bold', align: 'right', width: 110 })
    pen.text(`${compared} ${labels.compared.join(' · ')}`, right, y + 10, { size: 7.5, align: 'right', width: 110 })
  }
  return { height: 15, draw }
}

function discrepancyRow(found: ReportExtract['discrepancies'][number]): Row {
  const { code, severity, status, detail, expected, actual, resolution } = found
  const draw: Row['draw'] = (pen, y) => {
    pen.text(discrepancyLabels[code].join(' · '), left, y + 10, { size: 9, weight: 'bold', width: 300 })
    pen.text(severityLabels[severity].join(' · '), right, y + 10, { size: 8, align: 'right', width: 150 })
    pen.text(detail, left, y + 22, { size: 8, width: right - left, lines: 2 })
    const answer = status === 'open' ? labels.open.join(' · ') : (resolution ?? '')
    pen.text(`${labels.answer.join(' · ')}: ${answer}`, left, y + 44, { size: 8, width: 330 })
    if (expected !== null || actual !== null) {
      const figures = `${labels.figures.join(' · ')}: ${expected ?? '–'} / ${actual ?? '–'}`
      pen.text(figures, right, y + 44, { size: 7.5, align: 'right', width: 230 })
    }
    pen.rule(left, y + 49, right - left)
  }
  return { height: 54, draw }
}

function kindRow({ code, severity, all, open }: ReportExtract['kinds'][number]): Row {
  const draw: Row['draw'] = (pen, y) => {
    pen.label(discrepancyLabels[code], left, y + 10)
    pen.text(severityLabels[severity].join(' · '), 430, y + 10, { size: 8, align: 'right', width: 110 })
    pen.text(`${all}, ${labels.open.join(' · ')}: ${open}`, right, y + 10, { size: 8, align: 'right', width: 110 })
  }
  return { height: 15, draw }
}

/** What is not told one by one, and where it is. */
function leftOutRow(what: Label, count: number): Row {
  const draw: Row['draw'] = (pen, y) => {
    for (const [i, words] of what.entries())
      pen.text(`${count} ${words}`, left, y + 12 + i * 11, { size: 8, width: right - left })
  }
  return { height: 34, draw }
}

const noneRow: Row = {
  height: 15,
  draw: (pen, y) => pen.label(labels.none, left, y + 10),
}

function signatureRow(signed: ReconciliationReport['signed']): Row {
  const draw: Row['draw'] = (pen, y) => {
    pen.text(labels.signed.join(' · '), left, y + 25, { size: 10, weight: 'bold' })
    for (const [i, field] of (['name', 'date', 'signature'] as const).entries()) {
      pen.label(labels[field], left, y + 47 + i * 26)
      pen.rule(left + 95, y + 49 + i * 26, 200)
    }
    if (!signed) return
    pen.text(signed.by, left + 98, y + 46, { size: 10, width: 190 })
    pen.text(dayText(signed.on), left + 98, y + 72, { size: 10, width: 190 })
  }
  return { height: 110, draw }
}

import { cleanCell } from './cell.ts'
import { cellTooLong, tooManyCells, unreadableFile } from './problems.ts'
import type { TableLimits, TableRow } from './table.ts'

const QUOTE = 34
const CR = 13
const LF = 10

/** Takes the next piece of a CSV text, `last` with the final one, and gives the records that it completes. */
export type CsvSplitter = (piece: string, last: boolean) => TableRow[]

/**
 * Splits CSV text into records of cleaned cells (RFC 4180; lines end with CRLF, LF or CR; a quotation mark inside an
 * unquoted cell is a character like any other, as spreadsheet guards need). Keeps the finished cells of one unfinished record,
 * and looks again at no more than its last cell, however long the record. Raises `file_too_large` and `unreadable_file`,
 * naming the row.
 *
 * Searching a decoded string for its few special characters is several times as fast as a state machine over bytes.
 */
export function csvSplitter(delimiter: string, limits: TableLimits): CsvSplitter {
  const separator = delimiter.charCodeAt(0)
  // With every quotation mark doubled and a guard around it: what is longer need not be looked at until it ends.
  const longestRaw = 2 * limits.cellLength + 6
  let text = ''
  let at = 0
  let row = 0
  let cells: string[] = []
  let complete = false

  function split(piece: string, last: boolean): TableRow[] {
    text = text.slice(at) + piece
    at = 0
    complete = last
    const records: TableRow[] = []
    while (at < text.length || (complete && cells.length > 0)) {
      const cell = nextCell()
      if (cell === undefined) break
      cells.push(cell)
      if (text.charCodeAt(at) === separator) at += 1
      else records.push(endRecord())
    }
    return records
  }

  /** The record that ends at `at`, which moves on behind its line break. */
  function endRecord(): TableRow {
    const record = { row: ++row, cells }
    cells = []
    at += text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF ? 2 : 1
    return record
  }

  /** The cell at `at`, which moves on to its end; undefined while that is not in the text. */
  function nextCell(): string | undefined {
    const start = at
    const quoted = text.charCodeAt(start) === QUOTE
    const closing = quoted ? closingQuote(start + 1) : start
    const end = closing < 0 ? text.length : endOfCell(quoted ? closing + 1 : start)
    if (end - start > longestRaw) throw cellTooLong(row + 1, limits)
    if (cells.length === limits.cells) throw tooManyCells(row + 1, limits)
    if (closing < 0 && complete) throw unclosedQuote(row + 1)
    if (closing < 0 || (!complete && endsOpen(end))) return undefined
    const cell = cleanCell(quoted ? unquoted(start, closing, end) : text.slice(start, end))
    if (cell.length > limits.cellLength) throw cellTooLong(row + 1, limits)
    at = end
    return cell
  }

  /** Whether what comes next may still belong to the cell, or to the line break, that ends at `end`. */
  function endsOpen(end: number): boolean {
    return end === text.length || (end === text.length - 1 && text.charCodeAt(end) === CR)
  }

  function endOfCell(from: number): number {
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === separator || code === LF || code === CR) return i
    }
    return text.length
  }

  /** Where the quotation mark is that ends the cell; -1 while it is not in the text. */
  function closingQuote(from: number): number {
    let i = text.indexOf('"', from)
    while (i >= 0 && text.charCodeAt(i + 1) === QUOTE) i = text.indexOf('"', i + 2)
    return i
  }

  function unquoted(start: number, closing: number, end: number): string {
    if (end > closing + 1 && text.slice(closing + 1, end).trim() !== '') throw unclosedQuote(row + 1)
    const cell = text.slice(start + 1, closing)
    return cell.includes('"') ? cell.replaceAll('""', '"') : cell
  }

  return split
}

function unclosedQuote(row: number) {
  return unreadableFile({
    fault: `Row ${row} has a quotation mark that is not closed where its cell ends`,
    remedy: 'close it, or write it twice if it belongs to the text',
  })
}

/** The delimiter of a CSV text by its first line that is not blank: the most frequent of `;`, `,` and tab outside quotes. */
export function detectDelimiter(text: string): string {
  const counts = new Map([
    [';', 0],
    [',', 0],
    ['\t', 0],
  ])
  for (const char of firstLine(text)) if (counts.has(char)) counts.set(char, counts.get(char)! + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

/** The characters outside quotes of the first line that is not blank. */
function firstLine(text: string): string {
  const outside = text.trimStart().replace(/"[^"]*("|$)/g, '')
  return /^[^\r\n]*/.exec(outside)![0]
}

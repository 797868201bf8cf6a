import { guardCell } from './cell.ts'

/** Rows as they come from a list, page by page. */
type Pages = AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>

const BYTE_ORDER_MARK = '\ufeff'

/**
 * `pages` of records as CSV for spreadsheets: UTF-8 with BOM, CRLF, commas, quoted after RFC 4180, one string per page.
 * `columns` are properties of the records; a list or an object in a cell is JSON, null is empty. No text can start a
 * formula, and `readTable` gives back the texts as they were. Numbers stay numbers, and codes with leading zeros stay as
 * they are: `="007"` would be a formula.
 */
export async function* csvLines(columns: readonly string[], pages: Pages): AsyncGenerator<string, void, undefined> {
  yield BYTE_ORDER_MARK + csvLine(columns)
  for await (const page of pages) {
    yield (page as readonly Record<string, unknown>[]).map((row) => csvLine(columns.map((name) => row[name]))).join('')
  }
}

/** `pages` of records as newline-delimited JSON, one string per page. */
export async function* ndjsonLines(pages: Pages): AsyncGenerator<string, void, undefined> {
  for await (const page of pages) yield page.map((row) => `${JSON.stringify(row)}\n`).join('')
}

function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  const text = guardCell(typeof cell === 'string' ? cell : JSON.stringify(cell))
  // A semicolon or a tab too, so that no reader takes it for the delimiter.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

import { type CsvError, type Parser, parse } from 'csv-parse'
import { cleanCell } from './cell.ts'
import { decodeFile, detectCharset } from './charset.ts'
import { cellTooLong, tooManyCells, unreadableFile } from './problems.ts'
import type { TableLimits, TableRow } from './table.ts'

/**
 * The records of the CSV file at `path` (RFC 4180; lines end with CRLF, LF or CR; a quotation mark inside an unquoted cell is a
 * character like any other, as spreadsheet guards need), which begins with `head`, as a function that reads them from the start.
 * Of several blank lines the last may stand for all. Raises `file_too_large` and `unreadable_file`, naming the row.
 */
export async function csvRecords(path: string, head: Uint8Array, limits: TableLimits, charset?: string) {
  const encoding = await detectCharset(path, head, charset)
  return async function* (): AsyncGenerator<TableRow[], void, undefined> {
    let splitter: ReturnType<typeof openSplitter> | undefined
    for await (const piece of decodeFile(path, encoding)) {
      splitter ??= openSplitter(detectDelimiter(piece), limits)
      yield splitter.split(piece)
    }
    if (splitter) yield splitter.split()
  }
}

/** A UTF-16 unit in UTF-8, or a quotation mark that is written twice. */
const mostBytes = 3

/** Takes a CSV text piece by piece, and nothing at its end; answers the records that each completes. */
function openSplitter(delimiter: string, limits: TableLimits): { split(piece?: string): Promise<TableRow[]> } {
  let records: TableRow[] = []
  let filled = 0
  let bytes = 0
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    // Says that only blanks may follow the mark that closes a cell.
    rtrim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // What is beyond the last cell that may be there is taken for one more, and counts for the size of the record.
    ignore_last_delimiters: limits.cells + 1,
    max_record_size: mostBytes * limits.cells * limits.cellLength,
    on_record: (raw: string[]) => {
      filled += 1
      const row = filled + parser.info.empty_lines
      // Each row is its own measure: of one that is not as long as the first an error is made, with a stack trace.
      Object.assign(parser.info, { records: 0 })
      const cells = raw.map(cleanCell)
      if (cells.length > limits.cells) throw tooManyCells(row, limits)
      if (cells.some(({ length }) => length > limits.cellLength)) throw cellTooLong(row, limits)
      records.push({ row, cells })
    },
  })
  // Told to whoever hands over the next piece.
  parser.on('error', () => {})

  return {
    async split(piece) {
      bytes += Buffer.byteLength(piece ?? '')
      await handOver(parser, piece).catch((error: Error) => {
        throw faultOf(error, filled + parser.info.empty_lines + 1, limits, bytes - parser.info.bytes)
      })
      const row = filled + parser.info.empty_lines
      if (piece !== undefined && row > (records.at(-1)?.row ?? 0)) records.push({ row, cells: [] })
      const found = records
      records = []
      return found
    },
  }
}

function handOver(parser: Parser, piece: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve())
    if (piece === undefined) parser.end(done)
    else parser.write(piece, done)
  })
}

/** What `error` means for a row whose last cell has been read for so many bytes. */
function faultOf(error: Error, row: number, limits: TableLimits, cellBytes: number): Error {
  const { code, column } = error as CsvError & { column?: number }
  if (code === 'CSV_MAX_RECORD_SIZE')
    return Number(column) < limits.cells ? cellTooLong(row, limits) : tooManyCells(row, limits)
  if (code !== 'CSV_QUOTE_NOT_CLOSED' && code !== 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE') return error
  if (cellBytes > mostBytes * limits.cellLength) return cellTooLong(row, limits)
  return unreadableFile({
    fault: `Row ${row} has a quotation mark that is not closed where its cell ends`,
    remedy: 'close it, or write it twice if it belongs to the text',
  })
}

/** The delimiter of a CSV text by its first line that is not blank: the most frequent of `;`, `,` and tab outside quotes. */
function detectDelimiter(text: string): string {
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

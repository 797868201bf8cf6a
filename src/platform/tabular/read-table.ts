import { csvRecords } from './csv-records.ts'
import { fileStart } from './file-kind.ts'
import { fileTooLarge, unreadableFile } from './problems.ts'
import { defaultLimits, type Table, type TableLimits, type TableRow } from './table.ts'
import { openWorkbook } from './xlsx-workbook.ts'

/** Reads the records of a file from its start, blank ones included. */
type ReadRecords = () => AsyncGenerator<TableRow[], void, undefined>

/**
 * The table in the uploaded file at `path`: CSV (UTF-8, UTF-16, Windows-1253, ISO-8859-7 …; `;`, `,` or tab) or the first
 * visible sheet of an XLSX workbook, told apart by their bytes. `charset` names the encoding of a CSV file; without it
 * that is found out. Memory does not grow with the number of rows. Raises, here or while rows are read,
 * `unsupported_file`, `file_too_large` and `unreadable_file`.
 */
export async function readTable(
  path: string,
  { charset, limits = defaultLimits }: { charset?: string | undefined; limits?: TableLimits } = {},
): Promise<Table> {
  const { kind, head } = await fileStart(path, limits)
  const records = kind === 'csv' ? await csvRecords(path, head, limits, charset) : await openWorkbook(path, limits)
  return { header: await headerOf(records, limits), rows: () => rowsBelowHeader(records, limits) }
}

async function headerOf(records: ReadRecords, limits: TableLimits): Promise<TableRow> {
  for await (const batch of filledRows(records, limits)) return batch[0]!
  throw unreadableFile({
    fault: 'The file has no header row',
    remedy: 'name the columns in the first line and the records below it',
  })
}

async function* rowsBelowHeader(
  records: ReadRecords,
  limits: TableLimits,
): AsyncGenerator<TableRow[], void, undefined> {
  let seen = -1 // the header is no row of the table
  for await (const batch of filledRows(records, limits)) {
    const rows = seen < 0 ? batch.slice(1) : batch
    seen += batch.length
    if (seen > limits.rows) {
      throw fileTooLarge({ found: `The file has over ${limits.rows} rows`, remedy: 'send it in several parts' })
    }
    if (rows.length > 0) yield rows
  }
}

async function* filledRows(records: ReadRecords, limits: TableLimits): AsyncGenerator<TableRow[], void, undefined> {
  for await (const batch of records()) {
    if ((batch.at(-1)?.row ?? 0) > limits.lines) {
      throw fileTooLarge({
        found: `The file has over ${limits.lines} rows, blank ones included`,
        remedy: 'remove the blank ones',
      })
    }
    const filled = batch.filter(({ cells }) => cells.some((cell) => cell !== ''))
    if (filled.length > 0) yield filled
  }
}

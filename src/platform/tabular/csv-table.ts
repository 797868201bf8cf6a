import { decodeFile, detectCharset } from './charset.ts'
import { type CsvSplitter, csvSplitter, detectDelimiter } from './csv-records.ts'
import type { TableLimits, TableRow } from './table.ts'

/** The records of the CSV file at `path`, which begins with `head`, as a function that reads them from the start. */
export async function csvRecords(path: string, head: Uint8Array, limits: TableLimits, charset?: string) {
  const encoding = await detectCharset(path, head, charset)
  return async function* (): AsyncGenerator<TableRow[], void, undefined> {
    let split: CsvSplitter | undefined
    for await (const piece of decodeFile(path, encoding)) {
      split ??= csvSplitter(detectDelimiter(piece), limits)
      yield split(piece, false)
    }
    if (split) yield split('', true)
  }
}

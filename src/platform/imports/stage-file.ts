import { storageFault } from '../db/index.ts'
import { type ColumnWords, defaultLimits, matchHeaders, readTable, type TableRow } from '../tabular/index.ts'
import { type FaultCode, importFault } from './faults.ts'
import { FaultList, RowReader } from './row-reader.ts'
import { openStaging } from './staging.ts'

/** How many times the bytes of its file a workbook may unpack to: a full sheet packs some 4 to 8 to 1, and is never unpacked as a whole. */
const unpackedTimes = 6

/** A file to import. */
export interface ImportFile {
  path: string
  charset: string | undefined
}

/** How the rows of a kind of file are read. */
export interface RowPlan<Key extends string, Item> {
  columns: readonly ColumnWords<Key>[]
  /** The item of a row, and the key that no other row may have; undefined if there is none. Notes faults on `row`. */
  read: (row: RowReader<Key>) => { item: Item; key: string | undefined }
  /** What it is called when two rows have the same key, and the column that the key is in. */
  duplicate: { column: Key; code: FaultCode }
}

/** A file that has been read to its end. */
export interface StagedFile<Key extends string, Item> {
  /** Rows below the header that are not blank. */
  rows: number
  faults: FaultList
  /** The columns that the file has, and what it calls them. */
  columns: ReadonlyMap<Key, string>
  /** The items of the rows without fault. */
  chunks(): Iterable<Item[]>
  close(): void
}

/**
 * Reads, checks and stages a file, outside any transaction and in constant memory. Each row claims its key, good or not, so
 * that the second of two is always at fault. Without a header that can be read every row is at fault. No more than
 * `limitBytes` are read, and six times as many after unpacking. Raises `unsupported_file`, `unreadable_file`, `file_too_large` and `storage_unavailable`.
 */
export async function stageFile<Key extends string, Item extends object>(
  { path, charset }: ImportFile,
  plan: RowPlan<Key, Item>,
  limitBytes: number,
): Promise<StagedFile<Key, Item>> {
  const limits = { ...defaultLimits, bytes: limitBytes, unpackedBytes: unpackedTimes * limitBytes }
  const table = await readTable(path, { charset, limits })
  const { positions, faults: headerFaults } = matchHeaders(table.header, plan.columns)
  const columns = columnNames(table.header, positions)
  const faults = new FaultList()
  for (const { row, column, code } of headerFaults) {
    faults.listed.push(importFault(row, code, { column: columns.get(column) ?? column }))
  }
  const reader = new RowReader(table.header, positions, faults)
  const staging = openStaging<Item>()
  let rows = 0

  function stage(row: TableRow): void {
    reader.start(row)
    const { item, key } = plan.read(reader)
    const first = key === undefined ? undefined : staging.claim(key, row.row)
    if (first !== undefined) {
      const { column, code } = plan.duplicate
      reader.fail(column, code, { value: reader.cell(column), row: first })
    }
    if (!reader.faulty) staging.keep(item)
  }

  try {
    for await (const batch of table.rows()) {
      rows += batch.length
      if (headerFaults.length > 0) faults.rows += batch.length
      else for (const row of batch) stage(row)
    }
    staging.finish()
  } catch (error) {
    staging.close()
    throw storageFault(error)
  }
  return { rows, faults, columns, chunks: staging.chunks, close: staging.close }
}

function columnNames<Key extends string>({ cells }: TableRow, positions: Partial<Record<Key, number>>) {
  const places = Object.entries<number | undefined>(positions) as [Key, number][]
  return new Map(places.map(([key, position]) => [key, cells[position]!]))
}

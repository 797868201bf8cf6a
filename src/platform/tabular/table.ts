/** One row of a table. */
export interface TableRow {
  /** As a spreadsheet counts: the first line is 1, blank lines keep their number. */
  row: number
  /** Cleaned texts from the first column on; a row may hold fewer than the header, and an empty cell is ''. */
  cells: string[]
}

/** A readable table: a value that holds no open file. */
export interface Table {
  /** The first row that is not blank. */
  header: TableRow
  /** The rows after the header in batches of some hundreds, blank ones left out; each call reads the file anew. */
  rows: () => AsyncGenerator<TableRow[], void, undefined>
}

/** How much of an upload is read before it is refused as `file_too_large`. */
export interface TableLimits {
  /** Bytes of the file. */
  bytes: number
  /** Rows below the header that are not blank. */
  rows: number
  /** Rows in all, blank ones and the header included. */
  lines: number
  /** Cells in one row. */
  cells: number
  /** UTF-16 units in one cell. */
  cellLength: number
  /** Bytes that an XLSX file may unpack to, all of its parts together. */
  unpackedBytes: number
  /** Bytes of the texts that an XLSX file keeps apart from its cells; these are held in memory. */
  sharedBytes: number
}

/** Room for a million children as CSV, a sheet's own number of rows, and memory for the shared texts of some 300,000 children. */
export const defaultLimits: TableLimits = {
  bytes: 400_000_000,
  rows: 1_048_575,
  lines: 1_048_576,
  cells: 200,
  cellLength: 32_767,
  unpackedBytes: 1_500_000_000,
  sharedBytes: 128_000_000,
}

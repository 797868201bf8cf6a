import writeExcelFile, { type SheetData } from 'write-excel-file/node'

/** What a cell may hold; null and undefined are an empty one. */
export type Cell = string | number | boolean | null | undefined

/** One sheet of an exported workbook. */
export interface WorkbookSheet {
  /** At most 31 characters, none of `[ ] / \ : * ?`, as spreadsheets ask. */
  name: string
  columns: readonly string[]
  rows: readonly (readonly Cell[])[]
}

/**
 * An XLSX workbook, built in memory: texts are text cells, which no spreadsheet runs as formulas, numbers are numbers, and
 * the header is bold and stays in sight.
 */
export function xlsxWorkbook(sheets: readonly WorkbookSheet[]): Promise<Buffer> {
  return writeExcelFile(
    sheets.map(({ name, columns, rows }) => ({
      sheet: name,
      data: [columns.map((value) => ({ value, fontWeight: 'bold' as const })), ...rows.map(dataRow)],
      columns: columns.map((_, i) => ({ width: columnWidth([columns, ...rows], i) })),
      stickyRowsCount: 1,
    })),
  ).toBuffer()
}

function dataRow(cells: readonly Cell[]): SheetData[number] {
  return cells.map((value) => (typeof value === 'string' ? { value, type: String } : value))
}

/** In characters: what the column needs, within what can be read. */
function columnWidth(rows: readonly (readonly Cell[])[], column: number): number {
  return Math.min(
    60,
    rows.reduce((width, cells) => Math.max(width, String(cells[column] ?? '').length + 2), 8),
  )
}

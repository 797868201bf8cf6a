import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ZipFile } from 'yazl'
import { type Cell, partsAround, sheetHead, sheetRow, sheetTail } from './workbook-xml.ts'

/** Rows of a sheet, some at a time: they are asked for once, when their turn comes. */
type Pages = AsyncIterable<readonly (readonly Cell[])[]> | Iterable<readonly (readonly Cell[])[]>

/** One sheet of an exported workbook. */
export interface WorkbookSheet {
  /** At most 31 characters, none of `[ ] / \ : * ?`, as spreadsheets ask. */
  name: string
  columns: readonly string[]
  pages: Pages
}

/**
 * An XLSX workbook, written page by page while it is read: texts are text cells, which no spreadsheet runs as formulas, numbers
 * are numbers, and the header is bold and stays in sight. How wide a column is its header and first page say.
 */
export function xlsxWorkbook(sheets: readonly WorkbookSheet[]): Readable {
  const zip = new ZipFile()
  const workbook = zip.outputStream as Readable
  for (const [name, xml] of partsAround(sheets.map(({ name }) => name))) zip.addBuffer(Buffer.from(xml), name)
  for (const [i, sheet] of sheets.entries())
    zip.addReadStreamLazy(`xl/worksheets/sheet${i + 1}.xml`, (give) => {
      const xml = Readable.from(sheetXml(sheet))
      // What cannot be read ends the file, and what nobody reads any more is not read on.
      xml.once('error', (error) => workbook.destroy(error))
      workbook.once('close', () => xml.destroy())
      give(null, xml)
    })
  zip.end()
  return workbook
}

async function* sheetXml({ columns, pages }: WorkbookSheet): AsyncGenerator<string, void, undefined> {
  const begun = (page: readonly (readonly Cell[])[]) =>
    sheetHead(columns.map((_, i) => columnWidth([columns, ...page], i))) + sheetRow(1, columns, 'bold')
  let row = 1
  for await (const page of pages) {
    if (page.length === 0) continue
    if (row === 1) yield begun(page)
    yield page.map((cells) => sheetRow(++row, cells)).join('')
    await nextTurn()
  }
  if (row === 1) yield begun([])
  yield sheetTail
}

/** In characters: what the column needs, within what can be read. */
function columnWidth(rows: readonly (readonly Cell[])[], column: number): number {
  return Math.min(
    60,
    rows.reduce((width, cells) => Math.max(width, String(cells[column] ?? '').length + 2), 8),
  )
}

import { defineProblem, type Problem } from '../../shared/problem.ts'
import type { TableLimits } from './table.ts'

/** The upload is of a kind that is not read: neither CSV nor XLSX, whatever its name says. `found` names the kind. */
export const unsupportedFile = defineProblem<{ found: string }>({
  code: 'unsupported_file',
  status: 415,
  title: 'Neither a CSV nor an XLSX file',
  detail: ({ found }) => `This is ${found}: open it in a spreadsheet, save it as XLSX or CSV, and send that.`,
})

/** The upload goes over a limit: its bytes, rows, cells in a row, characters in a cell or unpacked size. */
export const fileTooLarge = defineProblem<{ found: string; remedy: string }>({
  code: 'file_too_large',
  status: 413,
  title: 'The file is too large',
  detail: ({ found, remedy }) => `${found}: ${remedy}.`,
})

/** The upload is of a known kind but cannot be read to its end, or holds no table. */
export const unreadableFile = defineProblem<{ fault: string; remedy: string }>({
  code: 'unreadable_file',
  status: 422,
  title: 'The file cannot be read',
  detail: ({ fault, remedy }) => `${fault}: ${remedy}.`,
})

/** `file_too_large` for a cell with more characters than the limit. */
export function cellTooLong(row: number, { cellLength }: TableLimits): Problem {
  return fileTooLarge({
    found: `Row ${row} has a cell of over ${cellLength} characters`,
    remedy: 'shorten it, or look for a quotation mark that is never closed',
  })
}

/** `file_too_large` for a row with more cells than the limit. */
export function tooManyCells(row: number, { cells }: TableLimits): Problem {
  return fileTooLarge({
    found: `Row ${row} has over ${cells} cells`,
    remedy: 'remove the columns that are not needed',
  })
}

/** `unreadable_file` for a workbook that is damaged, truncated or locked. */
export function damagedWorkbook(): Problem {
  return unreadableFile({
    fault: 'The workbook is damaged, cut short or protected by a password',
    remedy: 'open it in a spreadsheet, save it again as XLSX without a password, and send that',
  })
}

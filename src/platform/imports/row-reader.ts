import { normalEmail, normalLanguage, normalPhone } from '../contacts.ts'
import { isFormula, type TableRow } from '../tabular/index.ts'
import { type FaultCode, type ImportFault, importFault } from './faults.ts'

// What is repeated in a message, so that a slip of columns does not fill the report.
const repeatedAtMost = 40
const SCHOOL_CODE = /^[\p{L}\p{N}-]{1,20}$/u
const WHOLE_NUMBER = /^\d{1,9}$/
const DECIMAL_NUMBER = /^[+-]?\d{1,9}(?:[.,]\d{1,15})?$/

const listedAtMost = 1000

/** The faults of a file so far: the first thousand of them, and how many rows have any. */
export class FaultList {
  readonly listed: ImportFault[] = []
  /** Whether there are more than are listed. */
  truncated = false
  /** Rows below the header that have a fault. */
  rows = 0
  #lastRow = 0

  /** Adds a fault, made only if it is listed. Rows come in order. */
  add(row: number, make: () => ImportFault): void {
    if (this.listed.length < listedAtMost) this.listed.push(make())
    else this.truncated = true
    if (row !== this.#lastRow) this.rows += 1
    this.#lastRow = row
  }
}

/** Reads one row after the other, cell by cell, and notes what is wrong with each. */
export class RowReader<Key extends string> {
  /** Whether a fault was found in this row. */
  faulty = false
  readonly #header: TableRow
  readonly #positions: Partial<Record<Key, number>>
  readonly #faults: FaultList
  #row: TableRow

  constructor(header: TableRow, positions: Partial<Record<Key, number>>, faults: FaultList) {
    this.#header = header
    this.#row = header
    this.#positions = positions
    this.#faults = faults
  }

  /** The row's number, as a spreadsheet counts. */
  get number(): number {
    return this.#row.row
  }

  /** Goes on to `row`. */
  start(row: TableRow): void {
    this.#row = row
    this.faulty = false
  }

  /** Notes a fault of this row. `column` decides where, whether or not the file has it. */
  fail(
    column: Key,
    code: FaultCode,
    facts: { value?: string; most?: number; least?: number; row?: number } = {},
  ): void {
    this.faulty = true
    const { row } = this.#row
    this.#faults.add(row, () => {
      const position = this.#positions[column]
      const name = position === undefined ? column : this.#header.cells[position]!
      return importFault(row, code, { ...facts, value: facts.value?.slice(0, repeatedAtMost), column: name })
    })
  }

  /** The cell as it is: '' where it, or the whole column, is not there. */
  cell(column: Key): string {
    const position = this.#positions[column]
    return position === undefined ? '' : (this.#row.cells[position] ?? '')
  }

  /** A text of at most `most` characters; null for none. */
  text(column: Key, most: number): string | null {
    const cell = this.cell(column)
    if (cell === '') return null
    if (cell.length > most) this.fail(column, 'too_long', { most })
    if (isFormula(cell)) this.fail(column, 'formula')
    return cell
  }

  /** A text that must be there; '' where it is not. */
  required(column: Key, most: number): string {
    const text = this.text(column, most)
    if (text === null) this.fail(column, 'missing_value')
    return text ?? ''
  }

  /** A school's code, matched exactly; undefined where there is none that could be one. */
  schoolCode(column: Key): string | undefined {
    const value = this.cell(column)
    if (value === '') this.fail(column, 'missing_value')
    else if (!SCHOOL_CODE.test(value)) this.fail(column, 'invalid_school_code', { value })
    else return value
    return undefined
  }

  /** An e-mail address in lower case; null for none. */
  email(column: Key): string | null {
    return this.#normal(column, 'invalid_email', normalEmail)
  }

  /** A telephone number in E.164; null for none. */
  phone(column: Key): string | null {
    return this.#normal(column, 'invalid_phone', normalPhone)
  }

  /** A language (BCP 47); null for none. */
  language(column: Key): string | null {
    return this.#normal(column, 'unknown_language', normalLanguage)
  }

  /** A whole number from 0 to `most`, which must be there; undefined where it is not. */
  wholeNumber(column: Key, most: number): number | undefined {
    const cell = this.cell(column)
    if (cell === '') this.fail(column, 'missing_value')
    else if (!WHOLE_NUMBER.test(cell) || Number(cell) > most) this.fail(column, 'invalid_number', { least: 0, most })
    else return Number(cell)
    return undefined
  }

  /** A number from -`most` to `most`, with a decimal point or comma; null for none. */
  degrees(column: Key, most: number): number | null {
    const cell = this.cell(column)
    if (cell === '') return null
    const number = DECIMAL_NUMBER.test(cell) ? Number(cell.replace(',', '.')) : Number.NaN
    if (!(Math.abs(number) <= most)) this.fail(column, 'invalid_number', { least: -most, most })
    return number
  }

  #normal(column: Key, code: FaultCode, normal: (text: string) => string | undefined): string | null {
    const cell = this.cell(column)
    if (cell === '') return null
    const value = normal(cell)
    if (value === undefined) this.fail(column, code, code === 'unknown_language' ? { value: cell } : {})
    return value ?? null
  }
}

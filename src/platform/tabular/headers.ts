import type { TableRow } from './table.ts'

/** A column that a table may have, under any of its names. */
export interface ColumnWords<Key extends string> {
  /** How the program calls it; counts as one of its names. */
  key: Key
  /** Other spellings, in any language; what `fold` makes equal need not be repeated. */
  names: readonly string[]
  /** Whether a table without it is at fault. */
  required?: boolean
}

/** What is wrong with a header: a required column is not there, or two columns are called the same. */
export interface HeaderFault<Key extends string> {
  row: number
  column: Key
  code: 'missing_column' | 'duplicate_column'
}

/**
 * `text` as it is compared with other spellings: without accents, case, spacing and punctuation; a final sigma is a sigma.
 * `Α.Μ.` becomes `αμ`, `Πλήθος Α΄ τάξης` becomes `πληθοσαταξησ`, `e-mail` becomes `email`.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** Finds `columns` in the header of a table, forgiving as `fold` is. Columns that nobody asked for are left alone. */
export function matchHeaders<Key extends string>(header: TableRow, columns: readonly ColumnWords<Key>[]) {
  /** 0 for the first column; a column that is not there has no position. */
  const positions: Partial<Record<Key, number>> = {}
  const faults: HeaderFault<Key>[] = []
  const folded = header.cells.map(fold)
  for (const { key, names, required } of columns) {
    const words = new Set([key, ...names].map(fold))
    const found = folded.flatMap((name, position) => (words.has(name) ? [position] : []))
    if (found.length > 1) faults.push({ row: header.row, column: key, code: 'duplicate_column' })
    else if (found.length === 0 && required) faults.push({ row: header.row, column: key, code: 'missing_column' })
    if (found.length > 0) positions[key] = found[0]!
  }
  return { positions, faults }
}

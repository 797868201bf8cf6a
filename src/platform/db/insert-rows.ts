import { getTableName, type Placeholder, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { prepared, type Reader, type Tx } from './db.ts'

/** How many rows one statement inserts: as many large statements as can be filled, then smaller ones for the rest. */
const sizes = [100, 10, 1]

/**
 * Inserts `rows`, all of the same columns, in prepared statements of many rows each: for work in bulk. Columns that the
 * first row does not have get their defaults. No rows, no change.
 */
export async function insertRows<Tables, Table extends SQLiteTable>(
  tx: Tx<Tables>,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(rows[0]!)
  let from = 0
  for (const size of sizes) {
    if (rows.length - from < size) continue
    const names = Array.from({ length: size }, (_, row) => columns.map((column) => `${column} ${row}`))
    const statement = insertOf(tx, table, columns, names)
    for (; rows.length - from >= size; from += size) {
      await statement.execute(valuesOf(rows, from, columns, names))
    }
  }
}

function insertOf(tx: Reader<unknown>, table: SQLiteTable, columns: string[], names: string[][]) {
  return prepared(tx, `insert ${names.length} ${getTableName(table)} ${columns}`, ({ q }) => {
    const rows = names.map((ofRow) =>
      Object.fromEntries(columns.map((column, i): [string, Placeholder] => [column, sql.placeholder(ofRow[i]!)])),
    )
    return q.insert(table).values(rows).prepare()
  })
}

/** The values of as many rows as there are `names`, each under the name of its placeholder. */
function valuesOf(
  rows: readonly object[],
  from: number,
  columns: string[],
  names: string[][],
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (let i = 0; i < names.length; i++) {
    const row = rows[from + i] as Record<string, unknown>
    const ofRow = names[i]!
    for (let j = 0; j < columns.length; j++) values[ofRow[j]!] = row[columns[j]!]
  }
  return values
}

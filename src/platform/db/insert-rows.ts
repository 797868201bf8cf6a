import { getTableName, type Placeholder, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { prepared, type Reader, type Tx } from './db.ts'

/** How many rows one statement inserts: as many large statements as can be filled, then smaller ones for the rest. */
const sizes = [64, 8, 1]

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
    const statement = insertOf(tx, table, columns, size)
    for (; rows.length - from >= size; from += size) {
      await statement.execute(valuesOf(rows, from, columns, size) as unknown as Record<string, unknown>)
    }
  }
}

/** Placeholders are called by their place, so that the values of a statement are a mere list. */
function insertOf(tx: Reader<unknown>, table: SQLiteTable, columns: string[], size: number) {
  return prepared(tx, `insert ${size} ${getTableName(table)} ${columns}`, ({ q }) => {
    const rows = Array.from({ length: size }, (_, row) =>
      Object.fromEntries(
        columns.map((column, i): [string, Placeholder] => [column, sql.placeholder(String(row * columns.length + i))]),
      ),
    )
    return q.insert(table).values(rows).prepare()
  })
}

function valuesOf(rows: readonly object[], from: number, columns: string[], size: number): unknown[] {
  const values = new Array<unknown>(size * columns.length)
  let place = 0
  for (let i = from; i < from + size; i++) {
    const row = rows[i] as Record<string, unknown>
    for (const column of columns) values[place++] = row[column]
  }
  return values
}

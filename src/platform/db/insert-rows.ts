import { sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { prepared, type Tx } from './db.ts'

/** How many rows a statement inserts: as many large ones as fit, then smaller ones for what is left. */
const sizes = [250, 25, 1]

/**
 * Inserts `rows`, which all have the same columns, by prepared statements of many rows each: for work in bulk. Columns that
 * they do not have get their defaults. Changes nothing for no rows.
 */
export async function insertRows<Table extends SQLiteTable>(
  tx: Tx<unknown>,
  table: Table,
  rows: readonly Table['$inferInsert'][],
): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(rows[0] as object)
  let from = 0
  for (const size of sizes) {
    for (; rows.length - from >= size; from += size) {
      const insert = prepared(tx, `insert:${columns}:${size}`, () => insertOf(tx, table, columns, size))
      await insert.execute(valuesOf(columns, rows, from, size))
    }
  }
}

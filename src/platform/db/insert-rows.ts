import { getTableName, type Placeholder, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { gathered } from '../../shared/page.ts'
import type { Reader, Tx } from './db.ts'
import { prepared } from './prepared.ts'

/** How many rows one statement inserts: as many large statements as can be filled, then smaller ones for the rest. */
const sizes = [64, 8, 1]

/** Few enough to be forgotten soon; they fill large statements. */
const rowsAtOnce = 640

/**
 * Inserts `rows`, all of the same columns, in prepared statements of many rows each: for work in bulk. Rows that are made as they are asked
 * for are never held all at once. Columns that the first row does not have get their defaults. No rows, no change.
 */
export async function insertRows<Tables, Table extends SQLiteTable>(
  tx: Tx<Tables>,
  table: Table,
  rows: Iterable<Table['$inferInsert']>,
): Promise<void> {
  let columns: string[] | undefined
  for (const some of gathered(rows, rowsAtOnce)) {
    columns ??= Object.keys(some[0]!)
    for (const part of portionsOf(some))
      await insertOf(tx, table, columns, part.length).execute(valuesOf(part, columns))
  }
}

/**
 * {@link insertRows}, but for those that break a unique index: they are left out. Answers the ids of those inserted. On
 * PostgreSQL a row that another transaction has inserted meanwhile makes this one run again.
 */
export async function insertFreeRows<Tables, Table extends SQLiteTable & { id: SQLiteColumn }>(
  tx: Tx<Tables>,
  table: Table,
  rows: readonly (Table['$inferInsert'] & { id: string })[],
): Promise<Set<string>> {
  const inserted = new Set<string>()
  if (rows.length === 0) return inserted
  const columns = Object.keys(rows[0]!)
  for (const part of portionsOf(rows)) {
    const found = await freeInsertOf(tx, table, columns, part.length).execute(valuesOf(part, columns))
    for (const { id } of found) inserted.add(id as string)
  }
  return inserted
}

/** The rows of each statement. */
function* portionsOf<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  let from = 0
  for (const size of sizes) for (; rows.length - from >= size; from += size) yield rows.slice(from, from + size)
}

/** Placeholders are called by their place, so that the values of a statement are a mere list. */
function insertOf(tx: Reader<unknown>, table: SQLiteTable, columns: string[], size: number) {
  return prepared(tx, `insert ${size} ${getTableName(table)} ${columns}`, ({ q }) => {
    return q.insert(table).values(placesOf(columns, size))
  })
}

function freeInsertOf(tx: Reader<unknown>, table: SQLiteTable & { id: SQLiteColumn }, columns: string[], size: number) {
  return prepared(tx, `insert free ${size} ${getTableName(table)} ${columns}`, ({ q }) =>
    q.insert(table).values(placesOf(columns, size)).onConflictDoNothing().returning({ id: table.id }),
  )
}

function placesOf(columns: string[], size: number): Record<string, Placeholder>[] {
  return Array.from({ length: size }, (_, row) =>
    Object.fromEntries(columns.map((column, i) => [column, sql.placeholder(String(row * columns.length + i))])),
  )
}

function valuesOf(rows: readonly object[], columns: string[]): Record<number, unknown> {
  return rows.flatMap((row) => columns.map((column) => (row as Record<string, unknown>)[column]))
}

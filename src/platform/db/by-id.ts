import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { notFound } from '../../shared/problem.ts'
import type { Reader, Tx } from './db.ts'

type TableWithId = SQLiteTable & { id: SQLiteColumn }
type TableWithVersion = TableWithId & { version: SQLiteColumn }

/** The row of `table` with this id. */
export async function findById<Table extends TableWithId>(
  { q }: Reader<unknown>,
  table: Table,
  id: string,
): Promise<Table['$inferSelect'] | undefined> {
  return (await q.select().from(table).where(eq(table.id, id)))[0]
}

/** The row of `table` with this id, which people call a `what`. Raises `not_found`. */
export async function getById<Table extends TableWithId>(
  reader: Reader<unknown>,
  table: Table,
  id: string,
  what: string,
): Promise<Table['$inferSelect']> {
  const row = await findById(reader, table, id)
  if (!row) throw notFound({ what })
  return row
}

/** Changes the row of `table` with this id and counts its version up; undefined, and nothing happens, where `condition` does not hold for it. */
export async function updateWhere<Table extends TableWithVersion>(
  { q }: Tx<unknown>,
  table: Table,
  id: string,
  change: Partial<Table['$inferInsert']>,
  condition: SQL | undefined,
): Promise<Table['$inferSelect'] | undefined> {
  const counted = { ...change, version: sql`${table.version} + 1` } as object
  const rows = await q
    .update(table)
    .set(counted)
    .where(and(eq(table.id, id), condition))
    .returning()
  return rows[0]
}

/** The same where the version is still `ifVersion`, or whatever it is if that is undefined. */
export function updateVersion<Table extends TableWithVersion>(
  tx: Tx<unknown>,
  table: Table,
  id: string,
  change: Partial<Table['$inferInsert']>,
  ifVersion: number | undefined,
): Promise<Table['$inferSelect'] | undefined> {
  return updateWhere(tx, table, id, change, ifVersion === undefined ? undefined : eq(table.version, ifVersion))
}

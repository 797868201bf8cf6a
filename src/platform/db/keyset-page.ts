import { and, asc, desc, gt, lt, type SQL } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { decodeCursor, decodePosition, type Page, type PageQuery, toPage } from '../../shared/page.ts'

/** A query that says what to read from where, and nothing more yet. */
interface Listing<Row> {
  where(condition: SQL | undefined): { orderBy(order: SQL): { limit(rows: number): PromiseLike<Row[]> } }
}

/**
 * The page of `listing` that is asked for, of the rows that `condition` holds for, from the least value of `key` to the greatest. `key` is a
 * column of `table` whose values are unique, and the rows have it under the same name. Raises `invalid_input` for a foreign cursor.
 */
export const pageAscending = pagesIn(asc, gt)

/** The same from the greatest value of `key` to the least: of ids, the newest first. */
export const pageDescending = pagesIn(desc, lt)

/** Pages in one order; of a key, what comes later is `behind`. */
function pagesIn(order: typeof asc, behind: typeof gt) {
  return async <Row, Key extends keyof Row & string>(
    listing: Listing<Row>,
    table: Record<Key, SQLiteColumn>,
    key: Key,
    page: PageQuery,
    condition?: SQL,
  ): Promise<Page<Row>> => {
    const column = table[key]
    const isNumber = column.dataType === 'number'
    const last = isNumber ? decodePosition(page.cursor) : decodeCursor(page.cursor, 1)?.map(String)[0]
    const rest = last === undefined ? condition : and(condition, behind(column, last))
    const rows = await listing
      .where(rest)
      .orderBy(order(column))
      .limit(page.limit + 1)
    return toPage(rows, page.limit, (row) => [row[key] as string | number])
  }
}

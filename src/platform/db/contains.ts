import { type Column, type SQL, sql } from 'drizzle-orm'

/** Whether the text in `column` has `part` in it, letter for letter: in words that both engines read. An empty part is in nothing. */
export function contains(column: Column, part: Column | string): SQL {
  return sql`replace(${column}, ${part}, '') <> ${column}`
}

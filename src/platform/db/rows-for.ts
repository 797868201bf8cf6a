import { type Placeholder, sql } from 'drizzle-orm'

/** How many values one statement asks for. */
const askedAtOnce = 250

/** The values that a statement for {@link rowsFor} asks for, in an `inArray`. */
export const askedFor: Placeholder[] = Array.from({ length: askedAtOnce }, (_, i) => sql.placeholder(String(i)))

/**
 * What a prepared statement finds for all of `asked`, some at a time: it always asks for as many, so that it is built once, and the
 * last value stands in for those that are missing. `others` are its other placeholders. Nothing asked, nothing found.
 */
export async function rowsFor<Row>(
  statement: { execute(values: Record<string, unknown>): PromiseLike<Row[]> },
  asked: readonly string[],
  others: Record<string, unknown> = {},
): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < asked.length; from += askedAtOnce) {
    const values: Record<string, unknown> = { ...others }
    for (let i = 0; i < askedAtOnce; i++) values[i] = asked[Math.min(from + i, asked.length - 1)]
    for (const row of await statement.execute(values)) rows.push(row)
  }
  return rows
}

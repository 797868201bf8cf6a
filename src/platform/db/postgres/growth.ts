import type { Pool } from 'pg'

/** How many rows a transaction has added to each table. */
export type Added = Map<string, number>

/** A table that has grown by fewer rows is planned for well enough. */
const fewRows = 5000

/**
 * Has PostgreSQL count what this process fills. It plans by what it last counted, and counts by itself a minute later at the
 * earliest: until then it takes a table that an import has just filled for one of hundreds of rows, and reads or sorts all of it for
 * every page of a list. Answers a function that is given what was committed, and is done once each table is counted that is half as large
 * again as when it was counted last. What is not committed yet must not be given: it would be counted as nothing.
 */
export function watchGrowth(pool: Pool): (added: Added) => Promise<void> {
  const tables = new Map<string, { rows: number; counted: number }>()
  return async (added) => {
    for (const [table, rows] of added) {
      const known = tables.get(table) ?? { rows: 0, counted: 0 }
      tables.set(table, known)
      known.rows += rows
      if (known.rows - known.counted < Math.max(fewRows, known.counted / 2)) continue
      known.counted = known.rows
      // Where it fails the plans are as they were, and the server counts when it would have anyway.
      await pool.query(`ANALYZE "${table}"`).catch(() => {})
    }
  }
}

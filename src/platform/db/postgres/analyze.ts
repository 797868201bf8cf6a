import type { Pool } from 'pg'

/** How many rows a transaction has added to each table. */
export type Added = Map<string, number>

/** A table that has grown by fewer rows is planned for well enough. */
const fewRows = 5000

/**
 * Has PostgreSQL ANALYZE what this process inserts in bulk. Its plans follow the last statistics, and autovacuum takes new ones a minute
 * later at the earliest: until then a table that an import has just filled is taken for one of hundreds of rows, and all of it is read or
 * sorted for every page of a list. Answers a function that is given what was committed, and is done once each table is analyzed that
 * is half as large again as at the last time. What is not committed yet must not be given: ANALYZE would not see it.
 */
export function analyzeGrownTables(pool: Pool): (added: Added) => Promise<void> {
  const tables = new Map<string, { rows: number; analyzed: number }>()
  return async (added) => {
    for (const [table, rows] of added) {
      const known = tables.get(table) ?? { rows: 0, analyzed: 0 }
      tables.set(table, known)
      known.rows += rows
      if (known.rows - known.analyzed < Math.max(fewRows, known.analyzed / 2)) continue
      known.analyzed = known.rows
      // Where it fails the plans are as they were, and the server takes its statistics when it would have anyway.
      await pool.query(`ANALYZE "${table}"`).catch(() => {})
    }
  }
}

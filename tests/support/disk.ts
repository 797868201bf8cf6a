import { sql } from 'drizzle-orm'
import type { OpenDeps } from '../../src/open-deps.ts'

/** Leaves the database no room: SQLite answers every page more with its own error for a full disk. */
export function fillDisk({ db }: OpenDeps): Promise<void> {
  return db.transact(async ({ q }) => {
    const { page_count: pages } = q.get<{ page_count: number }>(sql`PRAGMA page_count`)
    q.run(sql.raw(`PRAGMA max_page_count = ${pages}`))
  })
}

/** Gives the database all the room it asks for. */
export function makeRoom({ db }: OpenDeps): Promise<void> {
  return db.transact(async ({ q }) => void q.run(sql`PRAGMA max_page_count = 4294967294`))
}

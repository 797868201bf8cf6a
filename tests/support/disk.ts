import { getTableName, sql } from 'drizzle-orm'
import type { OpenDeps } from '../../src/open-deps.ts'
import { postgresSchema } from '../../src/schema.ts'
import { engine } from './engine.ts'
import { runSql, runStatements } from './sql.ts'

/**
 * Leaves the database no room: SQLite answers every page more with its own error for a full disk. PostgreSQL has no such limit;
 * there triggers answer every new row with the server's error for one.
 */
export async function fillDisk({ db }: OpenDeps): Promise<void> {
  if (engine === 'postgres')
    return runStatements(
      { db },
      `CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
      ...tables.map((name) => `CREATE TRIGGER disk_full BEFORE INSERT ON "${name}" EXECUTE FUNCTION disk_full()`),
    )
  await db.transact(async ({ q }) => {
    const { page_count: pages } = q.get<{ page_count: number }>(sql`PRAGMA page_count`)
    q.run(sql.raw(`PRAGMA max_page_count = ${pages}`))
  })
}

/** Gives the database all the room it asks for. */
export async function makeRoom({ db }: OpenDeps): Promise<void> {
  if (engine === 'postgres')
    return runStatements({ db }, ...tables.map((name) => `DROP TRIGGER IF EXISTS disk_full ON "${name}"`))
  await db.transact((tx) => runSql(tx, sql`PRAGMA max_page_count = 4294967294`))
}

const tables = Object.values(postgresSchema).map((table) => getTableName(table))

import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { Test } from 'tap'
import type { Deps } from '../../src/deps.ts'
import { engine } from './engine.ts'

/**
 * Connects to the database of `deps` past all of the service, as whoever may do everything there; it ends with the test. `run` answers how
 * many rows a statement changed.
 */
export async function openRaw(t: Test, { config }: Deps) {
  if (engine === 'postgres') {
    const client = new pg.Client(config.databaseUrl)
    await client.connect()
    t.teardown(() => client.end())
    return { run: async (statement: string) => (await client.query(statement)).rowCount ?? 0 }
  }
  const database = new Sqlite(config.databaseFile)
  t.teardown(() => void database.close())
  return { run: async (statement: string) => database.prepare(statement).run().changes }
}

/** The same, on which no trigger, check and reference holds any more, nor these unique indexes. */
export async function openLawless(t: Test, deps: Deps, uniqueIndexes: string[]) {
  const raw = await openRaw(t, deps)
  if (engine === 'postgres') {
    await raw.run('SET session_replication_role = replica')
    await raw.run(`DO $$ DECLARE c record; BEGIN
      FOR c IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.owner, c.conname); END LOOP; END $$`)
  } else {
    const database = new Sqlite(deps.config.databaseFile)
    const triggers = database.prepare("select name from sqlite_master where type = 'trigger'").pluck().all()
    database.close()
    for (const name of triggers) await raw.run(`DROP TRIGGER ${name}`)
    await raw.run('PRAGMA ignore_check_constraints = ON')
    await raw.run('PRAGMA foreign_keys = OFF')
  }
  for (const name of uniqueIndexes) await raw.run(`DROP INDEX ${name}`)
  return raw
}

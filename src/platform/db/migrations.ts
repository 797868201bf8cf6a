import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres'
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator'
import type { Client, ClientBase, Pool, PoolClient } from 'pg'
import { OperatorError } from '../operator-error.ts'

/** The database was made by a later version of the service, which knows things that this one would destroy. */
const newerDatabase = () =>
  new OperatorError(
    'The database was made by a newer version of Saka. Start that version, or restore a backup made before it.',
  )

/** Brings the database to this version's tables. Throws an `OperatorError` for one that is ahead of `folder`. */
export function applyMigrations(connection: Sqlite.Database, folder: string): void {
  const applied = lastApplied(connection)
  if (applied > lastKnown(folder)) throw newerDatabase()
  if (applied === lastKnown(folder)) return
  try {
    migrate(drizzle(connection), { migrationsFolder: folder })
  } catch (error) {
    // A full disk ends the transaction by itself, and what cannot be rolled back hides why.
    const { message, cause } = error as Error
    if (!/no transaction is active/.test(`${message} ${(cause as Error | undefined)?.message}`)) throw error
    throw Object.assign(new Error('the disk refused a migration', { cause: error }), { code: 'SQLITE_FULL' })
  }
}

/** Whether all of this version's migrations are in the database. */
export function isMigrated(connection: Sqlite.Database, folder: string): boolean {
  return lastApplied(connection) === lastKnown(folder)
}

/** Which of PostgreSQL's advisory locks a migration holds: of several processes that start at once one migrates. */
const migrationLock = 7_365_707

/** The same on PostgreSQL, under a lock that other processes wait for. */
export async function applyPostgresMigrations(client: PoolClient | Client, folder: string): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [migrationLock])
  try {
    const applied = await lastAppliedToPostgres(client)
    if (applied > lastKnown(folder)) throw newerDatabase()
    if (applied < lastKnown(folder)) await migratePostgres(drizzlePostgres(client), { migrationsFolder: folder })
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock])
  }
}

/** The same of PostgreSQL. */
export async function isPostgresMigrated(connection: Pool | ClientBase, folder: string): Promise<boolean> {
  return (await lastAppliedToPostgres(connection)) === lastKnown(folder)
}

async function lastAppliedToPostgres(connection: Pool | ClientBase): Promise<number> {
  const { rows } = await connection.query("SELECT to_regclass('drizzle.__drizzle_migrations') AS known")
  if (!rows[0].known) return 0
  const latest = await connection.query('SELECT max(created_at) AS latest FROM drizzle.__drizzle_migrations')
  return Number(latest.rows[0].latest ?? 0)
}

function lastKnown(folder: string): number {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number }[]
  }
  return Math.max(0, ...journal.entries.map((entry) => entry.when))
}

function lastApplied(connection: Sqlite.Database): number {
  const known = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get()
  if (!known) return 0
  const row = connection.prepare('SELECT max(created_at) AS latest FROM __drizzle_migrations').get()
  return Number((row as { latest: number | null }).latest ?? 0)
}

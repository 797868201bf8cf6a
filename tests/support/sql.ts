import { getTableName, type SQL, sql } from 'drizzle-orm'
import { type Db, postgresSchema, type Reader } from '../../src/schema.ts'
import { engine } from './engine.ts'

type Pg = { execute(query: SQL): Promise<{ rows: unknown[] }> }

const queryOf = (text: string | SQL) => (typeof text === 'string' ? sql.raw(text) : text)

/** Runs a statement as it is, in either engine: what a test does behind the service's back. */
export async function runSql({ q }: Reader, text: string | SQL): Promise<void> {
  if (engine === 'postgres') await (q as unknown as Pg).execute(queryOf(text))
  else q.run(queryOf(text))
}

/** The rows that a query answers, in either engine. */
export async function allSql<Row = Record<string, unknown>>({ q }: Reader, text: string | SQL): Promise<Row[]> {
  if (engine === 'postgres') return (await (q as unknown as Pg).execute(queryOf(text))).rows as Row[]
  return q.all(queryOf(text)) as Row[]
}

/** Runs statements behind the service's back, in a transaction. */
export async function runStatements({ db }: { db: Db }, ...statements: (string | SQL)[]): Promise<void> {
  await db.transact(async (tx) => {
    for (const statement of statements) await runSql(tx, statement)
  })
}

/** The statement for a trigger that refuses every `change` (`INSERT ON guardians`), or those for which `when` is so, with the word `broken`. */
export const breaking = (change: string, when?: string) =>
  `CREATE TRIGGER broken BEFORE ${change} ${
    engine === 'postgres'
      ? `FOR EACH ROW ${when ? `WHEN (${when})` : ''} EXECUTE FUNCTION refuse('broken')`
      : `${when ? `WHEN ${when}` : ''} BEGIN SELECT RAISE(ABORT, 'broken'); END`
  }`

/** The statement that takes a trigger of `table` away. */
export const withoutTrigger = (name: string, table: string) =>
  `DROP TRIGGER IF EXISTS ${name}${engine === 'postgres' ? ` ON ${table}` : ''}`

/** Bytes as a statement says them. */
export const bytesLiteral = (hex: string) => (engine === 'postgres' ? `'\\x${hex}'::bytea` : `x'${hex}'`)

/** All that the database holds, as text. */
export async function textOfPostgres({ db }: { db: Db }): Promise<string> {
  const rows = Object.values(postgresSchema).map((table) => `SELECT t::text AS row FROM "${getTableName(table)}" t`)
  return (await allSql(db.read, rows.join(' UNION ALL '))).map(({ row }) => row).join('\n')
}

/** Where the engine notes which migrations have been applied. */
export const migrationsTable = engine === 'postgres' ? 'drizzle.__drizzle_migrations' : '__drizzle_migrations'

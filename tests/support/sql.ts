import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../src/schema.ts'
import { engine } from './engine.ts'

type Pg = { execute(query: SQL): Promise<{ rows: unknown[] }> }

const queryOf = (text: string | SQL) => (typeof text === 'string' ? sql.raw(text) : text)

/** Runs a statement as it is, in either engine: what a test does behind the service's back. */
export async function runSql({ q }: Reader, text: string | SQL): Promise<void> {
  if (engine === 'postgres') await (q as unknown as Pg).execute(queryOf(text))
  else q.run(queryOf(text))
}

/** The rows that a query answers, in either engine. */
export async function allSql<Row>({ q }: Reader, text: string | SQL): Promise<Row[]> {
  if (engine === 'postgres') return (await (q as unknown as Pg).execute(queryOf(text))).rows as Row[]
  return q.all(queryOf(text)) as Row[]
}

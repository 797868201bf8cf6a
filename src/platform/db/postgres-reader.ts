import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Reader } from './db.ts'

/** Reads on a connection of PostgreSQL, or on any of a pool. */
export function postgresReader<Tables>(
  connection: pg.Pool | pg.PoolClient | pg.Client,
  tables: Tables,
  compile: Reader<Tables>['compile'],
): Reader<Tables> {
  // Sums and counts; nothing here exceeds what a number holds exactly.
  for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number)
  return { q: drizzle(connection) as unknown as Reader<Tables>['q'], t: tables, compile }
}

import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Reader } from '../db.ts'
import { withoutZeroBytes } from '../zero-bytes.ts'

type Connection = pg.Pool | pg.PoolClient | pg.Client

/** Is told how many rows a statement has inserted into which table. */
export type RowsInserted = (table: string, rows: number) => void

/** Reads on a connection of PostgreSQL, or on any of a pool. */
export function postgresReader<Tables>(
  connection: Connection,
  tables: Tables,
  onInsert: RowsInserted = () => {},
): Reader<Tables> {
  // Sums and counts; nothing here exceeds what a number holds exactly.
  for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number)
  const client = withTextsThatFit(connection, onInsert) as pg.PoolClient
  return { q: drizzle({ client }) as unknown as Reader<Tables>['q'], t: tables }
}

/** The connection as drizzle uses it, given only values that PostgreSQL can keep. */
function withTextsThatFit(connection: Connection, onInsert: RowsInserted): Pick<pg.PoolClient, 'query'> {
  const query = async (statement: pg.QueryConfig, values?: unknown[]) => {
    const result = await connection.query(statement, values?.map(withoutZeroBytes))
    const table = result.command === 'INSERT' && /^insert into "(\w+)"/.exec(statement.text)?.[1]
    if (table) onInsert(table, result.rowCount ?? 0)
    return result
  }
  return { query: query as pg.PoolClient['query'] }
}

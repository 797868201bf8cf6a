import type pg from 'pg'
import { storageFault } from '../faults.ts'
import { onConnection } from './transaction.ts'

/**
 * Lends `work` a connection that sees one state of the database, what was committed when it had the advisory lock of that name. The
 * lock is the session's, so that it ends with the process, whatever becomes of that; the snapshot is taken behind it.
 */
export function onSnapshot<Result>(
  pool: pg.Pool,
  lock: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return onConnection(pool, async (client, breaks) => {
    try {
      await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock])
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT')
      const result = await work(client)
      await client.query('COMMIT; SELECT pg_advisory_unlock_all()')
      return result
    } catch (error) {
      await client.query('ROLLBACK; SELECT pg_advisory_unlock_all()').catch(breaks)
      throw storageFault(error)
    }
  })
}

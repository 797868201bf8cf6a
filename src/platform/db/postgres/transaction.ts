import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { isLostConnection, isRace, outcomeUnknown, overloaded, storageFault } from '../faults.ts'

/** How many wait for a connection at most. */
const maxWaiting = 10_000
/** How often a transaction that fails to serialize is tried while others run, before it is tried alone under an exclusive lock. */
const concurrentTries = 4

/** How a transaction runs: see `TransactOptions`. */
interface Options {
  isolation: 'serializable' | 'read committed'
  compensate: Compensate | undefined
}

type Work<Result> = (client: pg.PoolClient) => Promise<Result>
type Compensate = (client: pg.PoolClient, error: unknown) => Promise<void>

/** The lock is the first statement, before the snapshot is taken: an exclusive one waits for all who have begun, and the rest wait for it. */
const beginConcurrent = (isolation: Options['isolation']) =>
  `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}; LOCK TABLE turns IN ROW SHARE MODE`
const beginExclusive = 'BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turns IN EXCLUSIVE MODE'

/** Lends `use` a connection of the pool. One that it calls broken is not used again. */
export async function onConnection<Result>(
  pool: pg.Pool,
  use: (client: pg.PoolClient, breaks: (error: Error) => void) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    return await use(client, (error) => {
      broken = error
    })
  } finally {
    client.release(broken)
  }
}

/** Runs `work` in a transaction: again when it fails to serialize, at last under an exclusive lock. */
export async function transact<Result>(
  pool: pg.Pool,
  work: Work<Result>,
  { isolation, compensate }: Options,
): Promise<Result> {
  if (pool.waitingCount >= maxWaiting) throw overloaded()
  for (let tries = 1; ; tries++) {
    const isExclusive = tries > concurrentTries
    try {
      return await transactOnce(pool, isExclusive ? beginExclusive : beginConcurrent(isolation), work, compensate)
    } catch (error) {
      if (isExclusive || !isRace(error)) throw storageFault(error)
    }
    // Not the same for two that met: the last digits of the clock are random enough.
    await pause((performance.now() * 1000) % 2 ** tries)
  }
}

function transactOnce<Result>(
  pool: pg.Pool,
  beginning: string,
  work: Work<Result>,
  compensate: Compensate | undefined,
): Promise<Result> {
  return onConnection(pool, async (client, breaks) => {
    let notBegun: { error: unknown } | undefined
    try {
      // Not waited for: the first statement of the work goes out behind it. Where this fails, that fails too.
      client.query(compensate ? `${beginning}; SAVEPOINT work` : beginning).catch((error: unknown) => {
        notBegun = { error }
      })
      let failure: { error: unknown } | undefined
      let result: Result | undefined
      try {
        result = await work(client)
      } catch (error) {
        if (!compensate || notBegun || isRace(error) || isLostConnection(error)) throw error
        failure = { error: await compensated(client, error, compensate) }
      }
      await commit(client)
      if (failure) throw new Answered(failure.error)
      return result as Result
    } catch (error) {
      if (error instanceof Answered) throw error.cause
      await client.query('ROLLBACK').catch(breaks)
      throw notBegun ? notBegun.error : error
    }
  })
}

/** Carries a throw past the rollback: what compensates it has been committed. */
class Answered extends Error {
  constructor(cause: unknown) {
    super('answered', { cause })
  }
}

/** Writes what compensates work that threw `error`, and answers what is told: the error, or one of its own. */
async function compensated(client: pg.PoolClient, error: unknown, compensate: Compensate): Promise<unknown> {
  await client.query('ROLLBACK TO work')
  try {
    await compensate(client, error)
    return error
  } catch (another) {
    if (isRace(another) || isLostConnection(another)) throw another
    await client.query('ROLLBACK TO work')
    return another
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw isLostConnection(error) ? outcomeUnknown() : error
  })
  // The server undoes a transaction in which a statement failed, whatever became of its error here.
  if (command !== 'COMMIT') throw new Error('a statement failed and its transaction went on')
}

/** Runs `work` behind a savepoint, to which a throw goes back. */
export async function savepoint<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('SAVEPOINT part')
  try {
    const result = await work()
    await client.query('RELEASE part')
    return result
  } catch (error) {
    if (!isLostConnection(error)) await client.query('ROLLBACK TO part; RELEASE part')
    throw error
  }
}

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

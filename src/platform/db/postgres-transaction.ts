import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { isLostConnection, isRace, outcomeUnknown, overloaded, storageFault } from './faults.ts'

/** How many wait for a connection at most. */
export const maxWaiting = 10_000
/** How often a transaction that others came between is tried beside them, before it is tried alone. */
const triesBesideOthers = 4

/**
 * Every transaction is SERIALIZABLE, unless its races are settled: it sees and does what it would if it were the only one, as on SQLite, or it is refused
 * and run again. One that is refused often gets a turn alone: the lock is the first statement, before the snapshot is taken.
 */
export const begin = 'BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turns IN ROW SHARE MODE'
/** What a transaction begins with whose races are settled. */
export const beginSettled = 'BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE turns IN ROW SHARE MODE'
const beginAlone = 'BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turns IN EXCLUSIVE MODE'

type Work<Result> = (client: pg.PoolClient) => Promise<Result>
type Instead = (client: pg.PoolClient, error: unknown) => Promise<void>

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

/** Runs `work` in a transaction of its own: again after a race, at last alone. `beginBeside` is how it begins beside others. */
export async function transact<Result>(
  pool: pg.Pool,
  work: Work<Result>,
  instead: Instead | undefined,
  beginBeside: string,
): Promise<Result> {
  if (pool.waitingCount >= maxWaiting) throw overloaded()
  for (let tries = 1; ; tries++) {
    const isAlone = tries > triesBesideOthers
    try {
      return await transactOnce(pool, isAlone ? beginAlone : beginBeside, work, instead)
    } catch (error) {
      if (isAlone || !isRace(error)) throw storageFault(error)
    }
    // Not the same for two that met: the last digits of the clock are random enough.
    await pause((performance.now() * 1000) % 2 ** tries)
  }
}

function transactOnce<Result>(
  pool: pg.Pool,
  beginning: string,
  work: Work<Result>,
  instead: Instead | undefined,
): Promise<Result> {
  return onConnection(pool, async (client, breaks) => {
    let notBegun: { error: unknown } | undefined
    try {
      // Not waited for: the first statement of the work goes out behind it. Where this fails, that fails too.
      client.query(instead ? `${beginning}; SAVEPOINT work` : beginning).catch((error: unknown) => {
        notBegun = { error }
      })
      let failure: { error: unknown } | undefined
      let result: Result | undefined
      try {
        result = await work(client)
      } catch (error) {
        if (!instead || notBegun || isRace(error) || isLostConnection(error)) throw error
        failure = { error: await replace(client, error, instead) }
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

/** Carries a throw past the rollback: what is kept in its place has been committed. */
class Answered extends Error {
  constructor(cause: unknown) {
    super('answered', { cause })
  }
}

/** Does what is kept in the place of work that threw `error`, and answers what is told: the error, or one of its own. */
async function replace(client: pg.PoolClient, error: unknown, instead: Instead): Promise<unknown> {
  await client.query('ROLLBACK TO work')
  try {
    await instead(client, error)
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

/** Runs `work` behind a savepoint. */
export async function attempt<Result>(client: pg.ClientBase, work: () => Promise<Result>): Promise<Result> {
  await client.query('SAVEPOINT attempt')
  try {
    const result = await work()
    await client.query('RELEASE attempt')
    return result
  } catch (error) {
    if (!isLostConnection(error)) await client.query('ROLLBACK TO attempt; RELEASE attempt')
    throw error
  }
}

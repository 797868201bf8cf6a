import { setTimeout as pause } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { CommitDone, OpenDb, Reader, Tx } from './db.ts'
import { isLostConnection, isRace, outcomeUnknown, overloaded, storageFault } from './faults.ts'
import { type Added, watchGrowth } from './growth.ts'
import { applyPostgresMigrations, isPostgresMigrated } from './migrations.ts'
import { hasCaughtUp } from './replica.ts'
import { compiledForPostgres } from './statement.ts'

/** How to open a PostgreSQL database. */
export interface PostgresOptions<Tables> {
  /** `postgres://user:password@host:port/database` */
  url: string
  /** A replica of it, for lists and exports. */
  readUrl?: string | undefined
  tables: Tables
  migrationsFolder: string
  /** How many connections write at most, and how many read. */
  connections: number
  /** After how long the server gives a statement up. */
  statementSeconds: number
  /** Is told of a connection that broke while nobody used it. */
  onLost: (error: Error) => void
  /** Is told of every commit. */
  onCommit?: CommitDone
}

const connectMilliseconds = 10_000
const maxWaiting = 10_000
/** How often a transaction that others came between is tried beside them, before it is tried alone. */
const triesBesideOthers = 4

/**
 * Every transaction is SERIALIZABLE, unless its races are settled: it sees and does what it would if it were the only one, as on SQLite, or it is refused
 * and run again. One that is refused often gets a turn alone: the lock is the first statement, before the snapshot is taken.
 */
const begin = 'BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turns IN ROW SHARE MODE'
const beginSettled = 'BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE turns IN ROW SHARE MODE'
const beginAlone = 'BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turns IN EXCLUSIVE MODE'

/** Opens the database with a pool of connections that write and one of those that only read. Applies missing migrations; throws `NewerDatabase`. */
export async function openPostgres<Tables>(options: PostgresOptions<Tables>): Promise<OpenDb<Tables>> {
  // Sums and counts; nothing here exceeds what a number holds exactly.
  for (const type of [pg.types.builtins.INT8, pg.types.builtins.NUMERIC]) pg.types.setTypeParser(type, Number)
  const writers = poolOf(options)
  const readers = tellingProblems(poolOf(options, '-c default_transaction_read_only=on'))
  const countGrown = watchGrowth(writers)
  const addedOn = new WeakMap<object, Added>()
  const names = new Map<string, string>()
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `saka_${names.size}`
    names.set(text, name)
    return name
  }
  const replica = options.readUrl ? tellingProblems(poolOf({ ...options, url: options.readUrl })) : undefined
  const readerOn = (connection: pg.Pool | pg.PoolClient): Reader<Tables> => ({
    q: drizzle(connection) as unknown as Reader<Tables>['q'],
    t: options.tables,
    compile: (query) =>
      compiledForPostgres(query, connection, nameOf, (table, rows) => noteAdded(addedOn.get(connection), table, rows)),
  })
  const known = new WeakMap<pg.PoolClient, Tx<Tables>>()
  /** One for each connection: it has its prepared statements. */
  const txOn = (client: pg.PoolClient): Tx<Tables> => {
    let tx = known.get(client)
    if (!tx) {
      tx = { ...readerOn(client), attempt: (work) => attempt(client, work) } as Tx<Tables>
      known.set(client, tx)
    }
    return tx
  }
  const close = async () => {
    await Promise.all([writers.end(), readers.end(), replica?.end()])
  }

  await migrate(writers, options.migrationsFolder).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const read = readerOn(readers)
  const readReplica = replica && readerOn(replica)
  return {
    transact: async (work, instead, beside) => {
      const start = performance.now()
      let added: Added = new Map()
      const inTx = (client: pg.PoolClient) => {
        added = new Map()
        addedOn.set(client, added)
        return work(txOn(client))
      }
      const insteadInTx = instead && ((client: pg.PoolClient, error: unknown) => instead(txOn(client), error))
      const result = await transact(writers, inTx, insteadInTx, beside?.settled ? beginSettled : begin)
      options.onCommit?.(1, (performance.now() - start) / 1000)
      const counted = countGrown(added)
      // Nobody at a scanner waits for it.
      if (!beside?.settled) await counted
      return result
    },
    read,
    forLists: async () => (replica && (await hasCaughtUp(replica, readers)) ? readReplica! : read),
    check: async () => {
      if (!(await isPostgresMigrated(readers, options.migrationsFolder))) throw new Error('migrations are missing')
    },
    emptyLog: async () => {},
    measure: async () => {
      const { rows } = await readers.query('SELECT pg_database_size(current_database()) AS bytes')
      return { bytes: rows[0].bytes, waiting: writers.waitingCount + readers.waitingCount }
    },
    close,
  }
}

function noteAdded(added: Added | undefined, table: string, rows: number): void {
  added?.set(table, (added.get(table) ?? 0) + rows)
}

function poolOf<Tables>(
  { url, connections, statementSeconds, onLost }: PostgresOptions<Tables>,
  settings?: string,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMilliseconds,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementSeconds * 1000,
    // A process that hangs in the middle of a transaction holds up others no longer than this.
    idle_in_transaction_session_timeout: statementSeconds * 1000,
    keepAlive: true,
    // Statements that do not wait for each other's answers share a round trip.
    pipeline: true,
    application_name: 'saka',
    ...(settings && { options: settings }),
  })
  pool.on('error', onLost)
  return pool
}

/** Reads that fail for the server's sake are answered as such; a replica gives one up that its news would change (40001). */
function tellingProblems(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  return Object.assign(pool, {
    query: (...args: unknown[]) =>
      query(...args).catch((error: unknown) => {
        throw isRace(error) ? overloaded() : storageFault(error)
      }),
  })
}

/** A connection in use that breaks: whatever statement comes next says so. Nobody listening would end the process. */
const toldByTheNext = () => {}

async function migrate(pool: pg.Pool, folder: string): Promise<void> {
  const client = await pool.connect()
  client.on('error', toldByTheNext)
  try {
    await client.query('SET statement_timeout = 0')
    await applyPostgresMigrations(client, folder)
  } finally {
    // Not kept: it has other settings than its neighbours.
    client.release(true)
  }
}

type Work<Result> = (client: pg.PoolClient) => Promise<Result>
type Instead = (client: pg.PoolClient, error: unknown) => Promise<void>

async function transact<Result>(
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

async function transactOnce<Result>(
  pool: pg.Pool,
  beginning: string,
  work: Work<Result>,
  instead: Instead | undefined,
): Promise<Result> {
  const client = await pool.connect()
  client.on('error', toldByTheNext)
  let broken: Error | undefined
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
    await client.query('ROLLBACK').catch((lost: Error) => {
      broken = lost
    })
    throw notBegun ? notBegun.error : error
  } finally {
    client.off('error', toldByTheNext)
    client.release(broken)
  }
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

async function attempt<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
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

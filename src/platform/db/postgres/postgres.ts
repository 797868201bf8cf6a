import pg from 'pg'
import { serialQueue } from '../../queues.ts'
import type { CommitDone, OpenDb, Reader, TransactOptions, Tx } from '../db.ts'
import { isRace, overloaded, storageFault } from '../faults.ts'
import { applyPostgresMigrations, isPostgresMigrated } from '../migrations.ts'
import { type Added, analyzeGrownTables } from './analyze.ts'
import { postgresReader } from './reader.ts'
import { hasCaughtUp } from './replica.ts'
import { onConnection, onSnapshot, savepoint, transact } from './transaction.ts'

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

/** Opens the database with a pool of connections that write and one of those that only read. Applies missing migrations; throws an `OperatorError` for a database of a newer version. */
export async function openPostgres<Tables>(options: PostgresOptions<Tables>): Promise<OpenDb<Tables>> {
  const { tables, migrationsFolder, onCommit } = options
  const writers = poolOf(options)
  const readers = tellingProblems(poolOf(options, '-c default_transaction_read_only=on'))
  const replica = options.readUrl ? tellingProblems(poolOf({ ...options, url: options.readUrl })) : undefined
  const inTurn = serialQueue()
  const analyzeGrown = analyzeGrownTables(writers)
  const close = async () => {
    await Promise.all([writers.end(), readers.end(), replica?.end()])
  }
  await migrate(writers, migrationsFolder).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const read = postgresReader(readers, tables)
  const readReplica = replica && postgresReader(replica, tables)
  // Once for each connection: it has its prepared statements.
  const known = new WeakMap<pg.PoolClient, ReturnType<typeof writerOf<Tables>>>()
  const writerOn = (client: pg.PoolClient) => {
    const writer = known.get(client) ?? writerOf(client, tables)
    known.set(client, writer)
    return writer
  }
  return {
    transact: async (work, { isolation = 'serializable', compensate }: TransactOptions<Tables> = {}) => {
      const start = performance.now()
      let added: Added = new Map()
      const inTx = (client: pg.PoolClient) => {
        const writer = writerOn(client)
        added = writer.begin()
        return work(writer.tx)
      }
      const result = await transact(writers, inTx, {
        isolation,
        compensate: compensate && ((client, error) => compensate(writerOn(client).tx, error)),
      })
      onCommit?.(1, (performance.now() - start) / 1000)
      await analyzeGrown(added)
      return result
    },
    read,
    snapshot: (lock, work) => inTurn(() => onSnapshot(readers, lock, (client) => work(postgresReader(client, tables)))),
    forLists: async () => (replica && (await hasCaughtUp(replica, readers)) ? readReplica! : read),
    check: async () => {
      if (!(await isPostgresMigrated(readers, migrationsFolder))) throw new Error('migrations are missing')
    },
    truncateWal: async () => {},
    measure: async () => {
      const { rows } = await readers.query('SELECT pg_database_size(current_database()) AS bytes')
      return { bytes: rows[0].bytes, waiting: writers.waitingCount }
    },
    close,
  }
}

/** What works in the transactions of a connection, one after the other. `begin` answers what the next will have added to which table. */
function writerOf<Tables>(client: pg.PoolClient, tables: Tables): { tx: Tx<Tables>; begin(): Added } {
  let added: Added = new Map()
  const reader: Reader<Tables> = postgresReader(client, tables, (table, rows) => {
    added.set(table, (added.get(table) ?? 0) + rows)
  })
  const tx = { ...reader, savepoint: (work) => savepoint(client, work) } as Tx<Tables>
  return {
    tx,
    begin: () => {
      added = new Map()
      return added
    },
  }
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
  // One in use that breaks: whatever statement comes next says so. Nobody listening would end the process, from its first moment on.
  pool.on('connect', (client) => client.on('error', () => {}))
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

function migrate(pool: pg.Pool, folder: string): Promise<void> {
  return onConnection(pool, async (client, breaks) => {
    await client.query('SET statement_timeout = 0')
    await applyPostgresMigrations(client, folder)
    // Not kept: it has other settings than its neighbours.
    breaks(new Error('it has no timeout'))
  })
}

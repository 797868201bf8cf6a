import pg from 'pg'
import { oneAfterAnother } from '../../kernel/turns.ts'
import { type CommitDone, concludeInTurn, type OpenDb, type Reader, type Tx } from './db.ts'
import { isRace, overloaded, storageFault } from './faults.ts'
import { type Added, watchGrowth } from './growth.ts'
import { applyPostgresMigrations, isPostgresMigrated } from './migrations.ts'
import { groupSettled } from './postgres-group.ts'
import { postgresReader } from './postgres-reader.ts'
import { onSnapshot } from './postgres-snapshot.ts'
import { attempt, begin, beginSettled, onConnection, transact } from './postgres-transaction.ts'
import { hasCaughtUp } from './replica.ts'
import { compiledForPostgres, type PreparedQuery } from './statement.ts'

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

/** Opens the database with a pool of connections that write and one of those that only read. Applies missing migrations; throws `NewerDatabase`. */
export async function openPostgres<Tables>(options: PostgresOptions<Tables>): Promise<OpenDb<Tables>> {
  const writers = poolOf(options)
  const readers = tellingProblems(poolOf(options, '-c default_transaction_read_only=on'))
  const inTurn = oneAfterAnother()
  const countGrown = watchGrowth(writers)
  const addedOn = new WeakMap<object, Added>()
  const names = new Map<string, string>()
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `saka_${names.size}`
    names.set(text, name)
    return name
  }
  const replica = options.readUrl ? tellingProblems(poolOf({ ...options, url: options.readUrl })) : undefined
  const compileOn = (connection: pg.Pool | pg.PoolClient, query: PreparedQuery) =>
    compiledForPostgres(query, connection, nameOf, (table, rows) => noteAdded(addedOn.get(connection), table, rows))
  const readerOn = (connection: pg.Pool | pg.PoolClient): Reader<Tables> =>
    postgresReader(connection, options.tables, (query) => compileOn(connection, query))
  const txOn = oncePerConnection(
    (client): Tx<Tables> =>
      ({ ...readerOn(client), attempt: (work) => attempt(client, work), conclude: concludeInTurn }) as Tx<Tables>,
  )
  const claimingReaderOn = oncePerConnection(
    (client): Reader<Tables> => ({
      ...readerOn(client),
      compile: (query, claims) => compileOn(client, claims ? claiming(query) : query),
    }),
  )
  const onCommit = options.onCommit ?? (() => {})
  const close = async () => {
    await Promise.all([writers.end(), readers.end(), replica?.end()])
  }

  await migrate(writers, options.migrationsFolder).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const read = readerOn(readers)
  const readReplica = replica && readerOn(replica)
  const transactAlone = async <Result>(
    beginning: string,
    work: (tx: Tx<Tables>) => Promise<Result>,
    instead?: (tx: Tx<Tables>, error: unknown) => Promise<void>,
  ): Promise<Result> => {
    const start = performance.now()
    let added: Added = new Map()
    const inTx = (client: pg.PoolClient) => {
      added = new Map()
      addedOn.set(client, added)
      return work(txOn(client))
    }
    const insteadInTx = instead && ((client: pg.PoolClient, error: unknown) => instead(txOn(client), error))
    const result = await transact(writers, inTx, insteadInTx, beginning)
    onCommit(1, (performance.now() - start) / 1000)
    const counted = countGrown(added)
    // Nobody at a scanner waits for it.
    if (beginning !== beginSettled) await counted
    return result
  }
  const together = groupSettled<Tables>({
    pool: writers,
    groupOn: (client) => {
      const added: Added = new Map()
      addedOn.set(client, added)
      const committed = (commands: number, seconds: number) => {
        onCommit(commands, seconds)
        void countGrown(added)
      }
      return { reader: claimingReaderOn(client), committed }
    },
    alone: (work) => transactAlone(beginSettled, work),
  })
  return {
    transact: (work, instead, beside) =>
      beside?.settled && !instead ? together(work) : transactAlone(begin, work, instead),
    read,
    snapshot: (turn, work) => inTurn(() => onSnapshot(readers, turn, (client) => work(readerOn(client)))),
    forLists: async () => (replica && (await hasCaughtUp(replica, readers)) ? readReplica! : read),
    check: async () => {
      if (!(await isPostgresMigrated(readers, options.migrationsFolder))) throw new Error('migrations are missing')
    },
    emptyLog: async () => {},
    measure: async () => {
      const { rows } = await readers.query('SELECT pg_database_size(current_database()) AS bytes')
      return { bytes: rows[0].bytes, waiting: together.waiting() + writers.waitingCount }
    },
    close,
  }
}

function noteAdded(added: Added | undefined, table: string, rows: number): void {
  added?.set(table, (added.get(table) ?? 0) + rows)
}

/** What is made of a connection is made once: it has its prepared statements. */
function oncePerConnection<Made>(make: (client: pg.PoolClient) => Made): (client: pg.PoolClient) => Made {
  const known = new WeakMap<pg.PoolClient, Made>()
  return (client) => {
    const made = known.get(client) ?? make(client)
    known.set(client, made)
    return made
  }
}

/**
 * The same UPDATE, which fails where it changes nothing, so that the server undoes what was sent behind it without having heard
 * of that: by dividing by zero, since SQL has no word for it.
 */
function claiming(query: PreparedQuery): PreparedQuery {
  const { sql, params } = query.getQuery()
  const text = `with claimed as (${sql}) select 1 / count(*) from claimed`
  return { ...query, getQuery: () => ({ sql: text, params }), fields: [], execute: query.execute }
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

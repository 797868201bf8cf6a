import pg from 'pg'
import { OperatorError } from '../../operator-error.ts'
import type { Tx } from '../db.ts'
import { isLostConnection, refusedEntry } from '../faults.ts'
import { applyPostgresMigrations, isPostgresMigrated } from '../migrations.ts'
import { tryExclusiveLock } from '../postgres/advisory-lock.ts'
import { postgresReader } from '../postgres/reader.ts'
import { savepoint } from '../postgres/transaction.ts'
import { DatabaseInUse } from '../sqlite/copy.ts'
import {
  batchSize,
  type CopyEndpoint,
  type CopyLock,
  type CopySchema,
  type CopySession,
  type CopyTable,
  insertInto,
  quoted,
  selectAll,
  selectAny,
} from './endpoint.ts'

/** How long a copy waits for those who read or write there. */
const waitMilliseconds = 10_000

const beginnings: Record<CopyLock, string> = {
  shared: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  // The lock comes before the snapshot; every transaction of a service waits for it.
  exclusive: 'BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE turns IN EXCLUSIVE MODE',
}
const beginFilling = 'BEGIN; LOCK TABLE turns IN EXCLUSIVE MODE'

/** The database of a server, as one end of a copy. It has to be there; its tables need not. */
export function postgresEndpoint<Tables>(url: string, known: CopySchema<Tables>): CopyEndpoint<Tables> {
  const { migrationsFolder, tables } = known
  const look = async <Found>(work: (client: pg.Client) => Promise<Found>): Promise<Found> => {
    const client = await connect(url)
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  const open = async (beginning: string): Promise<CopySession<Tables>> => {
    const client = await connect(url)
    try {
      await client.query(beginning)
    } catch (error) {
      await client.end()
      throw (error as { code?: string }).code === '55P03' ? new DatabaseInUse(nameOf(url)) : error
    }
    return sessionOn(client, known)
  }
  return {
    engine: 'postgres',
    name: nameOf(url),
    tables,
    holdsSomething: () => look(hasRows),
    isOfThisVersion: () => look((client) => isPostgresMigrated(client, migrationsFolder)),
    withExclusiveLock: (work) =>
      look(async (client) => {
        // What a pooler keeps open for nobody is idle, and so is who only looks.
        const others = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND usename = current_user AND state <> 'idle' LIMIT 1`
        if (!(await tryExclusiveLock(client)) || (await client.query(others)).rows.length > 0)
          throw new DatabaseInUse(nameOf(url))
        return work()
      }),
    openSession: (lock) => open(beginnings[lock]),
    refill: async (work) => {
      await look((client) => applyPostgresMigrations(client, migrationsFolder))
      const session = await open(beginFilling)
      try {
        return await work(session)
      } finally {
        await session.close()
      }
    },
  }
}

/** `postgres://host:port/database`: whom and with which password is nobody's to read. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `postgres://${host}${pathname}`
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: waitMilliseconds,
    application_name: 'saka copy',
    lock_timeout: waitMilliseconds,
  })
  // Told by whatever statement comes next.
  client.on('error', () => {})
  await client.connect().catch((error: Error) => {
    const said = refusedEntry(error) ?? (error.message || (error as { code?: string }).code)
    throw new OperatorError(`${nameOf(url)} cannot be opened: ${said}.`)
  })
  // Whatever the server gives others: a table takes as long as it takes.
  await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0')
  return client
}

/** As SQLite has it. */
const ownParsers: Record<number, (text: string) => number> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.BOOL]: (text) => (text === 't' ? 1 : 0),
}
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => ownParsers[oid] ?? pg.types.getTypeParser(oid, format),
}

async function hasRows(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
  for (const { name } of rows) {
    const found = await client.query(selectAny(name))
    if (found.rows.length > 0) return true
  }
  return false
}

/** The transaction that `client` has begun. */
function sessionOn<Tables>(client: pg.Client, { tables, schema }: CopySchema<Tables>): CopySession<Tables> {
  const ofAll = (change: string) => client.query(tables.map(({ name }) => `ALTER TABLE "${name}" ${change}`).join('; '))
  return {
    tx: { ...postgresReader(client, schema), savepoint: (work) => savepoint(client, work) } as Tx<Tables>,
    rows: async function* (table) {
      await client.query(`DECLARE copied_table NO SCROLL CURSOR FOR ${selectAll(table)}`)
      for (;;) {
        const { rows } = await client.query({ text: `FETCH ${batchSize} FROM copied_table`, rowMode: 'array', types })
        if (rows.length === 0) break
        yield rows
      }
      await client.query('CLOSE copied_table')
    },
    fill: async (work) => {
      // In this order: whoever owns the tables may, and nobody else sees any of it.
      await ofAll('DISABLE TRIGGER USER')
      await client.query(`TRUNCATE ${quoted(tables.map(({ name }) => name))}`)
      await work(async (table, rows) => {
        const values = table.columns.map((_, i) => rows.map((row) => row[i]))
        await client
          .query({ name: `fill ${table.name}`, text: insertMany(table), values })
          .catch((error: pg.DatabaseError) => {
            if (isLostConnection(error)) throw error
            const { constraint, code } = error
            // Which row is not told: its words would be those of a person.
            throw new OperatorError(
              `PostgreSQL refuses a row of ${table.name} (${constraint ?? code}). Nothing was changed.`,
            )
          })
      })
      await ofAll('ENABLE TRIGGER USER')
      // Otherwise what is asked next is planned for empty tables: here, and by the first requests.
      await client.query(`ANALYZE ${quoted(tables.map(({ name }) => name))}`)
    },
    commit: async () => {
      await client.query('COMMIT').catch((error: unknown) => {
        if (!isLostConnection(error)) throw error
        throw new OperatorError(
          'The connection broke while everything was being stored: all of it is there, or nothing. Look, before you try again.',
        )
      })
    },
    // A server undoes what whoever has gone did not commit.
    close: () => client.end(),
  }
}

/** One list for each column: the statement is the same for any number of rows. */
function insertMany(table: CopyTable): string {
  const lists = table.columns.map(({ type }, i) => `$${i + 1}::${type}[]`)
  return `${insertInto(table)} SELECT * FROM unnest(${lists.join(', ')})`
}

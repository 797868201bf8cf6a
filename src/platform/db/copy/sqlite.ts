import { existsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { isMigrated } from '../migrations.ts'
import { settleSqlite } from '../sqlite/copy.ts'
import { replaceDatabaseFile } from '../sqlite/replace-file.ts'
import { openSqlite, sqliteTx } from '../sqlite/sqlite.ts'
import {
  batchSize,
  type CopyEndpoint,
  type CopyLock,
  type CopySchema,
  type CopySession,
  insertInto,
  selectAll,
  selectAny,
} from './endpoint.ts'

/** The database in a file, as one end of a copy. It need not be there yet. */
export function sqliteEndpoint<Tables>(file: string, known: CopySchema<Tables>): CopyEndpoint<Tables> {
  const { schema, migrationsFolder, tables } = known
  const look = <Found>(work: (connection: Sqlite.Database) => Found): Found => {
    const connection = new Sqlite(file, { fileMustExist: true, readonly: true })
    try {
      return work(connection)
    } finally {
      connection.close()
    }
  }
  return {
    engine: 'sqlite',
    name: file,
    tables,
    holdsSomething: async () => existsSync(file) && look(hasRows),
    isOfThisVersion: async () => existsSync(file) && look((connection) => isMigrated(connection, migrationsFolder)),
    withExclusiveLock: async (work) => {
      if (existsSync(file)) settleSqlite(file)
      // Who opens a file while all of it is being changed waits for the lock of that transaction.
      return work()
    },
    openSession: async (lock) => openSession(file, known, lock),
    refill: async (work) => {
      let result: Awaited<ReturnType<typeof work>> | undefined
      const write = async (part: string) => {
        await openSqlite({ file: part, tables: schema, migrationsFolder }).close()
        // Without a write-ahead log: all rows would be written twice.
        settleSqlite(part)
        const session = openSession(part, known, 'exclusive')
        try {
          result = await work(session)
          return session.isCommitted()
        } finally {
          await session.close()
        }
      }
      await replaceDatabaseFile(file, write, () => !existsSync(file) || !look(hasRows))
      return result!
    },
  }
}

function hasRows(connection: Sqlite.Database): boolean {
  const names = connection
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'")
    .pluck()
    .all() as string[]
  return names
    .filter((name) => name !== '__drizzle_migrations')
    .some((name) => connection.prepare(selectAny(name)).get() !== undefined)
}

function openSession<Tables>(
  file: string,
  { tables, schema }: CopySchema<Tables>,
  lock: CopyLock,
): CopySession<Tables> & { isCommitted(): boolean } {
  const connection = new Sqlite(file, { fileMustExist: true })
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  connection.exec(lock === 'shared' ? 'BEGIN' : 'BEGIN IMMEDIATE')
  return {
    tx: sqliteTx(connection, schema),
    rows: async function* (table) {
      let batch: never[][] = []
      // The connection does nothing else until the last row was read.
      for (const row of connection.prepare(selectAll(table)).raw(true).iterate()) {
        batch.push(row as never[])
        if (batch.length < batchSize) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
    fill: async (work) => {
      const triggers = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as {
        name: string
        sql: string
      }[]
      for (const { name } of triggers) connection.exec(`DROP TRIGGER "${name}"`)
      for (const { name } of tables.toReversed()) connection.exec(`DELETE FROM "${name}"`)
      const statements = new Map(
        tables.map((table) => [
          table.name,
          connection.prepare(`${insertInto(table)} VALUES (${table.columns.map(() => '?')})`),
        ]),
      )
      await work(async ({ name }, rows) => {
        for (const row of rows) statements.get(name)!.run(row)
      })
      for (const { sql } of triggers) connection.exec(sql)
    },
    commit: async () => {
      connection.exec('COMMIT')
    },
    isCommitted: () => !connection.inTransaction,
    close: async () => {
      if (connection.inTransaction) connection.exec('ROLLBACK')
      connection.close()
    },
  }
}

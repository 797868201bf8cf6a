import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { serialQueue } from '../../queues.ts'
import type { CommitDone, MeasuredDatabase, OpenDb, Reader, TransactOptions, Tx } from '../db.ts'
import { applyMigrations, isMigrated } from '../migrations.ts'
import { groupCommit } from './group-commit.ts'
import { openSqliteSnapshot } from './snapshot.ts'

const busyMilliseconds = 5000
/** After how many pages of 4 KiB in the write-ahead log a checkpoint is made. Pages that many commits touch are written once for all of them. */
const checkpointPages = 4000
/** What the log's file is truncated to after a checkpoint: it grows beyond that while a long transaction or reader needs it. */
const logBytes = 16 * 1024 * 1024

/** How to open a SQLite database. */
export interface SqliteOptions<Tables> {
  /** The database file; its folder is made if it is not there. */
  file: string
  tables: Tables
  migrationsFolder: string
  /** Is told of every commit. */
  onCommit?: CommitDone
}

/**
 * Opens the file with one writing connection and one that only reads. `synchronous=FULL`: what was answered survives a
 * power cut. Applies missing migrations; throws an `OperatorError` for a database of a newer version.
 */
export function openSqlite<Tables>(options: SqliteOptions<Tables>): OpenDb<Tables> {
  mkdirSync(dirname(options.file), { recursive: true })
  // For its owner's eyes: children are in it. The write-ahead log and its index get the same mode.
  if (!existsSync(options.file)) closeSync(openSync(options.file, 'a', 0o600))
  const writer = connect(options.file)
  writer.pragma('journal_mode = WAL')
  writer.pragma(`wal_autocheckpoint = ${checkpointPages}`)
  writer.pragma(`journal_size_limit = ${logBytes}`)
  // What is deleted is overwritten with zeros, so that erased personal data is not left in free pages.
  writer.pragma('secure_delete = ON')
  applyMigrations(writer, options.migrationsFolder)
  const reader = connect(options.file)
  reader.pragma('query_only = ON')

  const commit = groupCommit(writer, options.onCommit)
  const tx = sqliteTx(writer, options.tables)
  const read = readerOn(reader, options.tables)
  const inTurn = serialQueue()
  return {
    transact: (work, { compensate }: TransactOptions<Tables> = {}) =>
      commit(() => work(tx), compensate && ((error) => compensate(tx, error))),
    read,
    snapshot: (_, work) =>
      inTurn(async () => {
        const { reader: books, close } = await openSqliteSnapshot(options.file, options.tables)
        try {
          return await work(books)
        } finally {
          await close()
        }
      }),
    forLists: async () => read,
    check: async () => {
      if (!isMigrated(reader, options.migrationsFolder)) throw new Error('migrations are missing')
    },
    // In its turn: a snapshot needs the log for as long as it is read.
    truncateWal: () =>
      inTurn(async () => {
        await commit(async () => {})
        truncateWal(writer)
      }),
    measure: async () => ({ ...(await sizesOf(options.file)), waiting: commit.waiting() }),
    close: async () => {
      // The writer is the last to close, and so leaves no log.
      reader.close()
      writer.close()
    },
  }
}

function readerOn<Tables>(connection: Sqlite.Database, tables: Tables): Reader<Tables> {
  return { q: drizzle(connection), t: tables }
}

/** What works in the transactions of `connection`. */
export function sqliteTx<Tables>(connection: Sqlite.Database, tables: Tables): Tx<Tables> {
  const [begin, release, undo] = ['SAVEPOINT part', 'RELEASE part', 'ROLLBACK TO part'].map((text) =>
    connection.prepare(text),
  ) as [Sqlite.Statement, Sqlite.Statement, Sqlite.Statement]
  const savepoint: Tx<Tables>['savepoint'] = async (work) => {
    begin.run()
    try {
      return await work()
    } catch (error) {
      // A full disk ends the whole transaction by itself.
      if (connection.inTransaction) undo.run()
      throw error
    } finally {
      if (connection.inTransaction) release.run()
    }
  }
  return { ...readerOn(connection, tables), savepoint } as Tx<Tables>
}

/** Right behind a commit, when no transaction is open. Does not wait for readers: that would hold up everybody. */
function truncateWal(writer: Sqlite.Database): void {
  writer.pragma('busy_timeout = 0')
  try {
    const [{ busy }] = writer.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
    if (busy) throw new Error('another process reads the database, so its write-ahead log cannot be truncated')
  } finally {
    writer.pragma(`busy_timeout = ${busyMilliseconds}`)
  }
}

async function sizesOf(file: string): Promise<Omit<MeasuredDatabase, 'waiting'>> {
  const bytesOf = (path: string) => stat(path).then(({ size }) => size)
  const disk = await statfs(dirname(file))
  return {
    bytes: await bytesOf(file),
    logBytes: await bytesOf(`${file}-wal`).catch(() => 0),
    freeBytes: disk.bavail * disk.bsize,
  }
}

function connect(file: string): Sqlite.Database {
  const connection = new Sqlite(file, { timeout: busyMilliseconds })
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  connection.pragma('cache_size = -16384')
  connection.pragma('temp_store = MEMORY')
  return connection
}

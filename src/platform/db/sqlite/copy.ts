import { closeSync, fsyncSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { OperatorError } from '../../operator-error.ts'

/** Another process has the database open that is called `name`. */
export class DatabaseInUse extends OperatorError {
  constructor(name: string) {
    super(`A service has ${name} open. Stop it, and every other program that works there.`)
  }
}

/** Writes the whole database, as of one moment, into a new file that its owner alone can read. Others go on writing meanwhile. */
export function copySqlite(file: string, target: string): void {
  const source = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    closeSync(openSync(target, 'wx', 0o600))
    source.prepare('VACUUM INTO ?').run(target)
  } finally {
    source.close()
  }
  syncPath(target)
}

/** Waits until a file, or the names in a folder, are on the disk. */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** What SQLite finds wrong with a file: with its pages, its indexes and its references. Nothing, if it is whole. */
export function checkSqlite(file: string): string[] {
  const connection = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    const pages = connection.pragma('integrity_check(10)') as { integrity_check: string }[]
    const references = connection.pragma('foreign_key_check') as { table: string; parent: string }[]
    return [
      ...pages.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
      ...references.slice(0, 10).map(({ table, parent }) => `a row of ${table} refers to none of ${parent}`),
    ]
  } finally {
    connection.close()
  }
}

/** Brings all that was committed into the one file, without a write-ahead log. Throws {@link DatabaseInUse} while anybody has it open. */
export function settleSqlite(file: string): void {
  const connection = new Sqlite(file, { timeout: 0, fileMustExist: true })
  try {
    connection.pragma('journal_mode = DELETE')
    connection.exec('BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    throw /^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: string }).code)) ? new DatabaseInUse(file) : error
  } finally {
    connection.close()
  }
}

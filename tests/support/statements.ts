import Sqlite, { type Statement } from 'better-sqlite3'
import pg from 'pg'

/** What a module that is loaded before the service does about the statements that change something. */
export interface Watch {
  /** Before a statement runs on a connection. */
  before?(statement: string, connection: object): void
  /** After a commit. */
  committed?(connection: object): void
}

/** Ends this process by SIGKILL, as a crash would, where the setting KILL_AT names this moment. */
export function dieAt(moment: string): void {
  if (process.env.KILL_AT === moment) process.kill(process.pid, 'SIGKILL')
}

/** Shows `watch` every statement that this process runs on the writing connections of either engine. */
export function watchStatements(watch: Watch): void {
  const { prepare, pragma } = Sqlite.prototype
  Sqlite.prototype.prepare = function (this: Sqlite.Database, source: string) {
    const statement = prepare.call(this, source) as Statement
    const run = statement.run.bind(statement)
    statement.run = (...values) => {
      watch.before?.(source, this)
      const result = run(...values)
      if (source === 'COMMIT') watch.committed?.(this)
      return result
    }
    // One that changes something and answers rows.
    const all = statement.all.bind(statement)
    statement.all = (...values) => {
      watch.before?.(source, this)
      return all(...values)
    }
    return statement
  } as typeof prepare
  Sqlite.prototype.pragma = function (this: Sqlite.Database, source: string, options) {
    watch.before?.(source, this)
    return pragma.call(this, source, options)
  } as typeof pragma

  const { query } = pg.Client.prototype
  pg.Client.prototype.query = async function (this: pg.Client, config: string | { text: string }, ...more: unknown[]) {
    const source = typeof config === 'string' ? config : config.text
    watch.before?.(source, this)
    const result = await Reflect.apply(query, this, [config, ...more])
    if (source === 'COMMIT') watch.committed?.(this)
    return result
  } as typeof query
}

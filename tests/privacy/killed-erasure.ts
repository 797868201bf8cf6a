// Loaded before the service: it dies by SIGKILL at one moment of an erasure.
import Sqlite, { type Statement } from 'better-sqlite3'

const { KILL_AT } = process.env
const { prepare, pragma } = Sqlite.prototype
let counted = 0
let finished = false

function die(moment: string): void {
  if (KILL_AT === moment) process.kill(process.pid, 'SIGKILL')
}

Sqlite.prototype.prepare = function (this: Sqlite.Database, source: string) {
  const statement = prepare.call(this, source) as Statement
  const run = statement.run.bind(statement)
  if (/^(insert into|update) "erasures"/.test(source)) {
    statement.run = (...values) => {
      counted++
      finished = /"finished_at" = \?/.test(source)
      // The second batch has been erased and not yet been counted.
      if (counted === 2) die('in a batch')
      return run(...values)
    }
  }
  if (source === 'COMMIT') {
    statement.run = () => {
      if (finished) die('in the report')
      const result = run()
      if (counted === 3) die('between two batches')
      return result
    }
  }
  return statement
} as typeof prepare

Sqlite.prototype.pragma = function (this: Sqlite.Database, source: string, options) {
  if (source === 'wal_checkpoint(TRUNCATE)' && counted > 0) die('before the log is emptied')
  return pragma.call(this, source, options)
} as typeof pragma

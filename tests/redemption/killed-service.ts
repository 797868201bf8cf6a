// Loaded before the service: it dies by SIGKILL in the middle of a batch, or between its commit and its answer.
import Sqlite, { type Statement } from 'better-sqlite3'

const middle = 500
const { KILL_AT } = process.env
const { prepare } = Sqlite.prototype
let handOuts = 0

Sqlite.prototype.prepare = function (this: Sqlite.Database, source: string) {
  const statement = prepare.call(this, source) as Statement
  const run = statement.run.bind(statement)
  if (source.startsWith('insert into "redemptions"')) {
    statement.run = (...values) => {
      handOuts++
      if (KILL_AT === 'middle' && handOuts === middle) process.kill(process.pid, 'SIGKILL')
      return run(...values)
    }
  }
  if (source === 'COMMIT') {
    statement.run = () => {
      const result = run()
      if (KILL_AT === 'committed' && handOuts > 0) process.kill(process.pid, 'SIGKILL')
      return result
    }
  }
  return statement
} as typeof prepare

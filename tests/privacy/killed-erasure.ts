// Loaded before the service: it dies by SIGKILL at one moment of an erasure.
import { watchStatements } from '../support/statements.ts'

const { KILL_AT } = process.env
let counted = 0
let finished = false
/** The connection that the erasure writes on: another one's commit is no moment of it. */
let ours: object | undefined

function die(moment: string): void {
  if (KILL_AT === moment) process.kill(process.pid, 'SIGKILL')
}

watchStatements({
  before: (statement, connection) => {
    if (/^(insert into|update) "erasures"/.test(statement)) {
      counted++
      ours = connection
      finished = /"finished_at" = (\?|\$1)/.test(statement)
      // The second batch has been erased and not yet been counted.
      if (counted === 2) die('in a batch')
    }
    if (statement === 'COMMIT' && connection === ours && finished) die('in the report')
    if (statement === 'wal_checkpoint(TRUNCATE)' && counted > 0) die('before the log is emptied')
  },
  committed: (connection) => {
    if (connection === ours && counted === 3) die('between two batches')
  },
})

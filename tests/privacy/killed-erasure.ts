// Loaded before the service: it dies by SIGKILL at one moment of an erasure.
import { watchStatements } from '../support/statements.ts'

const { KILL_AT } = process.env
let counted = 0
let finished = false

function die(moment: string): void {
  if (KILL_AT === moment) process.kill(process.pid, 'SIGKILL')
}

watchStatements({
  before: (statement) => {
    if (/^(insert into|update) "erasures"/.test(statement)) {
      counted++
      finished = /"finished_at" = (\?|\$1)/.test(statement)
      // The second batch has been erased and not yet been counted.
      if (counted === 2) die('in a batch')
    }
    if (statement === 'COMMIT' && finished) die('in the report')
    if (statement === 'wal_checkpoint(TRUNCATE)' && counted > 0) die('before the log is emptied')
  },
  committed: () => {
    if (counted === 3) die('between two batches')
  },
})

// Loaded before the service: it dies by SIGKILL at one moment of an erasure.
import { dieAt, watchStatements } from '../support/statements.ts'

let counted = 0
let finished = false
/** The connection that the erasure writes on: another one's commit is no moment of it. */
let ours: object | undefined

watchStatements({
  before: (statement, connection) => {
    if (/^(insert into|update) "erasures"/.test(statement)) {
      counted++
      ours = connection
      finished = /"finished_at" = (\?|\$1)/.test(statement)
      // The second batch has been erased and not yet been counted.
      if (counted === 2) dieAt('in a batch')
    }
    if (statement === 'COMMIT' && connection === ours && finished) dieAt('in the report')
    if (statement === 'wal_checkpoint(TRUNCATE)' && counted > 0) dieAt('before the log is emptied')
  },
  committed: (connection) => {
    if (connection === ours && counted === 3) dieAt('between two batches')
  },
})

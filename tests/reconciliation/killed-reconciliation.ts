// Loaded before the service: it dies by SIGKILL at one moment of a reconciliation.
import { dieAt, watchStatements } from '../support/statements.ts'

let portions = 0
let stored = false
/** The connection that the reconciliation writes on: another one's commit is no moment of it. */
let ours: object | undefined

watchStatements({
  before: (statement, connection) => {
    if (statement.startsWith('insert into "discrepancies"')) {
      ours = connection
      portions++
      if (portions === 2) dieAt('in a portion')
    }
    if (statement.startsWith('insert into "reconciliations"')) {
      dieAt('before the run is stored')
      ours = connection
      stored = true
    }
  },
  committed: (connection) => {
    if (connection !== ours) return
    if (portions === 1) dieAt('between two portions')
    if (stored) dieAt('before it is answered')
  },
})

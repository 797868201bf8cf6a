// Loaded before the service: it dies by SIGKILL at one moment of a reconciliation.
import { watchStatements } from '../support/statements.ts'

const { KILL_AT } = process.env
let portions = 0
let stored = false
/** The connection that the reconciliation writes on: another one's commit is no moment of it. */
let ours: object | undefined

function die(moment: string): void {
  if (KILL_AT === moment) process.kill(process.pid, 'SIGKILL')
}

watchStatements({
  before: (statement, connection) => {
    if (statement.startsWith('insert into "discrepancies"')) {
      ours = connection
      portions++
      if (portions === 2) die('in a portion')
    }
    if (statement.startsWith('insert into "reconciliations"')) {
      die('before the run is stored')
      ours = connection
      stored = true
    }
  },
  committed: (connection) => {
    if (connection !== ours) return
    if (portions === 1) die('between two portions')
    if (stored) die('before it is answered')
  },
})

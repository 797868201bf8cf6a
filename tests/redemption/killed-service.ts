// Loaded before the service: it dies by SIGKILL in the middle of a batch, or between its commit and its answer.
import { dieAt, watchStatements } from '../support/statements.ts'

const middle = 100
let handOuts = 0
let ours: object | undefined

watchStatements({
  before: (statement, connection) => {
    if (!statement.startsWith('insert into "redemptions"')) return
    handOuts++
    ours = connection
    if (handOuts === middle) dieAt('middle')
  },
  committed: (connection) => {
    if (connection === ours) dieAt('committed')
  },
})

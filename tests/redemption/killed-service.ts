// Loaded before the service: it dies by SIGKILL in the middle of a batch, or between its commit and its answer.
import { watchStatements } from '../support/statements.ts'

const middle = 500
const { KILL_AT } = process.env
let handOuts = 0

watchStatements({
  before: (statement) => {
    if (!statement.startsWith('insert into "redemptions"')) return
    handOuts++
    if (KILL_AT === 'middle' && handOuts === middle) process.kill(process.pid, 'SIGKILL')
  },
  committed: () => {
    if (KILL_AT === 'committed' && handOuts > 0) process.kill(process.pid, 'SIGKILL')
  },
})

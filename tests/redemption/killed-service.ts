// Loaded before the service: it dies by SIGKILL in the middle of a batch, or between its commit and its answer.
import { watchStatements } from '../support/statements.ts'

const middle = 500
const { KILL_AT } = process.env
let handOuts = 0
let ours: object | undefined

watchStatements({
  before: (statement, connection) => {
    if (!statement.startsWith('insert into "redemptions"')) return
    handOuts++
    ours = connection
    if (KILL_AT === 'middle' && handOuts === middle) process.kill(process.pid, 'SIGKILL')
  },
  committed: (connection) => {
    if (KILL_AT === 'committed' && connection === ours) process.kill(process.pid, 'SIGKILL')
  },
})

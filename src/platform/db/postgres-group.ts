import type pg from 'pg'
import type { CommitDone, Reader, Tx } from './db.ts'
import { isLostClaim, isRace, overloaded, storageFault } from './faults.ts'
import { type Fate, OwnTransactionNeeded, runTogether, type SettledWork } from './postgres-together.ts'
import { maxWaiting, onConnection } from './postgres-transaction.ts'

/** How many share a transaction at most. */
const together = 64
/** How many transactions of this kind a process has open at once. They wait for each other at the same rows. */
const groupsAtOnce = 1
/** How often work is run with others before it gets a transaction of its own. */
const roundsTogether = 3

interface Waiting<Tables> {
  work: SettledWork<Tables>
  rounds: number
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/** Where groups of settled work run. */
export interface GroupOptions<Tables> {
  pool: pg.Pool
  /** What asks on a connection for a group that begins there, its claims throwing where they change nothing, and is told of its commit. */
  groupOn: (client: pg.PoolClient) => { reader: Reader<Tables>; committed: CommitDone }
  /** Runs work in a transaction of its own. */
  alone: (work: SettledWork<Tables>) => Promise<unknown>
}

/**
 * Runs settled work that waits while a transaction is under way in the next one, all of it together: its statements share the
 * journeys to the server, and rows that all of it changes are locked once. Nobody is answered before the commit, and one alone
 * does not wait for company. When one fails, all are undone: it is run again alone, and the others together. `waiting` tells how
 * much is yet to be begun.
 */
export function groupSettled<Tables>({ pool, groupOn, alone }: GroupOptions<Tables>) {
  const queue: Waiting<Tables>[] = []
  let underWay = 0
  let isCalled = false

  /** What comes in the same turn of the event loop goes along. */
  function call(): void {
    if (isCalled) return
    isCalled = true
    setImmediate(() => {
      isCalled = false
      while (underWay < groupsAtOnce && queue.length > 0) void runNext()
    })
  }

  async function runNext(): Promise<void> {
    const group = queue.splice(0, together)
    const began = performance.now()
    underWay++
    try {
      const works = group.map(({ work }) => work)
      const { isCommitted, fates } = await onConnection(pool, async (client, breaks) => {
        const { reader, committed } = groupOn(client)
        const ended = await runTogether(client, reader, works, breaks)
        if (ended.isCommitted) committed(ended.fates.filter(isDone).length, (performance.now() - began) / 1000)
        return ended
      })
      for (const [i, fate] of fates.entries()) tell(group[i]!, fate, isCommitted || group.length === 1)
    } catch (error) {
      for (const { reject } of group) reject(storageFault(error))
    }
    underWay--
    if (queue.length > 0) call()
  }

  /** A failure `isItsOwn` where nobody else can have had a part in it. */
  function tell(waiting: Waiting<Tables>, fate: Fate, isItsOwn: boolean): void {
    if (isDone(fate)) waiting.resolve(fate.result)
    else if (fate === 'again' && ++waiting.rounds < roundsTogether) queue.push(waiting)
    else if (fate !== 'again' && isItsOwn && !isToRunAgain(fate.error)) waiting.reject(fate.error)
    else alone(waiting.work).then(waiting.resolve, waiting.reject)
  }

  const run = <Result>(work: (tx: Tx<Tables>) => Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (queue.length >= maxWaiting) return reject(overloaded())
      queue.push({ work, rounds: 0, resolve: resolve as Waiting<Tables>['resolve'], reject })
      call()
    })
  return Object.assign(run, { waiting: () => queue.length })
}

const isToRunAgain = (error: unknown) => isRace(error) || isLostClaim(error) || error instanceof OwnTransactionNeeded

const isDone = (fate: Fate): fate is { result: unknown } => fate !== 'again' && 'result' in fate

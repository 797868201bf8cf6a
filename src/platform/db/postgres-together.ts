import type { Writable } from 'node:stream'
import type pg from 'pg'
import type { Conclusion, Reader, Tx } from './db.ts'
import { isAftermath, isLostConnection, outcomeUnknown, storageFault } from './faults.ts'
import { beginSettled } from './postgres-transaction.ts'

/** Work that writes what it writes in one conclusion, or throws before it has written. */
export type SettledWork<Tables> = (tx: Tx<Tables>) => Promise<unknown>

/** What became of one piece of work: it may have to be run again for no fault of its own. */
export type Fate = { result: unknown } | { error: unknown } | 'again'

/** A conclusion that waits for those of the others. */
interface Concluding {
  conclusion: Conclusion
  /** What it is answered with. */
  answer(outcome: Promise<boolean>): void
  holdBack(): void
}

/** The work cannot share a transaction. */
export class OwnTransactionNeeded extends Error {}

/**
 * Runs works at once in one transaction: what they ask shares one journey to the server, and what they conclude with shares
 * another, with the commit. When one fails, all are undone, and nobody's fate is a result. Throws what has befallen all of them;
 * `breaks` is told of a connection that is of no more use.
 */
export async function runTogether<Tables>(
  client: pg.PoolClient,
  reader: Reader<Tables>,
  works: SettledWork<Tables>[],
  breaks: (error: Error) => void,
): Promise<{ isCommitted: boolean; fates: Fate[] }> {
  let notBegun: { error: unknown } | undefined
  const concluding: Concluding[] = []
  let undecided = works.length
  let hasFailed = false
  let ending: Promise<string> | undefined

  function decide(): void {
    undecided--
    if (undecided > 0) return
    if (hasFailed) for (const { holdBack } of concluding) holdBack()
    else ending = corked(client, () => conclude(client, concluding))
  }

  async function run(work: SettledWork<Tables>): Promise<Fate> {
    let isDecided = false
    let isHeldBack = false
    const decideOnce = () => {
      if (isDecided) return
      isDecided = true
      decide()
    }
    const deeds: Pick<Tx<Tables>, 'attempt' | 'conclude'> = {
      attempt: () => Promise.reject(new OwnTransactionNeeded()),
      conclude: (conclusion) =>
        new Promise((answer, refuse) => {
          if (isDecided) throw new Error('a transaction is concluded once')
          const holdBack = () => {
            isHeldBack = true
            refuse(new Error('held back'))
          }
          concluding.push({ conclusion, answer, holdBack })
          decideOnce()
        }),
    }
    try {
      const result = await work({ ...reader, ...deeds } as Tx<Tables>)
      return isHeldBack ? 'again' : { result }
    } catch (error) {
      if (!isDecided) hasFailed = true
      return isHeldBack || isAftermath(error) ? 'again' : { error }
    } finally {
      decideOnce()
    }
  }

  const fates = await Promise.all(
    corked(client, () => {
      // Not waited for: what the works ask goes out behind it. Where this fails, that fails too.
      client.query(beginSettled).catch((error: unknown) => {
        notBegun = { error }
      })
      return works.map(run)
    }),
  )
  const command = await ending?.catch((error: Error) => {
    if (!isLostConnection(error)) return 'ROLLBACK'
    breaks(error)
    throw outcomeUnknown()
  })
  if (command === 'COMMIT') return { isCommitted: true, fates }
  if (!command) await client.query('ROLLBACK').catch(breaks)
  if (notBegun) throw notBegun.error
  for (const fate of fates) if (isOfStorage(fate)) throw fate.error
  return { isCommitted: false, fates: fates.map((fate) => (fate !== 'again' && 'error' in fate ? fate : 'again')) }
}

/** Sends off all conclusions and the commit, and answers what the server calls that. Of two about one row, one is held back. */
function conclude(client: pg.PoolClient, concluding: Concluding[]): Promise<string> {
  const byRow = new Map<string, Concluding>()
  for (const one of concluding) {
    if (byRow.has(one.conclusion.row)) one.holdBack()
    else byRow.set(one.conclusion.row, one)
  }
  // The same order in all processes: otherwise two that want the same two rows wait for each other.
  const sent = inOrderOf([...byRow.values()], 'row').map((one) => ({ ...one, claim: one.conclusion.claim() }))
  const rested = sent.map((one) => ({ ...one, rest: one.conclusion.rest() }))
  for (const { conclusion, answer, claim, rest } of inOrderOf(rested, 'meetsAt'))
    answer(Promise.all([claim, rest, conclusion.last()]).then(() => true))
  const commit = client.query('COMMIT').then(({ command }) => command)
  // Looked at once all works have ended.
  commit.catch(() => {})
  return commit
}

const inOrderOf = <One extends Concluding>(all: One[], id: 'row' | 'meetsAt'): One[] =>
  all.toSorted((a, b) => (a.conclusion[id] < b.conclusion[id] ? -1 : a.conclusion[id] > b.conclusion[id] ? 1 : 0))

const isOfStorage = (fate: Fate): fate is { error: unknown } =>
  fate !== 'again' && 'error' in fate && storageFault(fate.error) !== fate.error

/** What `send` sends goes out in one piece. */
function corked<Result>(client: pg.PoolClient, send: () => Result): Result {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection
  stream.cork()
  try {
    return send()
  } finally {
    stream.uncork()
  }
}

import type Sqlite from 'better-sqlite3'
import type { CommitDone } from '../db.ts'
import { overloaded, storageFault } from '../faults.ts'

const maxWaiting = 10_000
const maxTogether = 256

interface Waiting {
  work: () => Promise<unknown>
  compensate: ((error: unknown) => Promise<void>) | undefined
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/** Tells one who waited how it went. */
type Answer = () => void

/**
 * Runs one piece of work in a transaction and answers after its commit. Where the work throws, `compensate` is done in its place,
 * before anybody else's, and what was thrown is answered after that commit.
 */
export type Commit = <Result>(
  work: () => Promise<Result>,
  compensate?: (error: unknown) => Promise<void>,
) => Promise<Result>

/**
 * One writer at a time, and one fsync for all who wait: work that queued up while the disk was busy is committed
 * together. Nobody is answered before the commit is durable, and one alone does not wait for company. When one fails,
 * everything is undone and done again with a savepoint for each, so that it fails alone; all work must bear being run
 * again. `together` bounds a group; 1 is a commit for each. `waiting` tells how much is yet to be begun.
 */
export function groupCommit(
  connection: Sqlite.Database,
  onCommit: CommitDone = () => {},
  together = maxTogether,
): Commit & { waiting: () => number } {
  const queue: Waiting[] = []
  let draining = false
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const savepoint = connection.prepare('SAVEPOINT one')
  const release = connection.prepare('RELEASE one')
  const undo = connection.prepare('ROLLBACK TO one')

  async function runAll(group: Waiting[]): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const { work, resolve } of group) {
      const result = await work()
      answers.push(() => resolve(result))
    }
    return answers
  }

  async function runApart(group: Waiting[]): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const { work, compensate, resolve, reject } of group) {
      savepoint.run()
      try {
        const result = await work()
        answers.push(() => resolve(result))
      } catch (error) {
        // A full disk ends the whole transaction by itself; then nobody's work is there to keep.
        if (!connection.inTransaction) throw error
        undo.run()
        const told = await compensated(error, compensate)
        answers.push(() => reject(storageFault(told)))
      }
      release.run()
    }
    return answers
  }

  /** Writes what compensates work that threw `error`, and answers what is told: the error, or one of its own. */
  async function compensated(error: unknown, compensate: Waiting['compensate']): Promise<unknown> {
    try {
      await compensate?.(error)
      return error
    } catch (another) {
      if (!connection.inTransaction) throw another
      undo.run()
      return another
    }
  }

  /** A disk that refuses may refuse this too; then the next group begins with it again. */
  function rollBack(): void {
    try {
      if (connection.inTransaction) rollback.run()
    } catch {
      // Everybody who waited has been told already.
    }
  }

  async function runTogether(group: Waiting[], run = runAll): Promise<void> {
    let answers: Answer[]
    const began = performance.now()
    try {
      rollBack()
      begin.run()
      answers = await run(group)
      commit.run()
    } catch (error) {
      rollBack()
      if (run === runAll && (group.length > 1 || group[0]!.compensate)) return runTogether(group, runApart)
      for (const { reject } of group) reject(storageFault(error))
      return
    }
    for (const answer of answers) answer()
    onCommit(group.length, (performance.now() - began) / 1000)
  }

  /** Waits while each turn of the event loop brings more: what arrived during the last commit joins the next. */
  async function gather(): Promise<void> {
    for (let before = -1; before < queue.length && queue.length < together; ) {
      before = queue.length
      await new Promise(setImmediate)
    }
  }

  async function drain(): Promise<void> {
    await gather()
    while (queue.length > 0) {
      await runTogether(queue.splice(0, together))
      await gather()
    }
    draining = false
  }

  const enqueue: Commit = (work, compensate) =>
    new Promise((resolve, reject) => {
      if (queue.length >= maxWaiting) return reject(overloaded())
      queue.push({ work, compensate, resolve: resolve as Waiting['resolve'], reject })
      if (draining) return
      draining = true
      void drain()
    })
  return Object.assign(enqueue, { waiting: () => queue.length })
}

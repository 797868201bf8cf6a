import type Sqlite from 'better-sqlite3'
import { overloaded, storageFault } from './faults.ts'

const maxWaiting = 10_000
const maxTogether = 256

interface Waiting {
  work: () => Promise<unknown>
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}

/** Runs one piece of work in a transaction and answers after its commit. */
export type Commit = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * One writer at a time, and one fsync for all who wait: work that queued up while the disk was busy is committed
 * together, a savepoint for each, so that the failure of one undoes that one alone. Nobody is answered before the commit is
 * durable, and one alone does not wait for company. `together` bounds a group; 1 is a commit for each.
 */
export function groupCommit(connection: Sqlite.Database, together = maxTogether): Commit {
  const queue: Waiting[] = []
  let draining = false
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const rollback = connection.prepare('ROLLBACK')
  const savepoint = connection.prepare('SAVEPOINT one')
  const release = connection.prepare('RELEASE one')
  const undo = connection.prepare('ROLLBACK TO one')

  async function runOne({ work, resolve, reject }: Waiting): Promise<() => void> {
    savepoint.run()
    try {
      const result = await work()
      release.run()
      return () => resolve(result)
    } catch (error) {
      // A full disk ends the whole transaction by itself; then nobody's work is there to keep.
      if (!connection.inTransaction) throw error
      undo.run()
      release.run()
      return () => reject(storageFault(error))
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

  async function runTogether(group: Waiting[]): Promise<void> {
    const answers: (() => void)[] = []
    try {
      rollBack()
      begin.run()
      for (const waiting of group) answers.push(await runOne(waiting))
      commit.run()
    } catch (error) {
      for (const { reject } of group) reject(storageFault(error))
      rollBack()
      return
    }
    for (const answer of answers) answer()
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await runTogether(queue.splice(0, together))
      // Lets the requests that have arrived meanwhile join the next group.
      if (queue.length < together) await new Promise(setImmediate)
    }
    draining = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      if (queue.length >= maxWaiting) return reject(overloaded())
      queue.push({ work, resolve: resolve as Waiting['resolve'], reject })
      if (draining) return
      draining = true
      setImmediate(drain)
    })
}

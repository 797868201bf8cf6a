import { Worker } from 'node:worker_threads'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import type { Reader } from '../db.ts'

/** What the thread is asked. */
export interface SnapshotQuery {
  sql: string
  params: unknown[]
}

/** What the thread answers: rows as lists of values, or why there are none. */
export interface SnapshotAnswer {
  rows?: unknown[][]
  fault?: { message: string; code?: string | undefined }
}

/**
 * Takes the state of the database `file` as it is now. It is read in a thread of its own, since SQLite's queries run where they are
 * asked: a long one would hold up everybody else whom this process answers.
 */
export async function openSqliteSnapshot<Tables>(file: string, tables: Tables) {
  const thread = new Worker(new URL('./snapshot-thread.ts', import.meta.url), { workerData: file, execArgv: [] })
  const waiting: { resolve: (rows: unknown[][]) => void; reject: (error: Error) => void }[] = []
  let ended: Error | undefined
  const end = (error: Error) => {
    ended = error
    for (const { reject } of waiting.splice(0)) reject(error)
  }
  const exited = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      end(new Error('the thread that reads the database has ended'))
      resolve()
    })
  })
  thread.on('error', end)
  thread.on('message', ({ rows, fault }: SnapshotAnswer) => {
    const { resolve, reject } = waiting.shift()!
    if (rows) resolve(rows)
    else reject(Object.assign(new Error(fault!.message), { code: fault!.code }))
  })
  const answer = () =>
    new Promise<unknown[][]>((resolve, reject) => {
      if (ended) reject(ended)
      else waiting.push({ resolve, reject })
    })
  await answer()
  const q = drizzle(async (sql, params) => {
    const answered = answer()
    thread.postMessage({ sql, params } satisfies SnapshotQuery)
    return { rows: await answered }
  })
  return {
    reader: { q: q as unknown as Reader<Tables>['q'], t: tables } satisfies Reader<Tables>,
    close: async (): Promise<void> => {
      thread.postMessage(null)
      await exited
    },
  }
}

import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import type { Reader } from '../db.ts'

/**
 * What the thread does: it opens the file, takes the state that is committed at that moment, and answers queries from it one after
 * the other. A text, since a thread begins with JavaScript, and where this is not compiled there is none.
 */
const code = `
const { parentPort, workerData } = require('node:worker_threads')
const Sqlite = require(workerData.sqlite)
const connection = new Sqlite(workerData.file, { fileMustExist: true })
connection.pragma('query_only = ON')
connection.pragma('cache_size = -16384')
connection.pragma('temp_store = MEMORY')
connection.exec('BEGIN')
connection.prepare('SELECT count(*) FROM sqlite_schema').get()
parentPort.on('message', (query) => {
  if (!query) {
    connection.close()
    return parentPort.close()
  }
  try {
    parentPort.postMessage({ rows: connection.prepare(query.sql).raw(true).all(...query.params) })
  } catch ({ message, code }) {
    parentPort.postMessage({ fault: { message, code } })
  }
})
parentPort.postMessage({ rows: [] })`

interface Told {
  rows?: unknown[][]
  fault?: { message: string; code?: string }
}

/** One state of a database, as it was when this was opened. */
export interface SqliteSnapshot<Tables> {
  reader: Reader<Tables>
  close(): Promise<void>
}

/**
 * Takes the state of the database `file` as it is now. It is read in a thread of its own, since SQLite's queries run where they are
 * asked: a long one would hold up everybody else whom this process answers.
 */
export async function openSqliteSnapshot<Tables>(file: string, tables: Tables): Promise<SqliteSnapshot<Tables>> {
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
  const thread = new Worker(code, { eval: true, workerData: { sqlite, file }, execArgv: [] })
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
  thread.on('message', ({ rows, fault }: Told) => {
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
    thread.postMessage({ sql, params })
    return { rows: await answered }
  })
  return {
    reader: { q: q as unknown as Reader<Tables>['q'], t: tables },
    close: async () => {
      thread.postMessage(null)
      await exited
    },
  }
}

// The thread of one snapshot: it opens the file, takes the state that is committed at that moment, and answers queries from it one after
// the other; a message without a query ends it.
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import type { SnapshotAnswer, SnapshotQuery } from './snapshot.ts'

const port = parentPort!
const answer = (message: SnapshotAnswer) => port.postMessage(message)
const connection = new Sqlite(workerData, { fileMustExist: true })
connection.pragma('query_only = ON')
connection.pragma('cache_size = -16384')
connection.pragma('temp_store = MEMORY')
connection.exec('BEGIN')
connection.prepare('SELECT count(*) FROM sqlite_schema').get()
port.on('message', (query: SnapshotQuery | null) => {
  if (!query) {
    connection.close()
    return port.close()
  }
  try {
    const rows = connection
      .prepare(query.sql)
      .raw(true)
      .all(...query.params)
    answer({ rows: rows as unknown[][] })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    answer({ fault: { message, code } })
  }
})
answer({ rows: [] })

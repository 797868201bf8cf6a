import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** A shorter log, in bytes, is left to the writer, which is soon done with it. */
const leftToWriter = 4 * 1024 * 1024
/** At most so often: pages that several commits touch are written once for all of them. */
const everyMilliseconds = 100

/**
 * What the thread does: for each database it is told of, it writes back what it can without holding anybody up, and
 * answers. It opens the file for the moment, so that the writer is the last to close it, which leaves no log behind. A text,
 * since a thread begins with JavaScript, and where this is not compiled there is none.
 */
const code = `
const { parentPort, workerData } = require('node:worker_threads')
const Sqlite = require(workerData)
parentPort.on('message', (file) => {
  const connection = new Sqlite(file, { fileMustExist: true })
  try {
    connection.pragma('wal_checkpoint(PASSIVE)')
  } finally {
    connection.close()
  }
  parentPort.postMessage('done')
})`

/** What writes the log of changes back into the database. */
export interface WriteBack {
  /** To be called after every commit. */
  committed(): void
  /** Answers when nothing is being written back; what the caller does then without waiting again is not disturbed. */
  idle(): Promise<void>
  /** Ends it, behind what is being written back: cut off in that, the thread would have the file open still. */
  close(): Promise<void>
}

/**
 * Writes the log of changes back into the database `file` from a thread of its own, while the writer goes on: otherwise
 * whoever commits when the log is full waits until all of it has been. What the thread does not get to, or cannot do, is
 * left to the writer, as all of it was without it. It begins with the first log that is worth it.
 */
export function writeBack(file: string): WriteBack {
  let timer: NodeJS.Timeout | undefined
  let thread: Worker | undefined
  let underWay: Promise<void> | undefined
  let done = () => {}

  function begin(): void {
    timer = undefined
    const log = statSync(`${file}-wal`, { throwIfNoEntry: false })
    if (underWay || !log || log.size < leftToWriter) return
    thread ??= start()
    underWay = new Promise((resolve) => {
      done = () => {
        underWay = undefined
        resolve()
      }
    })
    thread.postMessage(file)
  }

  function start(): Worker {
    const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
    const started = new Worker(code, { eval: true, workerData: sqlite })
    started.unref()
    return started
      .on('message', () => done())
      .on('error', () => {
        thread = undefined
        done()
      })
  }

  async function idle(): Promise<void> {
    if (!underWay) return
    // Whoever waits is not to be ended for having nothing else to do.
    thread?.ref()
    await underWay
    thread?.unref()
  }

  return {
    committed: () => {
      timer ??= setTimeout(begin, everyMilliseconds).unref()
    },
    idle,
    close: async () => {
      clearTimeout(timer)
      await idle()
      await thread?.terminate()
    },
  }
}

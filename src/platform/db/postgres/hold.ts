import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { DatabaseInUse } from '../sqlite/copy.ts'

/**
 * Which of PostgreSQL's advisory locks says that somebody works with a database: services share it, who changes all rows has it alone. It
 * belongs to a session, and ends with it, whatever becomes of the process.
 */
const holdLock = 7_365_708

/** All rows are being changed by a restore or a copy. */
export class DatabaseHeld extends Error {
  constructor() {
    super('The database is being restored or copied. Start this again when that is done.')
  }
}

/** What a service has while it works with a database. */
export interface Hold {
  /** Once this has ended, another may have the database alone. */
  release(): Promise<void>
}

/** How a service holds a database. */
export interface HoldOptions {
  /** `postgres://user:password@host:port/database` */
  url: string
  /** How long to wait for whoever has the database alone, in milliseconds. */
  patience: number
  /** Is told that it waits. */
  onWait: () => void
  /** Is told that the session broke; another takes its place as soon as the server lets it. */
  onLost: (error: Error) => void
}

const retryMilliseconds = 500
const connectMilliseconds = 10_000

/** Holds a database together with other services, in a session of its own, until it is released. Throws {@link DatabaseHeld}. */
export async function holdTogether({ url, patience, onWait, onLost }: HoldOptions): Promise<Hold> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: connectMilliseconds,
    // One that hangs is not to be waited for: it is lost.
    query_timeout: connectMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    application_name: 'saka hold',
  })
  // Told by the end of the session. Nobody listening would end the process, from its first moment on.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const released = new AbortController()
  let session: pg.PoolClient | undefined
  let holdingAgain: Promise<void> | undefined

  async function tryToHold(): Promise<boolean> {
    const client = await pool.connect()
    const { rows } = await client
      .query('SELECT pg_try_advisory_lock_shared($1) AS held', [holdLock])
      .catch((error: Error) => {
        client.release(error)
        throw error
      })
    if (!rows[0].held) {
      client.release(true)
      return false
    }
    session = client
    client.once('end', () => {
      if (released.signal.aborted) return
      session = undefined
      client.release(true)
      holdingAgain = holdAgain()
    })
    return true
  }

  async function holdAgain(): Promise<void> {
    onLost(new Error('the session that holds the database has ended'))
    for (;;) {
      if (released.signal.aborted || (await tryToHold().catch(() => false))) return
      await pause(retryMilliseconds, undefined, { ref: false, signal: released.signal }).catch(() => {})
    }
  }

  const end = async () => {
    released.abort()
    await holdingAgain
    // Let go of by name: the server notices the end of a session only some time after us.
    await session?.query('SELECT pg_advisory_unlock_shared($1)', [holdLock]).catch(() => {})
    session?.release(true)
    await pool.end()
  }
  try {
    const until = performance.now() + patience
    for (let isFirst = true; !(await tryToHold()); isFirst = false) {
      if (performance.now() >= until) throw new DatabaseHeld()
      if (isFirst) onWait()
      await pause(retryMilliseconds)
    }
  } catch (error) {
    await end()
    throw error
  }
  return { release: end }
}

/** Holds the database of `client` alone until that ends. Throws {@link DatabaseInUse} at once while anybody else holds it. */
export async function holdAlone(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS held', [holdLock])
  if (!rows[0].held) throw new DatabaseInUse()
}

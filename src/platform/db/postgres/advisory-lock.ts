import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { OperatorError } from '../../operator-error.ts'

/**
 * Which of PostgreSQL's advisory locks says that somebody works with a database: services share it, a restore or a copy has it
 * exclusively. It belongs to a session, and ends with it, whatever becomes of the process.
 */
const databaseLock = 7_365_708

/** How a service takes the lock. */
export interface SharedLockOptions {
  /** `postgres://user:password@host:port/database` */
  url: string
  /** How long to wait for whoever has it exclusively, in milliseconds. */
  patience: number
  /** Is told that it waits. */
  onWait: () => void
  /** Is told that the session broke; another takes its place as soon as the server lets it. */
  onLost: (error: Error) => void
}

const retryMilliseconds = 500
const connectMilliseconds = 10_000

/** Takes the lock of a database, shared with other services, in a session of its own. Throws an `OperatorError` where it waited in vain. */
export async function takeSharedLock({ url, patience, onWait, onLost }: SharedLockOptions) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: connectMilliseconds,
    // One that hangs is not to be waited for: it is lost.
    query_timeout: connectMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    application_name: 'saka lock',
  })
  // Told by the end of the session. Nobody listening would end the process, from its first moment on.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const released = new AbortController()
  let session: pg.PoolClient | undefined
  let takingAgain: Promise<void> | undefined

  async function tryToTake(): Promise<boolean> {
    const client = await pool.connect()
    const { rows } = await client
      .query('SELECT pg_try_advisory_lock_shared($1) AS taken', [databaseLock])
      .catch((error: Error) => {
        client.release(error)
        throw error
      })
    if (!rows[0].taken) {
      client.release(true)
      return false
    }
    session = client
    client.once('end', () => {
      if (released.signal.aborted) return
      session = undefined
      client.release(true)
      takingAgain = takeAgain()
    })
    return true
  }

  async function takeAgain(): Promise<void> {
    onLost(new Error('the session that holds the advisory lock has ended'))
    for (;;) {
      if (released.signal.aborted || (await tryToTake().catch(() => false))) return
      await pause(retryMilliseconds, undefined, { ref: false, signal: released.signal }).catch(() => {})
    }
  }

  /** Once this has ended, another may take the lock exclusively. */
  const release = async (): Promise<void> => {
    released.abort()
    await takingAgain
    // By name: the server notices the end of a session only some time after us.
    await session?.query('SELECT pg_advisory_unlock_shared($1)', [databaseLock]).catch(() => {})
    session?.release(true)
    await pool.end()
  }
  try {
    const until = performance.now() + patience
    for (let isFirst = true; !(await tryToTake()); isFirst = false) {
      if (performance.now() >= until)
        throw new OperatorError('The database is being restored or copied. Start this again when that is done.')
      if (isFirst) onWait()
      await pause(retryMilliseconds)
    }
  } catch (error) {
    await release()
    throw error
  }
  return { release }
}

/** Takes the lock exclusively, until `client` ends. Answers whether nobody else has it; does not wait. */
export async function tryExclusiveLock(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS taken', [databaseLock])
  return rows[0].taken
}

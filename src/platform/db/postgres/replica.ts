import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'

const tries = 5
const pauseMilliseconds = 20

/**
 * Whether the replica has, now or in a moment, all that the primary has stored by now: then nobody can miss there what they or
 * others have written before they asked. A replica that cannot be reached, or has become a primary itself, has not.
 */
export async function hasCaughtUp(replica: pg.Pool, primary: pg.Pool): Promise<boolean> {
  const stored = await primary.query('SELECT pg_current_wal_flush_lsn() AS position')
  const { position } = stored.rows[0]
  try {
    for (let i = 0; i < tries; i++) {
      if (i > 0) await pause(pauseMilliseconds)
      const replayed = await replica.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS enough', [position])
      if (replayed.rows[0].enough) return true
    }
  } catch {
    // The pool tells of lost connections; until it is back, the primary answers.
  }
  return false
}

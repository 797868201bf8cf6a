import type { Readable } from 'node:stream'
import pg from 'pg'

/**
 * Counts how often this process, while `work` runs, sends statements to PostgreSQL after it has heard an answer on the same
 * connection: journeys there and back, since what is sent without listening in between is under way together.
 */
export async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype
  const waiting = new Set<object>()
  let trips = 0
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    if (!waiting.has(this)) {
      trips++
      waiting.add(this)
      const { stream } = (this as unknown as { connection: { stream: Readable } }).connection
      stream.once('data', () => waiting.delete(this))
    }
    return Reflect.apply(query, this, args)
  } as typeof query
  try {
    await work()
  } finally {
    pg.Client.prototype.query = query
  }
  return trips
}

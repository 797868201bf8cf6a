import type { Deps } from '../deps.ts'
import type { NewId } from '../kernel/ids.ts'
import { isUniqueViolation } from '../platform/db/index.ts'
import { sealsOf } from './chain.ts'
import { findNewestCheckpoint } from './repository-checkpoints.ts'
import {
  findLastSeal,
  findSealAt,
  insertSeals,
  listEventIds,
  listEventsById,
  listSealedIds,
} from './repository-seals.ts'
import { type AuditEvent, lateMilliseconds, trailBroken } from './rules.ts'

const idsTogether = 2000
const sealsTogether = 500

/** How far to look back for events that have no seal. */
export interface Reach {
  /** Through all events, instead of those of the last minutes before the last seal. */
  everything?: boolean
}

/**
 * Seals every event that is committed and has no seal yet; answers how many. Ids are made before their commit, so an event
 * may come after one with a greater id: each look begins some minutes before the last seal, or before now if the clock went
 * back, and compares event by event. Reads and hashes outside transactions; the writer is held for one batch of inserts at
 * a time. Raises `trail_broken` when entries that a checkpoint has are not there: what follows would hide it.
 */
export async function sealEvents(deps: Deps, { everything = false }: Reach = {}): Promise<number> {
  const { read } = deps.db
  await checkTail(deps)
  let sealed = 0
  for (let after = everything ? '' : await lookFrom(deps); ; ) {
    const ids = await listEventIds(read, after, idsTogether)
    const until = ids.at(-1)
    if (!until) return sealed
    const known = new Set(await listSealedIds(read, after, until))
    const unsealed = ids.filter((id) => !known.has(id))
    for (let i = 0; i < unsealed.length; i += sealsTogether) {
      sealed += await append(deps, await listEventsById(read, unsealed.slice(i, i + sealsTogether)))
    }
    after = until
    await new Promise(setImmediate)
  }
}

async function lookFrom({ db, newId }: Deps): Promise<string> {
  const last = await findLastSeal(db.read)
  if (!last) return ''
  return idBefore([last.eventId, newId()].sort()[0]!)
}

/** An id before all that were made in the minutes before `id` (RFC 9562: the first 48 bits are milliseconds). */
function idBefore(id: ReturnType<NewId>): string {
  const milliseconds = Number.parseInt(id.replace('-', '').slice(0, 12), 16) - lateMilliseconds
  const digits = Math.max(0, milliseconds || 0)
    .toString(16)
    .padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

/** Appends seals of `events`, of which somebody else may be sealing some at the same time; answers how many were left to do. */
async function append(deps: Deps, events: AuditEvent[]): Promise<number> {
  const { read } = deps.db
  let left = events
  while (left.length > 0) {
    if (await appendBehindLast(deps, left)) return left.length
    const known = new Set(await listSealedIds(read, idBefore(left[0]!.id), left.at(-1)!.id))
    left = left.filter(({ id }) => !known.has(id))
  }
  return 0
}

async function appendBehindLast({ db }: Deps, events: AuditEvent[]): Promise<boolean> {
  const last = await findLastSeal(db.read)
  const seals = sealsOf(events, last)
  try {
    return await db.transact(async (tx) => {
      if ((await findLastSeal(tx))?.position !== last?.position) return false
      await insertSeals(tx, seals)
      return true
    })
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}

/** The newest checkpoint's last entry has to be there before anything follows it. */
async function checkTail({ db }: Deps): Promise<void> {
  const newest = await findNewestCheckpoint(db.read)
  if (!newest) return
  const entry = await findSealAt(db.read, newest.size)
  if (entry?.hash.toString('hex') !== newest.head)
    throw trailBroken({ found: `Entry ${newest.size}, which the newest checkpoint ends with, is not there.` })
}

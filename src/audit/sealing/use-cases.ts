import type { Deps } from '../../deps.ts'
import { systemActor } from '../../identity/rules.ts'
import { isUniqueViolation } from '../../platform/db/index.ts'
import type { NewId } from '../../shared/ids.ts'
import { insertEvents } from '../repository.ts'
import { foreignFound, lateMilliseconds, trailBroken } from '../rules.ts'
import { eventOf } from '../use-cases.ts'
import { sealsOf } from './chain.ts'
import { findNewestCheckpoint } from './checkpoint-repository.ts'
import { isOwn, type StoredEvent, withMac } from './mac.ts'
import {
  findFirstAuthenticated,
  findLastSeal,
  findNewestEventId,
  findSealAt,
  insertSeals,
  listEventIds,
  listSealedIds,
  listStoredEvents,
  toEvent,
} from './repository.ts'

const idsTogether = 2000
const sealsTogether = 500

/** How far to look back for events that have no seal. */
export interface Reach {
  /** Through all events. */
  everything?: boolean
  /** How long before the last seal the search begins, in milliseconds; {@link lateMilliseconds}, if absent. */
  lookbackMilliseconds?: number
}

/**
 * Seals every event that is committed and has no seal yet; answers how many. Ids are made before their commit, so an event
 * may come after one with a greater id: each search begins some minutes before the last seal, or before now if the clock went
 * back, and compares event by event. Reads and hashes outside transactions; the writer is held for one batch of inserts at
 * a time. An event that the service has not written is sealed too, as it is there, and another tells of it. Raises
 * `trail_broken` when entries that a checkpoint has are not there: what follows would hide it.
 */
export async function sealEvents(
  deps: Deps,
  { everything = false, lookbackMilliseconds = lateMilliseconds }: Reach = {},
): Promise<number> {
  const { read } = deps.db
  await checkTail(deps)
  let sealed = 0
  for (let after = everything ? '' : await lookFrom(deps, lookbackMilliseconds); ; ) {
    const ids = await listEventIds(read, after, idsTogether)
    const until = ids.at(-1)
    if (!until) return sealed
    const known = new Set(await listSealedIds(read, after, until))
    const unsealed = ids.filter((id) => !known.has(id))
    for (let i = 0; i < unsealed.length; i += sealsTogether) {
      sealed += await append(deps, await listStoredEvents(read, unsealed.slice(i, i + sealsTogether)))
    }
    after = until
    await new Promise(setImmediate)
  }
}

async function lookFrom({ db, newId }: Deps, lookbackMilliseconds: number): Promise<string> {
  const last = await findLastSeal(db.read)
  if (!last) return ''
  return idBefore([last.eventId, newId()].sort()[0]!, lookbackMilliseconds)
}

/** An id before all that were made `lookbackMilliseconds` before `id` (RFC 9562: its first 48 bits are milliseconds). */
function idBefore(id: ReturnType<NewId>, lookbackMilliseconds: number): string {
  const milliseconds = Number.parseInt(id.replace('-', '').slice(0, 12), 16) - lookbackMilliseconds
  const digits = Math.max(0, milliseconds || 0)
    .toString(16)
    .padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

/** Appends seals of `events`, of which somebody else may be sealing some at the same time; answers how many were left to do. */
async function append(deps: Deps, events: StoredEvent[]): Promise<number> {
  const { read } = deps.db
  let left = events
  while (left.length > 0) {
    if (await appendBehindLast(deps, left)) return left.length
    const known = new Set(await listSealedIds(read, idBefore(left[0]!.id, 1), left.at(-1)!.id))
    left = left.filter(({ id }) => !known.has(id))
  }
  return 0
}

async function appendBehindLast(deps: Deps, stored: StoredEvent[]): Promise<boolean> {
  const { db, log, signer } = deps
  const last = await findLastSeal(db.read)
  const foreign = await listForeign(deps, stored)
  const positionOf = (event: StoredEvent) => (last?.position ?? 0) + 1 + stored.indexOf(event)
  const findings = foreign.map((event) =>
    withMac(signer, eventOf(deps, systemActor, foreignFound, event.id, { position: positionOf(event) })),
  )
  const seals = sealsOf([...stored.map(toEvent), ...findings], last)
  try {
    const appended = await db.transact(async (tx) => {
      if ((await findLastSeal(tx))?.position !== last?.position) return false
      // Sealed with what it tells of: there is no moment at which it could be taken away.
      await insertEvents(tx, findings)
      await insertSeals(tx, seals)
      return true
    })
    if (appended)
      for (const { id } of foreign) log.error({ eventId: id }, 'an event of the trail was not written by the service')
    return appended
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}

/** Which of `events` the service has not written. Those without a MAC from before there were MACs are believed. */
async function listForeign({ db, signer }: Deps, events: StoredEvent[]): Promise<StoredEvent[]> {
  const unproven = events.filter((event) => !isOwn(signer, event))
  if (!unproven.some(({ mac }) => mac === null)) return unproven
  const since = await findFirstAuthenticated(db.read)
  return unproven.filter(({ id, mac }) => mac !== null || (since !== undefined && id > since))
}

/** The newest checkpoint's last entry has to be there before anything follows it. */
async function checkTail({ db }: Deps): Promise<void> {
  const newest = await findNewestCheckpoint(db.read)
  if (!newest) return
  const entry = await findSealAt(db.read, newest.size)
  if (entry?.hash.toString('hex') !== newest.head)
    throw trailBroken({ found: `Entry ${newest.size}, which the newest checkpoint ends with, is not there.` })
}

/** Answers at each call whether there is a newer event than at the call before, by the cheapest of queries. */
export function hasUnseenEvents({ db }: Deps): () => Promise<boolean> {
  let seen: string | undefined
  return async () => {
    const newest = await findNewestEventId(db.read)
    const isNew = newest !== seen
    seen = newest
    return isNew
  }
}

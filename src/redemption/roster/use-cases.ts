import { createHmac } from 'node:crypto'
import type { AllDeps, Deps } from '../../deps.ts'
import { type Actor, deviceOf } from '../../identity/index.ts'
import { getSchool } from '../../places/index.ts'
import type { Id } from '../../shared/ids.ts'
import { keysOf, type RosterLock, rosterIterations, sealChild } from '../../shared/roster-keys.ts'
import type { Instant } from '../../shared/time.ts'
import { listRoster, type RosterRow } from './repository.ts'

/** What a phone without network knows of its school: enough to judge every scan, and nobody's name or code. */
export interface Roster {
  /** What to send as `since` the next time. */
  cursor: string
  /** What the codes in QR symbols stand behind. */
  baseUrl: string
  /** The time zone that a pickup's days are of. */
  timeZone: string
  school: { id: Id; name: string; locationId: Id }
  /** Every campaign that a voucher here is of. */
  campaigns: RosterRow['campaign'][]
  /** How the keys of an entry are made of a code. */
  lock: RosterLock
  /** Vouchers of the school: all, or those that have changed since the cursor. */
  vouchers: RosterEntry[]
}

/** A voucher as a phone keeps it: found and opened by its code alone. */
export interface RosterEntry {
  lookup: string
  campaignId: Id
  status: RosterRow['status']
  enrollmentStatus: RosterRow['enrollmentStatus']
  redeemedAt: Instant | null
  /** Whether a newer voucher stands in its place. */
  replaced: boolean
  /** The child, encrypted under the code; null once the campaign is closed. */
  child: string | null
}

/**
 * What a device has to know to scan without network: its own school's vouchers, each under a key made of its code, with its
 * child encrypted under another. With `since`, only what is not as it was then. A name is seen where its paper is scanned, and
 * every scan is kept: having the roster shows nobody. Raises `devices_only`.
 */
export async function readRoster(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  actor: Actor | undefined,
  since = '',
): Promise<Roster> {
  const { device, schoolId } = deviceOf(actor)
  const lock = { salt: device.id, iterations: rosterIterations }
  const { read } = deps.db
  const { id, name, locationId } = await getSchool(read, schoolId)
  const rows = await listRoster(read, schoolId)
  const prints = rows.map(fingerprints(deps.secretKey, device.id))
  const known = readCursor(since)
  const changed = rows.filter((_, i) => !known.has(prints[i]!))
  return {
    cursor: prints.join(''),
    baseUrl: deps.config.baseUrl,
    timeZone: deps.config.timeZone,
    school: { id, name, locationId },
    campaigns: [...new Map(rows.map(({ campaign }) => [campaign.id, campaign])).values()],
    lock,
    vouchers: await Promise.all(changed.map((row) => toEntry(row, lock))),
  }
}

async function toEntry(row: RosterRow, lock: RosterLock): Promise<RosterEntry> {
  const { code, campaign, status, enrollmentStatus, redeemedAt } = row
  const keys = await keysOf(code, lock)
  const state = { campaignId: campaign.id, status, enrollmentStatus, redeemedAt, replaced: row.replacedById !== null }
  return { lookup: keys.lookup, ...state, child: isShown(row) ? await sealChild(keys.child, row.child) : null }
}

/** Once a campaign is over nobody hands out a kit of it: its children are of no use on a phone. */
const isShown = ({ campaign }: RosterRow) => campaign.status !== 'closed'

const fingerprintCharacters = 6

/**
 * Tells the states of vouchers apart: 36 bits of each, under a key, as they stand in an address. The cursor is all of them,
 * so a change of whatever kind is noticed by itself, and no clock and no counter can miss one.
 */
function fingerprints(secretKey: string, salt: string): (row: RosterRow) => string {
  return (row) => {
    const { campaign, child, ...state } = row
    const told = JSON.stringify([salt, state, campaign.id, isShown(row) ? child : null])
    return createHmac('sha256', secretKey).update(told).digest('base64url').slice(0, fingerprintCharacters)
  }
}

function readCursor(cursor: string): Set<string> {
  const length = Math.ceil(cursor.length / fingerprintCharacters)
  return new Set(
    Array.from({ length }, (_, i) => cursor.slice(i * fingerprintCharacters, (i + 1) * fingerprintCharacters)),
  )
}

import type { Deps } from '../deps.ts'
import { findApiKey, findDevice, markApiKeyUsed, markDeviceSeen } from './repository.ts'
import type { Actor } from './rules.ts'
import { hashSecret } from './secrets.ts'
import { findSessionUser, markSessionSeen } from './session-repository.ts'

/** Knows who holds which secret. */
export interface Authenticator {
  /** Who holds `secret`, if anybody. */
  find(secret: string): Promise<Actor | undefined>
  /** Forgets what was remembered: somebody's access has changed. */
  forget(): void
}

const rememberedMilliseconds = 1000
const rememberedAtMost = 10_000
const usedNotedMilliseconds = 60_000

/**
 * Who holds a session token, an API key or a device token; undefined for a secret that is not good (any more). An answer
 * is remembered for a second, or until it is forgotten: a secret that is ended here stops working at once, one that another
 * process ends within that second.
 */
export function authenticator(deps: Deps): Authenticator {
  const remembered = new Map<string, { actor: Actor | undefined; at: number }>()
  let forgotten = 0
  const noted = new Map<string, number>()

  async function look(secret: string): Promise<Actor | undefined> {
    const secretHash = hashSecret(secret)
    const { db, clock } = deps
    if (secret.startsWith('saka_key_')) {
      const key = await findApiKey(db.read, secretHash, clock.now())
      if (!key) return undefined
      note(key.id, () => db.transact((tx) => markApiKeyUsed(tx, key.id, clock.now())))
      return { kind: 'api_key', id: key.id, name: key.name, roles: key.roles }
    }
    if (secret.startsWith('saka_device_')) {
      const device = await findDevice(db.read, secretHash)
      if (!device) return undefined
      note(device.id, () => db.transact((tx) => markDeviceSeen(tx, device.id, clock.now())))
      return {
        kind: 'device',
        id: device.id,
        name: device.name,
        roles: [{ role: 'device', schoolId: device.schoolId }],
      }
    }
    const found = await findSessionUser(db.read, secretHash, clock.now())
    if (!found) return undefined
    const { user, sessionId } = found
    note(sessionId, () => db.transact((tx) => markSessionSeen(tx, sessionId, clock.now())))
    return { kind: 'user', id: user.id, name: user.name, email: user.email, roles: user.roles }
  }

  /** Writes down a use, at most once a minute for each holder and behind the request's back. */
  function note(id: string, write: () => Promise<void>): void {
    const now = Date.now()
    if (isWithin(usedNotedMilliseconds, noted.get(id), now)) return
    if (noted.size >= rememberedAtMost) noted.clear()
    noted.set(id, now)
    write().catch((error: unknown) => deps.log.warn({ err: error }, 'a use was not noted'))
  }

  async function find(secret: string): Promise<Actor | undefined> {
    const known = remembered.get(secret)
    const now = Date.now()
    if (known && isWithin(rememberedMilliseconds, known.at, now)) return known.actor
    const before = forgotten
    const actor = await look(secret)
    // What was read before something ended says nothing about after.
    if (before !== forgotten) return actor
    if (remembered.size >= rememberedAtMost) remembered.clear()
    remembered.set(secret, { actor, at: now })
    return actor
  }

  function forget(): void {
    forgotten++
    remembered.clear()
  }

  return { find, forget }
}

/** Whether less than `milliseconds` have passed since `then`. A clock that was set back says nothing, and counts as no. */
function isWithin(milliseconds: number, then: number | undefined, now: number): boolean {
  return then !== undefined && then <= now && now - then < milliseconds
}

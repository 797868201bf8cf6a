import type { Deps } from '../deps.ts'
import { findApiKey, findDevice, findSessionUser, markApiKeyUsed, markDeviceSeen } from './repository.ts'
import type { Actor } from './rules.ts'
import { hashSecret } from './secrets.ts'

/** Finds out who holds a secret: at once where it is remembered, which is nearly always. */
export type Authenticate = (secret: string) => Actor | undefined | Promise<Actor | undefined>

const rememberedMilliseconds = 1000
const rememberedAtMost = 10_000
const usedNotedMilliseconds = 60_000

/**
 * Who holds a session token, an API key or a device token; undefined for a secret that is not good (any more). An answer
 * is remembered for a second, so a secret that is ended stops working within that.
 */
export function authenticator(deps: Deps): Authenticate {
  const remembered = new Map<string, { actor: Actor | undefined; until: number }>()
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
    const user = await findSessionUser(db.read, secretHash, clock.now())
    return user && { kind: 'user', id: user.id, name: user.name, email: user.email, roles: user.roles }
  }

  /** Writes down a use, at most once a minute for each holder and behind the request's back. */
  function note(id: string, write: () => Promise<void>): void {
    const now = Date.now()
    if (now - (noted.get(id) ?? 0) < usedNotedMilliseconds) return
    noted.set(id, now)
    write().catch((error: unknown) => deps.log.warn({ err: error }, 'a use was not noted'))
  }

  return (secret) => {
    const known = remembered.get(secret)
    const now = Date.now()
    return known && known.until > now ? known.actor : lookAndRemember(secret, now)
  }

  async function lookAndRemember(secret: string, now: number): Promise<Actor | undefined> {
    const actor = await look(secret)
    if (remembered.size >= rememberedAtMost) remembered.clear()
    remembered.set(secret, { actor, until: now + rememberedMilliseconds })
    return actor
  }
}

import type { Deps } from '../../deps.ts'
import type { Problem } from '../../shared/problem.ts'
import { deviceRevoked } from '../devices/rules.ts'
import { findApiKey, findDevice, markApiKeyUsed, markDeviceSeen } from '../repository.ts'
import type { Actor } from '../rules.ts'
import { hasSecondFactor } from '../second-factors/repository.ts'
import { asksForSecondFactor } from '../second-factors/rules.ts'
import { hashSecret, isCredential } from '../secrets.ts'
import { requestRate } from '../throttling/request-rate.ts'
import { findSessionUser, markSessionSeen } from './repository.ts'

/** Knows who holds which secret. */
export interface Authenticator {
  /**
   * Who holds `secret`, if anybody. Raises `device_revoked`, and `api_key_too_busy` above what the key may ask.
   */
  find(secret: string): Promise<Actor | undefined>
  /** Forgets what was remembered: somebody's access has changed. */
  forget(): void
}

/** Who holds a secret, and how often; or why it is good no longer, where its holder has to know. */
type Holder = { actor: Actor; requestsPerMinute?: number | null; refusal?: undefined } | { refusal: Problem }

const rememberedMilliseconds = 1000
const rememberedAtMost = 10_000
const usedNotedMilliseconds = 60_000

/**
 * Who holds a session token, an API key or a device token; undefined for a secret that is not good (any more), without a
 * look for one that is not of our form. A holder is remembered for a second, or until it is forgotten: a secret that is ended
 * here stops working at once, one that another process ends within that second. What nobody holds is not remembered: strangers
 * can make up as many as they like.
 */
export function authenticator(deps: Deps): Authenticator {
  const remembered = new Map<string, { holder: Holder; at: number }>()
  const rate = requestRate()
  let forgotten = 0
  const noted = new Map<string, number>()

  async function look(secret: string): Promise<Holder | undefined> {
    const secretHash = hashSecret(secret)
    const { db, clock } = deps
    if (secret.startsWith('saka_key_')) {
      const key = await findApiKey(db.read, secretHash, clock.now())
      if (!key) return undefined
      note(key.id, () => db.transact((tx) => markApiKeyUsed(tx, key.id, clock.now())))
      const actor: Actor = { kind: 'api_key', id: key.id, name: key.name, roles: key.roles }
      return { actor, requestsPerMinute: key.requestsPerMinute }
    }
    if (secret.startsWith('saka_device_')) {
      const device = await findDevice(db.read, secretHash)
      if (!device) return undefined
      if (device.revokedAt) return { refusal: deviceRevoked() }
      note(device.id, () => db.transact((tx) => markDeviceSeen(tx, device.id, clock.now())))
      const roles: Actor['roles'] = [{ role: 'device', schoolId: device.schoolId }]
      return { actor: { kind: 'device', id: device.id, name: device.name, roles } }
    }
    const found = await findSessionUser(db.read, secretHash, clock.now())
    if (!found) return undefined
    const { user, sessionId } = found
    note(sessionId, () => db.transact((tx) => markSessionSeen(tx, sessionId, clock.now())))
    const actor: Actor = { kind: 'user', id: user.id, name: user.name, email: user.email, roles: user.roles }
    const isHeld = !found.twoFactors && asksForSecondFactor(user.roles, deps.config.requireSecondFactor)
    if (isHeld) actor.secondFactor = (await hasSecondFactor(db.read, user.id)) ? 'show' : 'set_up'
    return { actor }
  }

  /** Writes down a use, at most once a minute for each holder and behind the request's back. */
  function note(id: string, write: () => Promise<void>): void {
    const now = Date.now()
    if (isWithin(usedNotedMilliseconds, noted.get(id), now)) return
    if (noted.size >= rememberedAtMost) noted.clear()
    noted.set(id, now)
    write().catch((error: unknown) => deps.log.warn({ err: error }, 'a use was not noted'))
  }

  async function lookAndRemember(secret: string, now: number): Promise<Holder | undefined> {
    const before = forgotten
    const holder = await look(secret)
    // What was read before something ended says nothing about after.
    if (!holder || before !== forgotten) return holder
    if (remembered.size >= rememberedAtMost) remembered.clear()
    remembered.set(secret, { holder, at: now })
    return holder
  }

  function admit(holder: Holder | undefined): Actor | undefined {
    if (!holder) return undefined
    if (holder.refusal) throw holder.refusal
    if (holder.requestsPerMinute) rate.count(holder.actor.id, holder.requestsPerMinute)
    return holder.actor
  }

  async function find(secret: string): Promise<Actor | undefined> {
    if (!isCredential(secret)) return undefined
    const known = remembered.get(secret)
    const now = Date.now()
    const isFresh = known && isWithin(rememberedMilliseconds, known.at, now)
    return admit(isFresh ? known.holder : await lookAndRemember(secret, now))
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

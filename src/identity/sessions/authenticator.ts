import type { Deps } from '../../deps.ts'
import type { Problem } from '../../shared/problem.ts'
import { deviceRevoked } from '../devices/rules.ts'
import { findApiKey, findDevice, markApiKeyUsed, markDeviceSeen } from '../repository.ts'
import type { Actor } from '../rules.ts'
import { hasSecondFactor } from '../second-factors/repository.ts'
import { asksForSecondFactor } from '../second-factors/rules.ts'
import { hashToken, isAccessToken } from '../secrets.ts'
import { requestRate } from '../throttling/request-rate.ts'
import { findSessionUser, markSessionSeen } from './repository.ts'

/** Authenticates the holders of tokens. */
export interface Authenticator {
  /**
   * Who holds `token`, if anybody. Raises `device_revoked`, and `api_key_too_busy` above the rate of the key.
   */
  authenticate(token: string): Promise<Actor | undefined>
  /** Clears the cache: somebody's access has changed. */
  forget(): void
}

/** Who holds a token, and its rate; or why it is good no longer, where its holder has to know. */
type Holder = { actor: Actor; requestsPerMinute?: number | null; refusal?: undefined } | { refusal: Problem }

const rememberedMilliseconds = 1000
const rememberedAtMost = 10_000
const usedNotedMilliseconds = 60_000

/**
 * Authenticates by a session token, an API key or a device token; undefined for one that is not good (any more), without a query
 * for one that is not of our form. A holder is cached for a second, or until the cache is cleared: a token that is revoked here
 * stops working at once, one that another process revokes within that second. A token that nobody holds is not cached: strangers
 * can make up as many as they like.
 */
export function authenticator(deps: Deps): Authenticator {
  const remembered = new Map<string, { holder: Holder; at: number }>()
  const rate = requestRate()
  let forgotten = 0
  const noted = new Map<string, number>()

  async function findHolder(token: string): Promise<Holder | undefined> {
    const tokenHash = hashToken(token)
    const { db, clock } = deps
    if (token.startsWith('saka_key_')) {
      const key = await findApiKey(db.read, tokenHash, clock.now())
      if (!key) return undefined
      note(key.id, () => db.transact((tx) => markApiKeyUsed(tx, key.id, clock.now())))
      const actor: Actor = { kind: 'api_key', id: key.id, name: key.name, roles: key.roles }
      return { actor, requestsPerMinute: key.requestsPerMinute }
    }
    if (token.startsWith('saka_device_')) {
      const device = await findDevice(db.read, tokenHash)
      if (!device) return undefined
      if (device.revokedAt) return { refusal: deviceRevoked() }
      note(device.id, () => db.transact((tx) => markDeviceSeen(tx, device.id, clock.now())))
      const roles: Actor['roles'] = [{ role: 'device', schoolId: device.schoolId }]
      return { actor: { kind: 'device', id: device.id, name: device.name, roles } }
    }
    const found = await findSessionUser(db.read, tokenHash, clock.now())
    if (!found) return undefined
    const { user, sessionId } = found
    note(sessionId, () => db.transact((tx) => markSessionSeen(tx, sessionId, clock.now())))
    const actor: Actor = { kind: 'user', id: user.id, name: user.name, email: user.email, roles: user.roles }
    const isHeld = !found.twoFactors && asksForSecondFactor(user.roles, deps.config.requireSecondFactor)
    if (isHeld) actor.secondFactor = (await hasSecondFactor(db.read, user.id)) ? 'show' : 'set_up'
    return { actor }
  }

  /** Records a use, at most once a minute for each holder and without holding up the request. */
  function note(id: string, write: () => Promise<void>): void {
    const now = Date.now()
    if (isWithin(usedNotedMilliseconds, noted.get(id), now)) return
    if (noted.size >= rememberedAtMost) noted.clear()
    noted.set(id, now)
    write().catch((error: unknown) => deps.log.warn({ err: error }, 'a use was not noted'))
  }

  async function findAndRemember(token: string, now: number): Promise<Holder | undefined> {
    const before = forgotten
    const holder = await findHolder(token)
    // What was read before something ended says nothing about after.
    if (!holder || before !== forgotten) return holder
    if (remembered.size >= rememberedAtMost) remembered.clear()
    remembered.set(token, { holder, at: now })
    return holder
  }

  function admit(holder: Holder | undefined): Actor | undefined {
    if (!holder) return undefined
    if (holder.refusal) throw holder.refusal
    if (holder.requestsPerMinute) rate.count(holder.actor.id, holder.requestsPerMinute)
    return holder.actor
  }

  async function authenticate(token: string): Promise<Actor | undefined> {
    if (!isAccessToken(token)) return undefined
    const known = remembered.get(token)
    const now = Date.now()
    const isFresh = known && isWithin(rememberedMilliseconds, known.at, now)
    return admit(isFresh ? known.holder : await findAndRemember(token, now))
  }

  function forget(): void {
    forgotten++
    remembered.clear()
  }

  return { authenticate, forget }
}

/** Whether less than `milliseconds` have passed since `then`. A clock that was set back says nothing, and counts as no. */
function isWithin(milliseconds: number, then: number | undefined, now: number): boolean {
  return then !== undefined && then <= now && now - then < milliseconds
}

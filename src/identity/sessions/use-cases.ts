import { recordEvent } from '../../audit/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { notFound, Problem } from '../../shared/problem.ts'
import { type Instant, plusMilliseconds } from '../../shared/time.ts'
import { findUser, findUserByEmail, type UserRow } from '../repository.ts'
import { type Actor, actorOfUser, authorize, systemActor } from '../rules.ts'
import { type ClaimProof, checkProof, type Proof } from '../second-factors/use-cases.ts'
import { hashToken, newToken, verifyPassword } from '../secrets.ts'
import { countAttempt, recordRefusal, recordSparingly } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import {
  deleteBrowsersBefore,
  deleteExpiredSessions,
  deleteSession,
  deleteSessionOf,
  deleteSessionsOf,
  findBrowserUser,
  insertBrowser,
  insertSession,
  listSessionsOf,
  type SessionRow,
} from './repository.ts'
import { browserTrustedMilliseconds, personOf, sessionMilliseconds, wrongPassword } from './rules.ts'

const browsersAtMost = 20

/** The browser that somebody signs in with. */
export interface Browser {
  /** The network address that the request came from. */
  address: string
  /** What the browser calls itself. */
  userAgent: string
  /** The token of the session that it still has, which the new one replaces. */
  session: string | undefined
  /** The token that it got when it signed in before. */
  token: string | undefined
  requestId: string
}

/** A session that has begun: its token, and the browser's own where it is new to the account. */
export interface Started {
  token: string
  expiresAt: Instant
  browserToken: string | undefined
}

/**
 * Signs a user in, for twelve hours and for as long as no hour goes by unused. Raises `wrong_password`, `second_factor_required`,
 * `wrong_code`, and `too_many_attempts`: a browser that has signed in to the account before is counted by itself, so that whoever
 * guesses elsewhere does not lock its owner out.
 */
export async function signIn(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  throttle: Throttle,
  { email, password, browser, ...proof }: { email: string; password: string; browser: Browser } & Proof,
): Promise<Started> {
  const user = await findUserByEmail(deps.db.read, email.toLowerCase())
  const browserHash = hashToken(browser.token ?? '')
  const owner = await findBrowserUser(deps.db.read, browserHash)
  const isKnown = user !== undefined && owner === user.id
  const account = isKnown ? browserHash : email.toLowerCase()
  const attempted = { user, requestId: browser.requestId }
  const attempt = await countAttempt(deps, throttle, { account, address: browser.address }, attempted)
  const matches = await verifyPassword(password, user?.active ? user.passwordHash : undefined)
  try {
    if (!user || !matches) throw wrongPassword()
    const claim = await checkProof(deps, user.id, proof)
    const started = await startSession(deps, user, browser, { isKnown, claim, by: 'password' })
    attempt.succeeded()
    return started
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    // Who knows the password and is asked for the code has guessed nothing, and has proved nothing either.
    const change = { code: error.code }
    if (error.code === 'second_factor_required') {
      attempt.withdrawn()
      await recordSparingly(deps, throttle, `asked ${attempted.user?.id}`, attempted, change)
    } else await recordRefusal(deps, attempted, change)
    throw error
  }
}

/** Begins a session of `user` with a token of its own; the one that the browser had ends. Raises what `claim` raises. */
export function startSession(
  deps: Deps,
  user: UserRow,
  browser: Browser,
  { isKnown, claim, by }: { isKnown: boolean; claim: ClaimProof | undefined; by: 'password' | 'passkey' | 'oidc' },
): Promise<Started> {
  const now = deps.clock.now()
  const token = newToken('session')
  const browserToken = isKnown ? undefined : newToken('browser')
  const expiresAt = plusMilliseconds(now, sessionMilliseconds)
  return deps.db.transact(async (tx) => {
    await claim?.(tx)
    await deleteExpiredSessions(tx, now)
    if (browser.session) await deleteSession(tx, hashToken(browser.session))
    await insertSession(tx, {
      tokenHash: hashToken(token),
      id: deps.newId(),
      userId: user.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt,
      userAgent: browser.userAgent.slice(0, 200),
      twoFactors: by !== 'password' || claim !== undefined,
    })
    if (browserToken) {
      const row = { tokenHash: hashToken(browserToken), userId: user.id, createdAt: now }
      await insertBrowser(tx, row, browsersAtMost)
    }
    await recordEvent(deps, tx, actorOfUser(user, browser.requestId), 'session.started', user.id, { by })
    return { token, expiresAt, browserToken }
  })
}

/** Ends the session with this token. Ending none changes nothing. */
export async function signOut(deps: Deps, actor: Actor, token: string): Promise<void> {
  await deps.db.transact(async (tx) => {
    await deleteSession(tx, hashToken(token))
    await recordEvent(deps, tx, actor, 'session.ended', actor.id)
  })
}

/** One's own sessions, the newest first; the one with the token `current` is marked. Raises `people_only`. */
export async function readSessions(
  { db, clock }: Deps,
  actor: Actor | undefined,
  current: string,
  page: PageQuery,
): Promise<Page<SessionRow & { current: boolean }>> {
  const { id } = personOf(actor)
  const { items, nextCursor } = await listSessionsOf(db.read, id, clock.now(), page)
  const tokenHash = hashToken(current)
  return { items: items.map((row) => ({ ...row, current: row.tokenHash === tokenHash })), nextCursor }
}

/** Ends one of one's own sessions. Raises `people_only`. */
export function endSession(deps: Deps, actor: Actor | undefined, id: Id): Promise<void> {
  const person = personOf(actor)
  return deps.db.transact(async (tx) => {
    if (!(await deleteSessionOf(tx, person.id, id))) throw notFound({ what: 'session' })
    await recordEvent(deps, tx, person, 'session.ended', person.id, { sessionId: id })
  })
}

/** Signs a user out everywhere. */
export function endSessionsOf(deps: Deps, actor: Actor | undefined, userId: Id): Promise<void> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'user:write')
    if (!(await findUser(tx, userId))) throw notFound({ what: 'user' })
    await deleteSessionsOf(tx, userId)
    await recordEvent(deps, tx, actor, 'session.all_ended', userId)
  })
}

/** Deletes the browsers that came to be trusted a year ago, as they have deleted their cookies; answers how many. */
export function purgeBrowsers(deps: Deps): Promise<number> {
  const before = plusMilliseconds(deps.clock.now(), -browserTrustedMilliseconds)
  return deps.db.transact(async (tx) => {
    const count = await deleteBrowsersBefore(tx, before)
    if (count > 0) await recordEvent(deps, tx, systemActor, 'browser.all_forgotten', 'system', { count })
    return count
  })
}

import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Deps } from '../../deps.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { findUser, findUserByEmail, type UserRow } from '../repository.ts'
import { hashToken } from '../secrets.ts'
import { findBrowserUser } from '../sessions/repository.ts'
import { type Browser, type Started, startSession } from '../sessions/use-cases.ts'
import { countAttempt, recordRefusal } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { claimChallenge, findPasskey, insertChallenge, markPasskeyUsed, type PasskeyRow } from './repository.ts'
import { challengeMilliseconds, type PasskeyRefusal, passkeyRefused } from './rules.ts'
import { challengeIn, requestOptions, verifySignature } from './webauthn.ts'

/** Whom a challenge is for that names an account which is not there: nobody can answer it. */
const nobody = 'nobody'

/** Why a passkey does not let its holder in, and whose account it is about. */
class Refusal extends Error {
  readonly reason: PasskeyRefusal
  readonly user: UserRow | undefined

  constructor(reason: PasskeyRefusal, user?: UserRow) {
    super(reason)
    this.reason = reason
    this.user = user
  }
}

/**
 * Begins to sign in by a passkey; answers what the browser asks the authenticator by, good for five minutes. With an e-mail
 * address only that account's passkeys are good; the answer is the same whether there is one. Raises `passkeys_unavailable`.
 */
export async function beginPasskeySignIn(deps: Deps, email: string | undefined) {
  const options = await requestOptions(deps.config)
  const named = email === undefined ? undefined : await findUserByEmail(deps.db.read, email.toLowerCase())
  const subject = email === undefined ? null : (named?.id ?? nobody)
  const now = deps.clock.now()
  const expiresAt = plusMilliseconds(now, challengeMilliseconds)
  const challenge = { challengeHash: hashToken(options.challenge), subject, expiresAt }
  await deps.db.transact((tx) => insertChallenge(tx, { ...challenge, purpose: 'authentication' }, now))
  return options
}

/**
 * Signs in whose passkey has signed the challenge. It checked its holder by itself, so no other factor is asked for. The
 * challenge is used up, whatever comes of it. Raises `passkey_refused` for every reason alike, and `too_many_attempts`.
 */
export async function signInByPasskey(
  deps: Deps,
  throttle: Throttle,
  { response, browser }: { response: AuthenticationResponseJSON; browser: Browser },
): Promise<Started> {
  const passkey = await findPasskey(deps.db.read, response.id)
  const user = passkey && (await findUser(deps.db.read, passkey.userId))
  const { requestId, address } = browser
  // By the passkey and not by the account, whose owner nobody who guesses is to keep out.
  const buckets = { account: `passkey ${hashToken(response.id)}`, address }
  const attempt = await countAttempt(deps, throttle, buckets, { user, requestId })
  try {
    const started = await answerChallenge(deps, { passkey, user, response, browser })
    attempt.succeeded()
    return started
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await recordRefusal(deps, { user: error.user, requestId }, { code: 'passkey_refused', reason: error.reason })
    if (error.reason === 'counter_went_back')
      deps.log.warn({ userId: error.user?.id }, 'the counter of a passkey went back: its authenticator may be copied')
    throw passkeyRefused()
  }
}

async function answerChallenge(
  deps: Deps,
  answer: {
    passkey: PasskeyRow | undefined
    user: UserRow | undefined
    response: AuthenticationResponseJSON
    browser: Browser
  },
): Promise<Started> {
  const { passkey, user, response, browser } = answer
  const challenge = challengeIn(response)
  const at = deps.clock.now()
  const claimed = await deps.db.transact((tx) => claimChallenge(tx, hashToken(challenge), 'authentication', at))
  if (!claimed) throw new Refusal('challenge_unknown', user)
  if (!passkey || !user) throw new Refusal('unknown_passkey')
  if (claimed.subject !== null && claimed.subject !== user.id) throw new Refusal('another_account', user)
  if (!isHandleOf(user, response.response.userHandle)) throw new Refusal('another_account', user)
  const signed = await verifySignature(deps.config, response, challenge, passkey)
  if (!signed) throw new Refusal('not_verified', user)
  if (!user.active) throw new Refusal('account_ended', user)
  const isKnown = (await findBrowserUser(deps.db.read, hashToken(browser.token ?? ''))) === user.id
  return startSession(deps, user, browser, {
    isKnown,
    by: 'passkey',
    claim: async (tx) => {
      if (await markPasskeyUsed(tx, passkey.id, { ...signed, at })) return
      const isThere = (await findPasskey(tx, passkey.credentialId)) !== undefined
      throw new Refusal(isThere ? 'counter_went_back' : 'unknown_passkey', user)
    },
  })
}

/** Whether the authenticator keeps the passkey for this account: as none is named to it, it has to say (WebAuthn, 7.2 step 6). */
function isHandleOf(user: UserRow, userHandle: string | null | undefined): boolean {
  return Buffer.from(userHandle ?? '', 'base64url').toString() === user.id
}

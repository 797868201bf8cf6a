import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { isUniqueViolation, refusedAs } from '../../platform/db/index.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { notFound } from '../../shared/problem.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { findUser } from '../repository.ts'
import { type Actor, authorize } from '../rules.ts'
import { hashToken } from '../secrets.ts'
import { type Reauthentication, reauthenticate } from '../sessions/reauthentication.ts'
import { markTwoFactors } from '../sessions/repository.ts'
import { personOf } from '../sessions/rules.ts'
import { countAttempt } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import {
  claimChallenge,
  deletePasskey,
  deletePasskeysOf,
  findPasskeysOf,
  insertChallenge,
  insertPasskey,
  listPasskeysOf,
  type PasskeyRow,
  renamePasskeyRow,
} from './repository.ts'
import {
  challengeMilliseconds,
  type PasskeyRefusal,
  passkeyRefused,
  passkeysAtMost,
  passkeyTaken,
  passwordlessAccount,
  tooManyPasskeys,
} from './rules.ts'
import { challengeIn, creationOptions, verifyNewPasskey } from './webauthn.ts'

/**
 * Begins to register a passkey of one's own, which takes a step-up authentication; answers what the browser makes it by, good for five
 * minutes. Raises `passkeys_unavailable`, `passwordless_account` and what {@link reauthenticate} raises.
 */
export async function beginPasskey(
  deps: Deps,
  throttle: Throttle,
  actor: Actor | undefined,
  reauthentication: Reauthentication,
) {
  const { id } = personOf(actor)
  await reauthenticate(deps, throttle, actor, reauthentication)
  const user = await findUser(deps.db.read, id)
  if (!user?.passwordHash) throw passwordlessAccount()
  const options = await creationOptions(deps.config, user, await findPasskeysOf(deps.db.read, id))
  const now = deps.clock.now()
  const expiresAt = plusMilliseconds(now, challengeMilliseconds)
  const challenge = { challengeHash: hashToken(options.challenge), subject: id, expiresAt }
  await deps.db.transact((tx) => insertChallenge(tx, { ...challenge, purpose: 'registration' }, now))
  return options
}

/**
 * Registers the passkey that an authenticator has made; the session with the token `session` has then shown two factors. The
 * challenge is used up, whatever comes of it. Raises
 * `passkey_refused`, `passkey_taken`, `too_many_passkeys` and `too_many_attempts`.
 */
export async function registerPasskey(
  deps: Deps,
  throttle: Throttle,
  actor: Actor | undefined,
  {
    name,
    response,
    address,
    session,
  }: { name: string; response: RegistrationResponseJSON; address: string; session: string },
): Promise<PasskeyRow> {
  const person = personOf(actor)
  const attempted = { user: person, requestId: person.requestId ?? '' }
  const attempt = await countAttempt(deps, throttle, { account: `passkey of ${person.id}`, address }, attempted)
  const challenge = challengeIn(response)
  const now = deps.clock.now()
  const claimed = await deps.db.transact((tx) => claimChallenge(tx, hashToken(challenge), 'registration', now))
  if (claimed?.subject !== person.id) return refuseRegistration(deps, person, 'challenge_unknown')
  const made = await verifyNewPasskey(deps.config, response, challenge)
  if (!made) return refuseRegistration(deps, person, 'not_verified')
  const passkey = await deps.db.transact(async (tx) => {
    if ((await findPasskeysOf(tx, person.id)).length >= passkeysAtMost) throw tooManyPasskeys()
    const row = { ...made, id: deps.newId(), userId: person.id, name, createdAt: now }
    const inserted = await insertPasskey(tx, row).catch(refusedAs(isUniqueViolation, passkeyTaken))
    await markTwoFactors(tx, hashToken(session))
    await recordEvent(deps, tx, person, 'passkey.registered', person.id, { passkeyId: inserted.id })
    return inserted
  })
  attempt.succeeded()
  return passkey
}

async function refuseRegistration(deps: Deps, person: Actor, reason: PasskeyRefusal): Promise<never> {
  await deps.db.transact((tx) => recordEvent(deps, tx, person, 'passkey.refused', person.id, { reason }))
  throw passkeyRefused()
}

/** One's own passkeys by the time they were added. Raises `people_only`. */
export async function readPasskeys({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<PasskeyRow>> {
  return listPasskeysOf(db.read, personOf(actor).id, page)
}

/** Gives one of one's own passkeys another name. Raises `people_only`. */
export function renamePasskey(deps: Deps, actor: Actor | undefined, id: Id, name: string): Promise<PasskeyRow> {
  const person = personOf(actor)
  return deps.db.transact(async (tx) => {
    const passkey = await renamePasskeyRow(tx, person.id, id, name)
    if (!passkey) throw notFound({ what: 'passkey' })
    await recordEvent(deps, tx, person, 'passkey.renamed', person.id, { passkeyId: id })
    return passkey
  })
}

/** Takes one of one's own passkeys away, which takes a step-up authentication. Raises what {@link reauthenticate} raises. */
export async function removePasskey(
  deps: Deps,
  throttle: Throttle,
  actor: Actor | undefined,
  { id, reauthentication }: { id: Id; reauthentication: Reauthentication },
): Promise<void> {
  const person = personOf(actor)
  await reauthenticate(deps, throttle, actor, reauthentication)
  await deps.db.transact(async (tx) => {
    if (!(await deletePasskey(tx, person.id, id))) throw notFound({ what: 'passkey' })
    await recordEvent(deps, tx, person, 'passkey.removed', person.id, { passkeyId: id })
  })
}

/** Takes all passkeys of a user away, who lost the device. Twice changes nothing. */
export function removePasskeysOf(deps: Deps, actor: Actor | undefined, userId: Id): Promise<void> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'user:write')
    if (!(await findUser(tx, userId))) throw notFound({ what: 'user' })
    const count = await deletePasskeysOf(tx, userId)
    if (count > 0) await recordEvent(deps, tx, actor, 'passkey.all_removed', userId, { count })
  })
}

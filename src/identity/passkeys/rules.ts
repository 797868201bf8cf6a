import { defineProblem } from '../../shared/problem.ts'

/** What a challenge is for. */
export type ChallengePurpose = 'registration' | 'authentication'

/** How long an authenticator may take to answer a challenge, in milliseconds. */
export const challengeMilliseconds = 5 * 60_000

/** How many passkeys a user has at most: a few devices, and none that a program adds by the thousand. */
export const passkeysAtMost = 20

/** Why a ceremony did not succeed. Written down; whoever tried is told nothing of it. */
export type PasskeyRefusal =
  | 'challenge_unknown'
  | 'not_verified'
  | 'unknown_passkey'
  | 'another_account'
  | 'account_ended'
  | 'counter_went_back'

/** A passkey did not prove who somebody is. One answer for every reason, so that nobody learns what there is. */
export const passkeyRefused = defineProblem({
  code: 'passkey_refused',
  status: 401,
  title: 'The passkey was not accepted',
  detail: () =>
    'The passkey is not known here, or it took longer than five minutes. Begin again, or use your password.',
})

/** The authenticator has a passkey for this service already. */
export const passkeyTaken = defineProblem({
  code: 'passkey_taken',
  status: 409,
  title: 'The passkey is there already',
  detail: () => 'This passkey is registered already. Use it, or take another device.',
})

/** The user has as many passkeys as one may have. */
export const tooManyPasskeys = defineProblem({
  code: 'too_many_passkeys',
  status: 409,
  title: 'There are too many passkeys',
  detail: () => `An account has ${passkeysAtMost} passkeys at most. Remove one that you no longer use.`,
})

/** Browsers know passkeys by the name of a site, which this one does not have. */
export const passkeysUnavailable = defineProblem({
  code: 'passkeys_unavailable',
  status: 409,
  title: 'Passkeys need a name and TLS',
  detail: () => 'Passkeys need BASE_URL to be an https address with a name, not a number. Sign in with a password.',
})

/** The account has no password of ours: somebody else says who may sign in to it. */
export const passwordlessAccount = defineProblem({
  code: 'passwordless_account',
  status: 409,
  title: 'The account signs in elsewhere',
  detail: () => 'The account signs in at the municipality’s provider and has no password here. Set a passkey up there.',
})

import { defineProblem } from '../../shared/problem.ts'
import { type Actor, notSignedIn } from '../rules.ts'

/** E-mail and password do not belong together, or the account is not active. */
export const wrongPassword = defineProblem({
  code: 'wrong_password',
  status: 401,
  title: 'Not signed in',
  detail: () => 'E-mail and password do not belong together. Check both and try again.',
})

/** There were too many attempts to sign in to this account, or from this address. */
export const tooManyAttempts = defineProblem<{ seconds: number }>({
  code: 'too_many_attempts',
  status: 429,
  title: 'Too many attempts',
  detail: ({ seconds }) =>
    `Too many attempts did not succeed. Try again in ${seconds} s; if you forgot the password, ask the administrator for a link.`,
  members: ({ seconds }) => ({ retryAfter: seconds }),
})

/** A key or a device asks for what only people have. */
const peopleOnly = defineProblem({
  code: 'people_only',
  status: 403,
  title: 'For people only',
  detail: () => 'A key or a device has no sessions and no password. Sign in as a person.',
})

/** How long a session lasts at most, in milliseconds: a working day. */
export const sessionMilliseconds = 12 * 60 * 60_000

/** How long a session lasts without being used, in milliseconds (NIST SP 800-63B-4, 2.2.3: an hour at most). */
export const idleMilliseconds = 60 * 60_000

/** How long a browser that signed in to an account is known to it, in milliseconds. */
export const browserTrustedMilliseconds = 365 * 24 * 60 * 60_000

/** The actor, if it is a person. Raises `not_signed_in` and `people_only`. */
export function personOf(actor: Actor | undefined): Actor {
  if (!actor) throw notSignedIn()
  if (actor.kind !== 'user') throw peopleOnly()
  return actor
}

import type { Deps } from '../../deps.ts'
import { defineProblem } from '../../shared/problem.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { findUser } from '../repository.ts'
import type { Actor } from '../rules.ts'
import { hashToken, verifyPassword } from '../secrets.ts'
import { countAttempt, recordRefusal } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import { findSessionStart } from './repository.ts'
import { personOf, wrongPassword } from './rules.ts'

const recentMilliseconds = 10 * 60_000

/** The sign-in was too long ago for a change of how one signs in. */
const reauthenticationRequired = defineProblem({
  code: 'recent_proof_required',
  status: 401,
  title: 'Show that it is still you',
  detail: () => 'You signed in more than ten minutes ago. Send your password as well, or sign in again.',
})

/** What somebody who is signed in shows, besides the session itself, before they change how they sign in. */
export interface Reauthentication {
  password: string | undefined
  /** The token of the session. */
  secret: string
  address: string
}

/**
 * Makes sure that whoever holds the session is its owner: it began less than ten minutes ago, or the password comes with the
 * request (OWASP ASVS 5.0, 7.5.1). Raises `people_only`, `recent_proof_required`, `wrong_password` and `too_many_attempts`.
 */
export async function reauthenticate(
  deps: Deps,
  throttle: Throttle,
  actor: Actor | undefined,
  { password, secret, address }: Reauthentication,
): Promise<void> {
  const { id, name, requestId = '' } = personOf(actor)
  const startedAt = await findSessionStart(deps.db.read, hashToken(secret))
  if (startedAt && startedAt > plusMilliseconds(deps.clock.now(), -recentMilliseconds)) return
  if (password === undefined) throw reauthenticationRequired()
  const attempted = { user: { id, name }, requestId }
  const attempt = await countAttempt(deps, throttle, { account: `again ${id}`, address }, attempted)
  const user = await findUser(deps.db.read, id)
  if (!(await verifyPassword(password, user?.passwordHash))) {
    await recordRefusal(deps, attempted, { code: 'wrong_password' })
    throw wrongPassword()
  }
  attempt.succeeded()
}

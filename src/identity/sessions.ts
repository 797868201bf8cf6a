import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { plusMilliseconds } from '../kernel/time.ts'
import { deleteExpiredSessions, deleteSession, findUserByEmail, insertSession } from './repository.ts'
import { type Actor, wrongPassword } from './rules.ts'
import { hashSecret, newSecret, verifyPassword } from './secrets.ts'

const sessionMilliseconds = 12 * 60 * 60_000

/** Signs a user in for twelve hours and answers the session's token. Raises `wrong_password`. */
export async function signIn(
  deps: Deps,
  { email, password, requestId }: { email: string; password: string; requestId: string },
): Promise<{ token: string; expiresAt: string }> {
  const user = await findUserByEmail(deps.db.read, email.toLowerCase())
  const known = await verifyPassword(password, user?.active ? user.passwordHash : undefined)
  const now = deps.clock.now()
  const subject = user?.id ?? 'unknown'
  const actor: Actor = { kind: 'user', id: subject, name: user?.name ?? '', roles: [], requestId }
  const token = newSecret('session')
  const expiresAt = plusMilliseconds(now, sessionMilliseconds)
  await deps.db.transact(async (tx) => {
    await recordEvent(deps, tx, actor, known ? 'session.started' : 'session.refused', subject)
    await deleteExpiredSessions(tx, now)
    if (user && known)
      await insertSession(tx, { tokenHash: hashSecret(token), userId: user.id, createdAt: now, expiresAt })
  })
  if (!known) throw wrongPassword()
  return { token, expiresAt }
}

/** Ends the session with this token. Ending none changes nothing. */
export async function signOut(deps: Deps, actor: Actor, token: string): Promise<void> {
  await deps.db.transact(async (tx) => {
    await deleteSession(tx, hashSecret(token))
    await recordEvent(deps, tx, actor, 'session.ended', actor.id)
  })
}

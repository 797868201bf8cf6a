import { recordEvent } from '../../audit/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { AddressRefused, DeliveryDelayed } from '../../platform/delivery.ts'
import type { Mail, Mailer } from '../../platform/mail/mailer.ts'
import { plusMilliseconds } from '../../shared/time.ts'
import { findUser, findUserByEmail, type UserRow } from '../repository.ts'
import { actorOfUser, systemActor } from '../rules.ts'
import { hashToken, newToken } from '../secrets.ts'
import { countAttempt } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import {
  deletePasswordReset,
  findWaitingResets,
  markResetMailed,
  type PasswordResetRow,
  putPasswordReset,
} from './mailed-reset-repository.ts'
import { putLink } from './repository.ts'
import { linkMilliseconds } from './rules.ts'
import { linkTo } from './use-cases.ts'

/** How long nobody gets a second link, in milliseconds: whoever asks in another's name fills no mailbox. */
const againMilliseconds = 15 * 60_000

/**
 * Notes that somebody who forgot their password asks for a link by mail. The next run of the job mails it, to an active account
 * with a password, where a mail server is configured. It takes the same and says the same whether there is an account.
 * Raises `too_many_attempts`, by the address that is asked for and the one that asks.
 */
export async function askPasswordReset(
  deps: Deps & Pick<AllDeps, 'mailer'>,
  throttle: Throttle,
  { email, address, requestId }: { email: string; address: string; requestId: string },
): Promise<void> {
  const user = await findUserByEmail(deps.db.read, email.toLowerCase())
  await countAttempt(deps, throttle, { account: email.toLowerCase(), address }, { user, requestId })
  const now = deps.clock.now()
  const actor = actorOfUser(user, requestId)
  await deps.db.transact(async (tx) => {
    if (user && mayReset(user) && deps.mailer)
      await putPasswordReset(tx, user.id, { now, notAfter: plusMilliseconds(now, -againMilliseconds) })
    await recordEvent(deps, tx, actor, 'password_reset.asked', actor.id)
  })
}

/** Who signs in at the municipality's provider has no password here, and gets none this way. */
const mayReset = ({ active, passwordHash }: UserRow) => active && passwordHash !== null

/**
 * Mails the links that were asked for; answers how many. A link is good once the mail server has taken it, for an hour. What
 * fails is tried again by the next run and given up after an hour; a mail server that does not answer is not asked again in
 * this one. A crash between mailing and writing it down mails a second link, and the first is not good.
 */
export async function mailPasswordResets(
  deps: Deps & Pick<AllDeps, 'mailer'>,
): Promise<{ sent: number; dropped: number }> {
  const { mailer } = deps
  const figures = { sent: 0, dropped: 0 }
  if (!mailer) return figures
  const failures: string[] = []
  for (const reset of await findWaitingResets(deps.db.read)) {
    const user = await findUser(deps.db.read, reset.userId)
    const isLate = reset.askedAt <= plusMilliseconds(deps.clock.now(), -linkMilliseconds.password_reset)
    if (!user || !mayReset(user) || isLate) {
      await drop(deps, reset)
      figures.dropped++
      continue
    }
    const failure = await mailReset(deps, mailer, user, reset)
    if (!failure) figures.sent++
    else failures.push(failure.said)
    if (failure && !failure.answered) break
  }
  if (failures.length > 0) throw new Error(`the mail server did not take ${failures.length} links: ${failures[0]}`)
  return figures
}

function drop(deps: Deps, { userId }: PasswordResetRow): Promise<void> {
  return deps.db.transact(async (tx) => {
    await deletePasswordReset(tx, userId)
    await recordEvent(deps, tx, systemActor, 'password_reset.dropped', userId)
  })
}

/** Mails one link and makes it good; answers what the mail server said, without the address, if it did not take it. */
async function mailReset(
  deps: Deps,
  mailer: Mailer,
  user: UserRow,
  reset: PasswordResetRow,
): Promise<{ said: string; answered: boolean } | undefined> {
  const token = newToken('link')
  try {
    await mailer.send(mailOf(user.email, linkTo(deps, token), new URL(deps.config.baseUrl).host))
  } catch (error) {
    const answered = error instanceof AddressRefused || error instanceof DeliveryDelayed
    return { said: (error as Error).message, answered }
  }
  const createdAt = deps.clock.now()
  const expiresAt = plusMilliseconds(createdAt, linkMilliseconds.password_reset)
  const link = { subject: user.id, purpose: 'password_reset' as const, tokenHash: hashToken(token) }
  await deps.db.transact(async (tx) => {
    await putLink(tx, { ...link, createdAt, expiresAt })
    await markResetMailed(tx, reset, createdAt)
    await recordEvent(deps, tx, systemActor, 'password_reset.mailed', user.id)
  })
}

function mailOf(to: string, link: string, host: string): Mail {
  return {
    to,
    subject: `Saka ${host}: νέος κωδικός πρόσβασης · new password`,
    text: [
      'Κάποιος, πιθανώς εσείς, ζήτησε νέο κωδικό πρόσβασης για τον λογαριασμό σας.',
      'Με αυτόν τον σύνδεσμο τον διαλέγετε, μία φορά και μέσα σε μία ώρα:',
      '',
      link,
      '',
      'Αν δεν το ζητήσατε, μην κάνετε τίποτα: ο παλιός κωδικός ισχύει.',
      '',
      'Somebody, probably you, asked for a new password for your account. The link above lets you choose one, once and within',
      'an hour. If it was not you, do nothing: the old password goes on.',
      '',
    ].join('\n'),
  }
}

import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { notFound } from '../../shared/problem.ts'
import { type Instant, plusMilliseconds } from '../../shared/time.ts'
import { findUser, hasUsers, type UserRow, updateUser } from '../repository.ts'
import { type Actor, authorize, systemActor } from '../rules.ts'
import { hashNewPassword, hashToken, newToken } from '../secrets.ts'
import { deleteSessionsOf } from '../sessions/repository.ts'
import { insertFirstAdmin } from '../use-cases.ts'
import { deleteLink, findLink, type LinkRow, putLink } from './repository.ts'
import { linkInvalid, linkMilliseconds, passwordSet, userInactive } from './rules.ts'

const setUpSubject = 'setup'

/** A link that is shown once. Only a hash of what makes it secret is stored. */
export interface ShownLink {
  link: string
  expiresAt: Instant
}

/** Whom an open link is for: a user who sets a password, or the first administrator. */
export type OpenLink = { purpose: 'invitation' | 'password_reset'; user: UserRow } | { purpose: 'setup' }

/** A link by which a new user sets a first password, good for three days. Raises `password_set` and `user_inactive`. */
export function inviteUser(deps: Deps, actor: Actor | undefined, userId: Id): Promise<ShownLink> {
  return makeLink(deps, actor, userId, 'invitation')
}

/** A link by which a user sets a new password, good for an hour; the old password goes on until then. Raises `user_inactive`. */
export function resetPassword(deps: Deps, actor: Actor | undefined, userId: Id): Promise<ShownLink> {
  return makeLink(deps, actor, userId, 'password_reset')
}

async function makeLink(
  deps: Deps,
  actor: Actor | undefined,
  userId: Id,
  purpose: 'invitation' | 'password_reset',
): Promise<ShownLink> {
  const token = newToken('link')
  return deps.db.transact(async (tx) => {
    authorize(actor, 'user:write')
    const user = await findUser(tx, userId)
    if (!user) throw notFound({ what: 'user' })
    if (!user.active) throw userInactive()
    if (purpose === 'invitation' && user.passwordHash) throw passwordSet()
    const createdAt = deps.clock.now()
    const expiresAt = plusMilliseconds(createdAt, linkMilliseconds[purpose])
    await putLink(tx, { subject: userId, purpose, tokenHash: hashToken(token), createdAt, expiresAt })
    await recordEvent(deps, tx, actor, `${purpose}.made`, userId)
    return { link: linkTo(deps, token), expiresAt }
  })
}

/** Where the page of a link is. */
export function linkTo({ config }: Deps, token: string): string {
  return `${config.baseUrl}/welcome/${token}`
}

/** What the link with `token` is good for; undefined when it is not good (any more). Looking uses nothing up. */
export async function readLink({ db, clock }: Deps, token: string): Promise<OpenLink | undefined> {
  const link = await findLink(db.read, hashToken(token), clock.now())
  return link && openLink(db.read, link)
}

async function openLink(reader: Reader, { purpose, subject }: LinkRow): Promise<OpenLink | undefined> {
  if (purpose === 'setup') return (await hasUsers(reader)) ? undefined : { purpose }
  const user = await findUser(reader, subject)
  return user?.active ? { purpose, user } : undefined
}

/** Uses a link up: its user gets the password and is signed out everywhere. Raises `link_invalid` and `weak_password`. */
export async function acceptLink(
  deps: Deps,
  { token, password, requestId }: { token: string; password: string; requestId: string },
): Promise<void> {
  const known = await readLink(deps, token)
  if (!known || known.purpose === 'setup') throw linkInvalid()
  const passwordHash = await hashNewPassword(password, known.user)
  await deps.db.transact(async (tx) => {
    const link = await findLink(tx, hashToken(token), deps.clock.now())
    const open = link && (await openLink(tx, link))
    if (!open || open.purpose === 'setup') throw linkInvalid()
    const { id, name } = open.user
    await deleteLink(tx, id)
    await updateUser(tx, id, { passwordHash })
    await deleteSessionsOf(tx, id)
    await recordEvent(deps, tx, { kind: 'user', id, name, roles: [], requestId }, 'user.password_set', id)
  })
}

/** A link that makes the first administrator, while there is no user; undefined otherwise. The one before is good no longer. */
export async function offerSetUp(deps: Deps): Promise<string | undefined> {
  if (await hasUsers(deps.db.read)) return undefined
  const token = newToken('link')
  await deps.db.transact(async (tx) => {
    const link = { subject: setUpSubject, purpose: 'setup' as const, tokenHash: hashToken(token) }
    await putLink(tx, { ...link, createdAt: deps.clock.now(), expiresAt: null })
    await recordEvent(deps, tx, systemActor, 'setup.offered', setUpSubject)
  })
  return linkTo(deps, token)
}

/** Uses the set-up link up and makes the first administrator. Raises `link_invalid` and `weak_password`. */
export async function setUp(
  deps: Deps,
  { token, password, ...admin }: { token: string; email: string; name: string; password: string },
): Promise<void> {
  const known = await readLink(deps, token)
  if (known?.purpose !== 'setup') throw linkInvalid()
  const passwordHash = await hashNewPassword(password, admin)
  await deps.db.transact(async (tx) => {
    const link = await findLink(tx, hashToken(token), deps.clock.now())
    if (link?.purpose !== 'setup') throw linkInvalid()
    await deleteLink(tx, setUpSubject)
    const email = admin.email.toLowerCase()
    if (!(await insertFirstAdmin(deps, tx, { ...admin, email, passwordHash }))) throw linkInvalid()
  })
}

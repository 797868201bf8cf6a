import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { Problem } from '../kernel/problem.ts'
import { isUniqueViolation } from '../platform/db/index.ts'
import type { Tx } from '../schema.ts'
import type { Claims } from './oidc-provider.ts'
import { findUserBySubject, insertSubject } from './oidc-repository.ts'
import { oidcNoRole, oidcRefused, rolesOfClaim } from './oidc-rules.ts'
import { insertUser, type UserRow, updateUser } from './repository.ts'
import { type Actor, emailTaken, type RoleGrant, systemActor } from './rules.ts'
import { type Browser, type Started, startSession } from './sessions.ts'

/**
 * Signs in whom the municipality's provider knows. The person becomes a user at the first time, and has at each time the roles
 * that the claim gives. An account that is there already is never taken over by its e-mail address. Raises `oidc_no_role`,
 * `oidc_refused` for an account that has ended, and `email_taken`.
 */
export async function signInByClaims(deps: Deps, claims: Claims, browser: Browser): Promise<Started> {
  try {
    const roles = rolesOfClaim(claims.role, deps.config.oidcRoles)
    if (roles.length === 0) throw oidcNoRole()
    const user = await deps.db.transact((tx) => keepUser(deps, tx, claims, roles))
    if (!user.active) throw oidcRefused()
    return await startSession(deps, user, browser, { isKnown: true, claim: undefined })
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await recordRefusal(deps, claims, browser, error.code)
    throw error
  }
}

async function keepUser(deps: Deps, tx: Tx, claims: Claims, roles: RoleGrant[]): Promise<UserRow> {
  const { issuer, subject, name } = claims
  const known = await findUserBySubject(tx, issuer, subject)
  if (known && JSON.stringify(known.roles) === JSON.stringify(roles)) return known
  const user = known
    ? (await updateUser(tx, known.id, { roles }, undefined))!
    : await addUser(deps, tx, { email: claims.email.toLowerCase(), name, roles })
  if (!known) await insertSubject(tx, { issuer, subject, userId: user.id })
  await recordEvent(deps, tx, systemActor, known ? 'user.changed' : 'user.created', user.id, { roles })
  return user
}

function addUser(deps: Deps, tx: Tx, person: { email: string; name: string; roles: RoleGrant[] }): Promise<UserRow> {
  const row = { ...person, id: deps.newId(), passwordHash: null, createdAt: deps.clock.now() }
  return insertUser(tx, row).catch((error: unknown) => {
    throw isUniqueViolation(error) ? emailTaken() : error
  })
}

async function recordRefusal(deps: Deps, { issuer, subject }: Claims, { requestId }: Browser, code: string) {
  await deps.db.transact(async (tx) => {
    const id = (await findUserBySubject(tx, issuer, subject))?.id ?? 'unknown'
    const actor: Actor = { kind: 'user', id, name: '', roles: [], requestId }
    await recordEvent(deps, tx, actor, 'session.refused', id, { code })
  })
}

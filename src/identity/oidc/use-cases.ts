import { recordEvent } from '../../audit/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { isUniqueViolation, refusedAs } from '../../platform/db/index.ts'
import { networkOf } from '../../platform/http/index.ts'
import type { Tx } from '../../schema.ts'
import { Problem } from '../../shared/problem.ts'
import { hasOtherAdmin, insertUser, type UserRow, updateUser } from '../repository.ts'
import { type Actor, emailTaken, isAdmin, type RoleGrant, systemActor } from '../rules.ts'
import { type Browser, type Started, startSession } from '../sessions/use-cases.ts'
import { recordSparingly } from '../throttling/attempts.ts'
import type { Throttle } from '../throttling/throttle.ts'
import type { Claims, OidcProvider } from './provider.ts'
import { findUserBySubject, insertSubject } from './repository.ts'
import { oidcNoRole, oidcRefused, rolesOfClaim } from './rules.ts'

/**
 * Signs in whoever comes back from the provider to `url` with `round`. What is refused before the provider has said who it is
 * is recorded once in a quarter of an hour for each address. Raises what {@link OidcProvider} and {@link signInByClaims} raise.
 */
export async function signInByProvider(
  deps: Deps & Pick<AllDeps, 'secretKey'>,
  throttle: Throttle,
  provider: OidcProvider,
  { url, round, browser }: { url: string; round: string | undefined; browser: Browser },
): Promise<Started> {
  const claims = await provider.finish(deps, url, round).catch(async (error: unknown) => {
    const nobody = { user: undefined, requestId: browser.requestId }
    if (error instanceof Problem && error.status === 401)
      await recordSparingly(deps, throttle, `oidc ${networkOf(browser.address)}`, nobody, { code: error.code })
    throw error
  })
  return signInByClaims(deps, claims, browser)
}

/**
 * Signs in whom the municipality's provider knows. The person becomes a user at the first time, and has at each time the roles
 * that the claim gives; but the last administrator stays one. An account that is there already is never taken over by its e-mail address. Raises `oidc_no_role`,
 * `oidc_refused` for an account that has ended, and `email_taken`.
 */
async function signInByClaims(deps: Deps, claims: Claims, browser: Browser): Promise<Started> {
  try {
    const roles = rolesOfClaim(claims.role, deps.config.oidcRoles)
    if (roles.length === 0) throw oidcNoRole()
    const user = await deps.db.transact((tx) => keepUser(deps, tx, claims, roles))
    if (!user.active) throw oidcRefused()
    return await startSession(deps, user, browser, { isKnown: true, claim: undefined, by: 'oidc' })
  } catch (error) {
    if (error instanceof Problem && error.status < 500) await recordRefusal(deps, claims, browser, error.code)
    throw error
  }
}

async function keepUser(deps: Deps, tx: Tx, claims: Claims, given: RoleGrant[]): Promise<UserRow> {
  const { issuer, subject, name } = claims
  const known = await findUserBySubject(tx, issuer, subject)
  const roles = known && (await isLastAdmin(tx, known)) ? await keepAdmin(deps, tx, known, given) : given
  if (known && JSON.stringify(known.roles) === JSON.stringify(roles)) return known
  const user = known
    ? (await updateUser(tx, known.id, { roles }))!
    : await addUser(deps, tx, { email: claims.email.toLowerCase(), name, roles })
  if (!known) await insertSubject(tx, { issuer, subject, userId: user.id })
  await recordEvent(deps, tx, systemActor, known ? 'user.changed' : 'user.created', user.id, { roles })
  return user
}

/** Whether nobody would be left to administer the service without `user`. */
async function isLastAdmin(tx: Tx, user: UserRow): Promise<boolean> {
  return isAdmin(user) && !(await hasOtherAdmin(tx, user.id))
}

/** The roles that the claim gives, and the administrator's where it would take that from the last one: recorded and warned of. */
async function keepAdmin(deps: Deps, tx: Tx, user: UserRow, given: RoleGrant[]): Promise<RoleGrant[]> {
  if (given.some(({ role }) => role === 'admin')) return given
  deps.log.warn({ userId: user.id }, 'the provider’s claim would take the last administrator away: the role is kept')
  await recordEvent(deps, tx, systemActor, 'user.last_admin_kept', user.id, { given })
  return [...given, { role: 'admin' }]
}

function addUser(deps: Deps, tx: Tx, person: { email: string; name: string; roles: RoleGrant[] }): Promise<UserRow> {
  const row = { ...person, id: deps.newId(), passwordHash: null, createdAt: deps.clock.now() }
  return insertUser(tx, row).catch(refusedAs(isUniqueViolation, emailTaken))
}

async function recordRefusal(deps: Deps, { issuer, subject }: Claims, { requestId }: Browser, code: string) {
  await deps.db.transact(async (tx) => {
    const id = (await findUserBySubject(tx, issuer, subject))?.id ?? 'unknown'
    const actor: Actor = { kind: 'user', id, name: '', roles: [], requestId }
    await recordEvent(deps, tx, actor, 'session.refused', id, { code })
  })
}

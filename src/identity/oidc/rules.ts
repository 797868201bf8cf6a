import { defineProblem } from '../../shared/problem.ts'
import type { RoleGrant } from '../rules.ts'

/** Nobody has set up another way in. */
export const oidcNotSetUp = defineProblem({
  code: 'oidc_not_set_up',
  status: 404,
  title: 'There is no such way to sign in',
  detail: () => 'The service does not know an OpenID Connect provider. Sign in with e-mail and password.',
})

/** The provider does not answer. */
export const oidcUnavailable = defineProblem({
  code: 'oidc_unavailable',
  status: 503,
  title: 'The provider does not answer',
  detail: () =>
    'The OpenID Connect provider cannot be reached. Try again in a minute, or sign in with e-mail and password.',
  members: () => ({ retryAfter: 60 }),
})

/** What came back from the provider is not what was asked for. */
export const oidcRefused = defineProblem({
  code: 'oidc_refused',
  status: 401,
  title: 'Not signed in',
  detail: () => 'The provider did not confirm who you are, or it took longer than ten minutes. Begin again.',
})

/** The provider knows the person, and gives no role here. */
export const oidcNoRole = defineProblem({
  code: 'oidc_no_role',
  status: 403,
  title: 'You have no role here',
  detail: () => 'You are known, and have no role in this service. Ask the administrator for one.',
})

/** The roles that the provider's claim stands for: a word or a list of words, those that nobody has mapped left out. */
export function rolesOfClaim(claim: unknown, mapping: Record<string, RoleGrant>): RoleGrant[] {
  const words = Array.isArray(claim) ? claim : [claim]
  return words.flatMap((word) => (typeof word === 'string' && Object.hasOwn(mapping, word) ? [mapping[word]!] : []))
}

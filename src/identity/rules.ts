import type { Actor, Role, RoleGrant } from '../shared/actor.ts'
import type { Id } from '../shared/ids.ts'
import { defineProblem, notFound } from '../shared/problem.ts'

export { type Actor, type RoleGrant, roles } from '../shared/actor.ts'

type Holder = Role | 'device'

const desk: Holder[] = ['admin', 'coordinator']
const reading: Holder[] = [...desk, 'auditor']

/**
 * Who may do what: the one table of the service. How far, {@link reach} says. A device hands out, and takes in deliveries, at
 * its school: it has its roster, which is encrypted, and is told of a child when that child's voucher is shown to it. It reads no list
 * of children, of vouchers or of scans, as it may be lost or stolen.
 */
export const permissions = {
  'user:read': ['admin', 'auditor'],
  'user:write': ['admin'],
  'api_key:read': ['admin', 'auditor'],
  'api_key:write': ['admin'],
  'device:read': [...reading],
  'device:write': [...desk],
  'place:read': [...reading, 'warehouse', 'school', 'device'],
  'place:write': [...desk],
  'campaign:read': [...reading, 'warehouse', 'school', 'device'],
  'campaign:write': [...desk],
  'summary:read': [...reading, 'warehouse'],
  'enrollment:read': [...reading, 'school'],
  'enrollment:write': [...desk],
  'stock:read': [...reading, 'warehouse', 'school', 'device'],
  'stock:write': [...desk, 'warehouse'],
  'shipment:read': [...reading, 'warehouse', 'school', 'device'],
  'shipment:write': [...desk, 'warehouse'],
  'shipment:deliver': [...desk, 'warehouse', 'school', 'device'],
  'allocation:read': [...reading, 'warehouse'],
  'allocation:write': [...desk],
  'voucher:read': [...reading, 'school'],
  'voucher:issue': [...desk],
  'voucher:print': [...desk, 'school'],
  'voucher:revoke': [...desk],
  'voucher:reissue': [...desk, 'school'],
  'redemption:scan': [...desk, 'school', 'device'],
  'redemption:undo': [...desk, 'school', 'device'],
  'scan:read': [...reading, 'school'],
  'message:read': [...reading, 'school'],
  'reminder:write': [...desk],
  'reconciliation:read': [...reading],
  'reconciliation:write': [...desk],
  'audit:read': [...reading],
  'job:read': [...reading],
  'job:run': [...desk],
  'queue:inspect': ['admin'],
  'privacy:read': [...reading],
  'privacy:write': [...desk],
} as const satisfies Record<string, Holder[]>

/**
 * How far a role goes: everywhere, or no further than the place in its grant. A `school` or `device` without a school reaches
 * nothing; a `warehouse` without a warehouse is of all warehouses.
 */
export const reach = {
  admin: 'everywhere',
  coordinator: 'everywhere',
  auditor: 'everywhere',
  warehouse: 'warehouse',
  school: 'school',
  device: 'school',
} as const satisfies Record<Holder, 'everywhere' | 'school' | 'warehouse'>

/** Something that one may or may not do. */
export type Action = keyof typeof permissions

/** Where an action takes place, as far as it has a place. */
export interface Place {
  schoolId?: Id | null
  warehouseId?: Id | null
}

/** Nobody is signed in. */
export const notSignedIn = defineProblem({
  code: 'not_signed_in',
  status: 401,
  title: 'Not signed in',
  detail: () => 'Sign in, or send an API key or a device token that has not expired or been revoked.',
})

/** The actor is known and may not do this. */
const notAllowed = defineProblem<{ action: Action }>({
  code: 'not_allowed',
  status: 403,
  title: 'Not allowed',
  detail: ({ action }) => `Your role does not include ${action}. Ask a coordinator or the administrator.`,
  members: (facts) => ({ ...facts }),
})

/** A user with this e-mail address is there already. */
export const emailTaken = defineProblem({
  code: 'email_taken',
  status: 409,
  title: 'The e-mail address is taken',
  detail: () => 'A user with this e-mail address is there already. Change that one, or choose another address.',
})

/** There would be nobody left to administer the service. */
export const lastAdmin = defineProblem({
  code: 'last_admin',
  status: 409,
  title: 'The last administrator',
  detail: () => 'Nobody else is an administrator. Make another user one first.',
})

/** The school of a device is not there. */
export const unknownSchool = defineProblem({
  code: 'unknown_school',
  status: 422,
  title: 'There is no such school',
  detail: () => 'The schoolId names no school. Add the school first, or correct the id.',
})

/** The one-time token has been used, has run out, or was never ours. */
export const provisioningTokenInvalid = defineProblem({
  code: 'provisioning_token_invalid',
  status: 422,
  title: 'The device cannot be set up with this code',
  detail: () => 'The code was used before or is older than 10 minutes. Make a new one for the device.',
})

/** A change borne by a cookie came from another site. */
export const foreignOrigin = defineProblem({
  code: 'foreign_origin',
  status: 403,
  title: 'The request came from another site',
  detail: () => 'Changes with a session are taken from pages of this service only. Open it directly and try again.',
})

function grantsOf(actor: Actor, action: Action) {
  const holders: readonly Holder[] = permissions[action]
  return actor.roles.filter((grant) => holders.includes(grant.role))
}

function covers(grant: Actor['roles'][number], place: Place): boolean {
  const { schoolId, warehouseId } = { schoolId: undefined, warehouseId: undefined, ...grant }
  if (reach[grant.role] === 'school' && place.schoolId !== undefined) return schoolId === place.schoolId
  if (isOfOneWarehouse(grant) && place.warehouseId !== undefined) return warehouseId === place.warehouseId
  return true
}

const isOfOneWarehouse = (grant: Actor['roles'][number]) =>
  reach[grant.role] === 'warehouse' && 'warehouseId' in grant && Boolean(grant.warehouseId)

const isEverywhere = (grant: Actor['roles'][number]) => reach[grant.role] !== 'school' && !isOfOneWarehouse(grant)

/**
 * Lets `actor` do `action`, at `place` where it has one. Raises `not_signed_in`, `not_allowed` when no role of the actor
 * includes the action, and `not_found` when one does, but elsewhere: what is not yours to see is not there.
 */
export function authorize(actor: Actor | undefined, action: Action, place: Place = {}): asserts actor is Actor {
  if (!actor) throw notSignedIn()
  if (actor.kind === 'system') return
  const grants = grantsOf(actor, action)
  if (grants.length === 0) throw notAllowed({ action })
  if (!grants.some((grant) => covers(grant, place))) throw notFound({ what: 'record' })
}

/** The schools that `actor` may do `action` at, or undefined for all of them. */
export function schoolsOf(actor: Actor, action: Action): Id[] | undefined {
  if (actor.kind === 'system') return undefined
  const grants = grantsOf(actor, action)
  if (grants.some((grant) => reach[grant.role] !== 'school')) return undefined
  return grants.flatMap(schoolOf)
}

/** The warehouses that `actor` may do `action` at, or undefined where it does not end at a warehouse. */
export function warehousesOf(actor: Actor, action: Action): Id[] | undefined {
  const grants = grantsOf(actor, action)
  if (actor.kind === 'system' || !grants.every(isOfOneWarehouse)) return undefined
  return grants.flatMap(warehouseOf)
}

/** The schools and warehouses that an actor's sight ends at. */
export interface Scope {
  schoolIds: Id[]
  warehouseIds: Id[]
}

/** What `actor` may do `action` at, of stock and what carries it, which has both ends; undefined for everything. */
export function scopeOf(actor: Actor, action: Action): Scope | undefined {
  const grants = grantsOf(actor, action)
  if (actor.kind === 'system' || grants.some(isEverywhere)) return undefined
  const ofSchools = grants.filter((grant) => reach[grant.role] === 'school')
  return { schoolIds: ofSchools.flatMap(schoolOf), warehouseIds: grants.filter(isOfOneWarehouse).flatMap(warehouseOf) }
}

const warehouseOf = (grant: Actor['roles'][number]) =>
  'warehouseId' in grant && grant.warehouseId ? [grant.warehouseId] : []
const schoolOf = (grant: Actor['roles'][number]) => ('schoolId' in grant && grant.schoolId ? [grant.schoolId] : [])

/**
 * Whether `actor` is shown personal data and free text by `action`, at `place` where it has one: who only audits gives a
 * reason first.
 */
export function seesPersonal(actor: Actor, action: Action, place: Place = {}): boolean {
  if (actor.kind === 'system' || actor.accessReason !== undefined) return true
  return grantsOf(actor, action).some((grant) => grant.role !== 'auditor' && covers(grant, place))
}

/** Whether this user administers the service. */
export function isAdmin({ active, roles }: { active: boolean; roles: RoleGrant[] }): boolean {
  return active && roles.some((grant) => grant.role === 'admin')
}

/** A user who acts before there is a session, or `unknown`: somebody without an account. */
export function actorOfUser(user: { id: string; name: string } | undefined, requestId: string): Actor {
  return { kind: 'user', id: user?.id ?? 'unknown', name: user?.name ?? '', roles: [], requestId }
}

/** The service itself, where it acts on nobody's behalf. */
export const systemActor: Actor = { kind: 'system', id: 'system', name: 'Saka', roles: [] }

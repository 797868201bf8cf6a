import type { Id } from '../../shared/ids.ts'
import { defineProblem } from '../../shared/problem.ts'
import { type Actor, notSignedIn } from '../rules.ts'

/** The device was cut off. A phone that is told so wipes itself. */
export const deviceRevoked = defineProblem({
  code: 'device_revoked',
  status: 401,
  title: 'The device was cut off',
  detail: () => 'This device may no longer be used, and forgets what it holds. To go on, register it again.',
})

/** Somebody else asks what is a device's own business. */
const devicesOnly = defineProblem({
  code: 'devices_only',
  status: 403,
  title: 'For devices only',
  detail: () => 'This is between a device and the service. Send the token of the device.',
})

/** The device that `actor` is, and its school. Raises `not_signed_in` and `devices_only`. */
export function deviceOf(actor: Actor | undefined): { device: Actor; schoolId: Id } {
  if (!actor) throw notSignedIn()
  const grant = actor.roles.find(({ role }) => role === 'device')
  if (actor.kind !== 'device' || !grant?.schoolId) throw devicesOnly()
  return { device: actor, schoolId: grant.schoolId }
}

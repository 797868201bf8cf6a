import { defineProblem } from '../kernel/problem.ts'

/** The device was cut off. A phone that is told so wipes itself. */
export const deviceRevoked = defineProblem({
  code: 'device_revoked',
  status: 401,
  title: 'The device was cut off',
  detail: () => 'This device may no longer be used, and forgets what it holds. To go on, register it again.',
})

/** Somebody else reports about a device. */
export const devicesOnly = defineProblem({
  code: 'devices_only',
  status: 403,
  title: 'For devices only',
  detail: () => 'Only a device reports about itself. Send the token of the device.',
})

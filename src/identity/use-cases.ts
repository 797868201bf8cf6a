import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { isReferenceViolation, isUniqueViolation, refusedAs } from '../platform/db/index.ts'
import type { Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound, staleVersion } from '../shared/problem.ts'
import { type Instant, plusMilliseconds } from '../shared/time.ts'
import { deviceOf } from './devices/rules.ts'
import {
  type ApiKeyRow,
  claimProvisioning,
  type DeviceRow,
  findUser,
  hasOtherAdmin,
  hasUsers,
  insertApiKey,
  insertDevice,
  insertUser,
  listApiKeys,
  listDevices,
  listUsers,
  revokeApiKeyRow,
  revokeDeviceRow,
  type UserRow,
  updateDeviceReport,
  updateUser,
} from './repository.ts'
import {
  type Actor,
  authorize,
  emailTaken,
  isAdmin,
  lastAdmin,
  provisioningTokenInvalid,
  type RoleGrant,
  systemActor,
  unknownSchool,
} from './rules.ts'
import { hashNewPassword, hashToken, newToken } from './secrets.ts'
import { deleteSessionsOf } from './sessions/repository.ts'

const asEmailTaken = refusedAs(isUniqueViolation, emailTaken)

const provisioningMilliseconds = 10 * 60_000

/** Makes the first administrator, on a database without any user. Raises `weak_password`. */
export async function createFirstAdmin(deps: Deps, email: string, password: string): Promise<void> {
  if (await hasUsers(deps.db.read)) return
  const name = 'Administrator'
  const passwordHash = await hashNewPassword(password, { email, name })
  await deps.db.transact((tx) => insertFirstAdmin(deps, tx, { email, name, passwordHash }))
}

/** Adds an administrator if there is no user at all; false if there is one. */
export async function insertFirstAdmin(
  deps: Deps,
  tx: Tx,
  admin: { email: string; name: string; passwordHash: string },
): Promise<boolean> {
  if (await hasUsers(tx)) return false
  const roles: RoleGrant[] = [{ role: 'admin' }]
  const user = await insertUser(tx, { ...admin, id: deps.newId(), roles, createdAt: deps.clock.now() })
  await recordEvent(deps, tx, systemActor, 'user.created', user.id, { roles })
  return true
}

/** Adds a user, who can sign in once there is a password. Raises `email_taken` and `weak_password`. */
export async function createUser(
  deps: Deps,
  actor: Actor | undefined,
  command: { email: string; name: string; roles: RoleGrant[]; password?: string | undefined },
): Promise<UserRow> {
  authorize(actor, 'user:write')
  const passwordHash = command.password ? await hashNewPassword(command.password, command) : null
  const { name, roles } = command
  const user = {
    id: deps.newId(),
    email: command.email.toLowerCase(),
    name,
    roles,
    passwordHash,
    createdAt: deps.clock.now(),
  }
  return deps.db.transact(async (tx) => {
    const row = await insertUser(tx, user).catch(asEmailTaken)
    await recordEvent(deps, tx, actor, 'user.created', row.id, { roles })
    return row
  })
}

/** Changes a user. A user who is made inactive or gets a new password is signed out everywhere. Raises `weak_password`. */
export async function changeUser(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  change: { email?: string; name?: string; roles?: RoleGrant[]; password?: string; active?: boolean },
  ifVersion: number | undefined,
): Promise<UserRow> {
  authorize(actor, 'user:write')
  const { password, email, ...rest } = change
  const passwordHash = password === undefined ? undefined : await hashFor(deps, id, password, change)
  return deps.db.transact(async (tx) => {
    const before = await findUser(tx, id)
    if (!before) throw notFound({ what: 'user' })
    const columns = { ...rest, ...(email && { email: email.toLowerCase() }), ...(passwordHash && { passwordHash }) }
    const row = await updateUser(tx, id, columns, ifVersion).catch(asEmailTaken)
    if (!row) throw staleVersion()
    if (isAdmin(before) && !isAdmin(row) && !(await hasOtherAdmin(tx, id))) throw lastAdmin()
    if (passwordHash || !row.active) await deleteSessionsOf(tx, id)
    await recordEvent(deps, tx, actor, 'user.changed', id, { fields: Object.keys(change), roles: row.roles })
    return row
  })
}

/** The hash of a new password for the user `id` as that one will be called. */
async function hashFor({ db }: Deps, id: Id, password: string, change: { email?: string; name?: string }) {
  const user = await findUser(db.read, id)
  if (!user) throw notFound({ what: 'user' })
  return hashNewPassword(password, { ...user, ...change })
}

/** Users by the time they were added. */
export async function readUsers({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<UserRow>> {
  authorize(actor, 'user:read')
  return listUsers(db.read, page)
}

/** Makes an API key. The key itself is in this answer and nowhere else. */
export async function createApiKey(
  deps: Deps,
  actor: Actor | undefined,
  command: {
    name: string
    roles: RoleGrant[]
    expiresAt?: Instant | undefined
    requestsPerMinute?: number | null | undefined
  },
): Promise<ApiKeyRow & { key: string }> {
  authorize(actor, 'api_key:write')
  const key = newToken('key')
  return deps.db.transact(async (tx) => {
    const row = await insertApiKey(tx, {
      id: deps.newId(),
      name: command.name,
      keyHash: hashToken(key),
      roles: command.roles,
      createdById: actor.id,
      createdAt: deps.clock.now(),
      expiresAt: command.expiresAt ?? null,
      requestsPerMinute: command.requestsPerMinute ?? null,
    })
    await recordEvent(deps, tx, actor, 'api_key.created', row.id, { roles: command.roles })
    return { ...row, key }
  })
}

/** Ends an API key. Twice changes nothing. */
export function revokeApiKey(deps: Deps, actor: Actor | undefined, id: Id): Promise<void> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'api_key:write')
    if (!(await revokeApiKeyRow(tx, id, deps.clock.now()))) throw notFound({ what: 'API key' })
    await recordEvent(deps, tx, actor, 'api_key.revoked', id)
  })
}

/** API keys by the time they were made. */
export async function readApiKeys({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<ApiKeyRow>> {
  authorize(actor, 'api_key:read')
  return listApiKeys(db.read, page)
}

/** Registers a device for one school and answers the token that sets it up, once, within ten minutes. Raises `unknown_school`. */
export function createDevice(
  deps: Deps,
  actor: Actor | undefined,
  { name, schoolId }: { name: string; schoolId: Id },
): Promise<{ device: DeviceRow; provisioningToken: string }> {
  const provisioningToken = newToken('setup')
  const now = deps.clock.now()
  return deps.db.transact(async (tx) => {
    authorize(actor, 'device:write')
    const device = await insertDevice(tx, {
      id: deps.newId(),
      name,
      schoolId,
      provisioningHash: hashToken(provisioningToken),
      provisioningExpiresAt: plusMilliseconds(now, provisioningMilliseconds),
      createdAt: now,
    }).catch(refusedAs(isReferenceViolation, unknownSchool))
    await recordEvent(deps, tx, actor, 'device.created', device.id, { schoolId })
    return { device, provisioningToken }
  })
}

/** Trades a provisioning token for the device's own. Raises `provisioning_token_invalid` the second time and after ten minutes. */
export function provisionDevice(
  deps: Deps,
  { provisioningToken, requestId }: { provisioningToken: string; requestId: string },
): Promise<{ device: DeviceRow; deviceToken: string }> {
  const deviceToken = newToken('device')
  return deps.db.transact(async (tx) => {
    const device = await claimProvisioning(tx, hashToken(provisioningToken), hashToken(deviceToken), deps.clock.now())
    if (!device) throw provisioningTokenInvalid()
    const actor: Actor = { kind: 'device', id: device.id, name: device.name, roles: [], requestId }
    await recordEvent(deps, tx, actor, 'device.provisioned', device.id)
    return { device, deviceToken }
  })
}

/**
 * Keeps which version a device runs and how many scans wait on it. Told every few minutes by every phone, so only a new version
 * is an event. Raises `devices_only`.
 */
export function reportDevice(
  deps: Deps,
  actor: Actor | undefined,
  report: { appVersion: string; pendingScans: number },
): Promise<void> {
  const { device } = deviceOf(actor)
  return deps.db.transact(async (tx) => {
    const before = await updateDeviceReport(tx, device.id, { ...report, lastSeenAt: deps.clock.now() })
    const { appVersion } = report
    if (before?.appVersion !== appVersion)
      await recordEvent(deps, tx, device, 'device.updated', device.id, { appVersion })
  })
}

/** Cuts a device off at once. Twice changes nothing. */
export function revokeDevice(deps: Deps, actor: Actor | undefined, id: Id): Promise<void> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'device:write')
    if (!(await revokeDeviceRow(tx, id, deps.clock.now()))) throw notFound({ what: 'device' })
    await recordEvent(deps, tx, actor, 'device.revoked', id)
  })
}

/** Devices by the time they were registered. */
export async function readDevices({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<DeviceRow>> {
  authorize(actor, 'device:read')
  return listDevices(db.read, page)
}

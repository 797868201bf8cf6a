import { and, eq, gt, isNull, ne, or, sql } from 'drizzle-orm'
import { findById, pageAscending, updateVersion } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'

/** A user as stored. */
export type UserRow = Tables['users']['$inferSelect']
/** An API key as stored. */
export type ApiKeyRow = Tables['apiKeys']['$inferSelect']
/** A device as stored. */
export type DeviceRow = Tables['devices']['$inferSelect']

/** Whether there is any user. */
export async function hasUsers({ q, t }: Reader): Promise<boolean> {
  return (await q.select({ id: t.users.id }).from(t.users).limit(1)).length > 0
}

/** The user with this id. */
export function findUser(reader: Reader, id: Id): Promise<UserRow | undefined> {
  return findById(reader, reader.t.users, id)
}

/** What the user or API key with this id is called. */
export async function findActorName({ q, t }: Reader, id: string): Promise<string | undefined> {
  const users = await q.select({ name: t.users.name }).from(t.users).where(eq(t.users.id, id))
  const keys = await q.select({ name: t.apiKeys.name }).from(t.apiKeys).where(eq(t.apiKeys.id, id))
  return (users[0] ?? keys[0])?.name
}

/** The user with this e-mail address, which is lower-case. */
export async function findUserByEmail({ q, t }: Reader, email: string): Promise<UserRow | undefined> {
  return (await q.select().from(t.users).where(eq(t.users.email, email)))[0]
}

/** Adds a user. A taken e-mail address breaks `users_email`. */
export async function insertUser({ q, t }: Tx, user: Tables['users']['$inferInsert']): Promise<UserRow> {
  return (await q.insert(t.users).values(user).returning())[0]!
}

/** Changes a user and counts its version up; undefined when the version is no longer `ifVersion`. */
export function updateUser(
  tx: Tx,
  id: Id,
  change: Partial<UserRow>,
  ifVersion?: number | undefined,
): Promise<UserRow | undefined> {
  return updateVersion(tx, tx.t.users, id, change, ifVersion)
}

/** Users by the time they were added. */
export function listUsers({ q, t }: Reader, page: PageQuery): Promise<Page<UserRow>> {
  return pageAscending(q.select().from(t.users), t.users, 'id', page)
}

/** Adds an API key. */
export async function insertApiKey({ q, t }: Tx, key: Tables['apiKeys']['$inferInsert']): Promise<ApiKeyRow> {
  return (await q.insert(t.apiKeys).values(key).returning())[0]!
}

/** The API key with this hash that is neither revoked nor expired by `now`. */
export async function findApiKey({ q, t }: Reader, keyHash: string, now: Instant): Promise<ApiKeyRow | undefined> {
  const k = t.apiKeys
  const live = and(eq(k.keyHash, keyHash), isNull(k.revokedAt), or(isNull(k.expiresAt), gt(k.expiresAt, now)))
  return (await q.select().from(k).where(live))[0]
}

/** Notes that a key was used. */
export async function markApiKeyUsed({ q, t }: Tx, id: Id, at: Instant): Promise<void> {
  await q.update(t.apiKeys).set({ lastUsedAt: at }).where(eq(t.apiKeys.id, id))
}

/** Ends an API key; undefined when there is none. Ending it twice changes nothing. */
export async function revokeApiKeyRow({ q, t }: Tx, id: Id, at: Instant): Promise<ApiKeyRow | undefined> {
  const revokedAt = sql`coalesce(${t.apiKeys.revokedAt}, ${at})`
  return (await q.update(t.apiKeys).set({ revokedAt }).where(eq(t.apiKeys.id, id)).returning())[0]
}

/** API keys by the time they were added. */
export function listApiKeys({ q, t }: Reader, page: PageQuery): Promise<Page<ApiKeyRow>> {
  return pageAscending(q.select().from(t.apiKeys), t.apiKeys, 'id', page)
}

/** Adds a device. */
export async function insertDevice({ q, t }: Tx, device: Tables['devices']['$inferInsert']): Promise<DeviceRow> {
  return (await q.insert(t.devices).values(device).returning())[0]!
}

/** The device whose token has this hash, be it revoked. */
export async function findDevice({ q, t }: Reader, tokenHash: string): Promise<DeviceRow | undefined> {
  return (await q.select().from(t.devices).where(eq(t.devices.tokenHash, tokenHash)))[0]
}

/** Keeps what a device tells of itself; answers the device as it was before. */
export async function updateDeviceReport(
  { q, t }: Tx,
  id: Id,
  report: { appVersion: string; pendingScans: number; lastSeenAt: Instant },
): Promise<DeviceRow | undefined> {
  const [before] = await q.select().from(t.devices).where(eq(t.devices.id, id))
  await q.update(t.devices).set(report).where(eq(t.devices.id, id))
  return before
}

/** Trades a provisioning token for a device token, once and in time; undefined when it was neither. */
export async function claimProvisioning(
  { q, t }: Tx,
  provisioningHash: string,
  tokenHash: string,
  now: Instant,
): Promise<DeviceRow | undefined> {
  const open = and(
    eq(t.devices.provisioningHash, provisioningHash),
    gt(t.devices.provisioningExpiresAt, now),
    isNull(t.devices.revokedAt),
  )
  const claimed = { provisioningHash: null, tokenHash, provisionedAt: now }
  return (await q.update(t.devices).set(claimed).where(open).returning())[0]
}

/** Notes that a device was seen. */
export async function markDeviceSeen({ q, t }: Tx, id: Id, at: Instant): Promise<void> {
  await q.update(t.devices).set({ lastSeenAt: at }).where(eq(t.devices.id, id))
}

/** Cuts a device off; undefined when there is none. Twice changes nothing. */
export async function revokeDeviceRow({ q, t }: Tx, id: Id, at: Instant): Promise<DeviceRow | undefined> {
  const cutOff = { revokedAt: sql`coalesce(${t.devices.revokedAt}, ${at})`, provisioningHash: null }
  return (await q.update(t.devices).set(cutOff).where(eq(t.devices.id, id)).returning())[0]
}

/** Devices by the time they were added. */
export function listDevices({ q, t }: Reader, page: PageQuery): Promise<Page<DeviceRow>> {
  return pageAscending(q.select().from(t.devices), t.devices, 'id', page)
}

/** Whether another active user than `id` is an administrator. */
export async function hasOtherAdmin({ q, t }: Reader, id: Id): Promise<boolean> {
  const others = await q
    .select()
    .from(t.users)
    .where(and(ne(t.users.id, id), eq(t.users.active, true)))
  return others.some((user) => user.roles.some((grant) => grant.role === 'admin'))
}

import { and, eq, isNotNull, isNull, lt, or } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** An authenticator app as stored. */
export type TotpRow = Tables['totps']['$inferSelect']

/** A user's authenticator app, confirmed or not. */
export async function findTotp({ q, t }: Reader, userId: Id): Promise<TotpRow | undefined> {
  return (await q.select().from(t.totps).where(eq(t.totps.userId, userId)))[0]
}

/** Stores an app that is being set up, in place of one that never was; false when there is a confirmed one. */
export async function putTotp({ q, t }: Tx, totp: Tables['totps']['$inferInsert']): Promise<boolean> {
  await q.delete(t.totps).where(and(eq(t.totps.userId, totp.userId), isNull(t.totps.confirmedAt)))
  return (await q.insert(t.totps).values(totp).onConflictDoNothing().returning()).length > 0
}

/** Confirms the app with this secret; false when it was confirmed or replaced meanwhile. */
export async function confirmTotpRow(
  { q, t }: Tx,
  userId: Id,
  sealedSecret: string,
  { at, step }: { at: Instant; step: number },
): Promise<boolean> {
  const open = and(eq(t.totps.userId, userId), eq(t.totps.sealedSecret, sealedSecret), isNull(t.totps.confirmedAt))
  return (await q.update(t.totps).set({ confirmedAt: at, lastStep: step }).where(open).returning()).length > 0
}

/** Uses the code of a step up; false when that one or a later one was used before. */
export async function claimStep({ q, t }: Tx, userId: Id, step: number): Promise<boolean> {
  const later = or(isNull(t.totps.lastStep), lt(t.totps.lastStep, step))
  const own = and(eq(t.totps.userId, userId), isNotNull(t.totps.confirmedAt), later)
  return (await q.update(t.totps).set({ lastStep: step }).where(own).returning()).length > 0
}

/** Takes a user's app and recovery codes away; false when there was no app. */
export async function deleteTotp({ q, t }: Tx, userId: Id): Promise<boolean> {
  await q.delete(t.recoveryCodes).where(eq(t.recoveryCodes.userId, userId))
  return (await q.delete(t.totps).where(eq(t.totps.userId, userId)).returning()).length > 0
}

/** Adds recovery codes. */
export async function insertRecoveryCodes({ q, t }: Tx, userId: Id, codeHashes: string[]): Promise<void> {
  await q.insert(t.recoveryCodes).values(codeHashes.map((codeHash) => ({ userId, codeHash })))
}

/** Uses a recovery code up; false when it is not one of the user's (any more). */
export async function claimRecoveryCode({ q, t }: Tx, userId: Id, codeHash: string): Promise<boolean> {
  const own = and(eq(t.recoveryCodes.userId, userId), eq(t.recoveryCodes.codeHash, codeHash))
  return (await q.delete(t.recoveryCodes).where(own).returning()).length > 0
}

/** How many recovery codes a user has left. */
export async function countRecoveryCodes({ q, t }: Reader, userId: Id): Promise<number> {
  return (await q.select().from(t.recoveryCodes).where(eq(t.recoveryCodes.userId, userId))).length
}

/** Whether a user has something to show besides a password: a confirmed authenticator app, or a passkey. */
export async function hasSecondFactor({ q, t }: Reader, userId: Id): Promise<boolean> {
  const confirmed = and(eq(t.totps.userId, userId), isNotNull(t.totps.confirmedAt))
  const apps = await q.select({ userId: t.totps.userId }).from(t.totps).where(confirmed).limit(1)
  const passkeys = await q.select({ id: t.passkeys.id }).from(t.passkeys).where(eq(t.passkeys.userId, userId)).limit(1)
  return apps.length + passkeys.length > 0
}

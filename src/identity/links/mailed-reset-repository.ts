import { and, eq, isNull, lte } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** Somebody's wish for a new password, as stored. */
export type PasswordResetRow = Tables['passwordResets']['$inferSelect']

/** Notes that a user asks for a link now, unless the same was asked after `notAfter`: that one is on its way or there. */
export async function putPasswordReset(
  { q, t }: Tx,
  userId: Id,
  { now, notAfter }: { now: Instant; notAfter: Instant },
): Promise<void> {
  const asked = { askedAt: now, mailedAt: null }
  await q
    .insert(t.passwordResets)
    .values({ userId, ...asked })
    .onConflictDoUpdate({
      target: t.passwordResets.userId,
      set: asked,
      setWhere: lte(t.passwordResets.askedAt, notAfter),
    })
}

/** Those who wait for their link, a hundred at most. */
export async function findWaitingResets({ q, t }: Reader): Promise<PasswordResetRow[]> {
  return await q.select().from(t.passwordResets).where(isNull(t.passwordResets.mailedAt)).limit(100)
}

/** Notes that the link which a user asked for at `askedAt` was mailed. */
export async function markResetMailed({ q, t }: Tx, { userId, askedAt }: PasswordResetRow, at: Instant): Promise<void> {
  const same = and(eq(t.passwordResets.userId, userId), eq(t.passwordResets.askedAt, askedAt))
  await q.update(t.passwordResets).set({ mailedAt: at }).where(same)
}

/** Forgets that a user asked. */
export async function deletePasswordReset({ q, t }: Tx, userId: Id): Promise<void> {
  await q.delete(t.passwordResets).where(eq(t.passwordResets.userId, userId))
}

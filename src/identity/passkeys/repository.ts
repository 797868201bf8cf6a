import { and, eq, gt, lt, lte } from 'drizzle-orm'
import { pageAscending } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import type { Instant } from '../../shared/time.ts'
import type { ChallengePurpose } from './rules.ts'

/** A passkey as stored. */
export type PasskeyRow = Tables['passkeys']['$inferSelect']
/** A challenge as stored. */
export type ChallengeRow = Tables['passkeyChallenges']['$inferSelect']

/** Adds a challenge, and forgets those that nobody answered by `now`. */
export async function insertChallenge({ q, t }: Tx, challenge: ChallengeRow, now: Instant): Promise<void> {
  await q.delete(t.passkeyChallenges).where(lte(t.passkeyChallenges.expiresAt, now))
  await q.insert(t.passkeyChallenges).values(challenge)
}

/** Takes a challenge away, whoever answers it: of two at once one gets it. Undefined when it is not good (any more). */
export async function claimChallenge(
  { q, t }: Tx,
  challengeHash: string,
  purpose: ChallengePurpose,
  now: Instant,
): Promise<ChallengeRow | undefined> {
  const open = and(
    eq(t.passkeyChallenges.challengeHash, challengeHash),
    eq(t.passkeyChallenges.purpose, purpose),
    gt(t.passkeyChallenges.expiresAt, now),
  )
  return (await q.delete(t.passkeyChallenges).where(open).returning())[0]
}

/** Adds a passkey. One that is there already, be it another user's, breaks `passkeys_credential`. */
export async function insertPasskey({ q, t }: Tx, passkey: Tables['passkeys']['$inferInsert']): Promise<PasskeyRow> {
  return (await q.insert(t.passkeys).values(passkey).returning())[0]!
}

/** The passkey that an authenticator calls so. */
export async function findPasskey({ q, t }: Reader, credentialId: string): Promise<PasskeyRow | undefined> {
  return (await q.select().from(t.passkeys).where(eq(t.passkeys.credentialId, credentialId)))[0]
}

/** All passkeys of a user: twenty at most. */
export async function findPasskeysOf({ q, t }: Reader, userId: Id): Promise<PasskeyRow[]> {
  return await q.select().from(t.passkeys).where(eq(t.passkeys.userId, userId))
}

/** A user's passkeys by the time they were added. */
export function listPasskeysOf({ q, t }: Reader, userId: Id, page: PageQuery): Promise<Page<PasskeyRow>> {
  return pageAscending(q.select().from(t.passkeys), t.passkeys, 'id', page, eq(t.passkeys.userId, userId))
}

/**
 * Notes that a passkey was used; false when it has gone, or its counter did not go on. A counter goes up with every signature
 * or stays at 0 for ever; anything else is a copy of the authenticator (W3C Web Authentication, 7.2 step 22).
 */
export async function markPasskeyUsed(
  { q, t }: Tx,
  id: Id,
  { counter, backedUp, at }: { counter: number; backedUp: boolean; at: Instant },
): Promise<boolean> {
  const goesOn = counter === 0 ? eq(t.passkeys.counter, 0) : lt(t.passkeys.counter, counter)
  const own = and(eq(t.passkeys.id, id), goesOn)
  return (await q.update(t.passkeys).set({ counter, backedUp, lastUsedAt: at }).where(own).returning()).length > 0
}

/** Gives one of a user's passkeys another name; undefined when the user has none with this id. */
export async function renamePasskeyRow(
  { q, t }: Tx,
  userId: Id,
  id: Id,
  name: string,
): Promise<PasskeyRow | undefined> {
  const own = and(eq(t.passkeys.userId, userId), eq(t.passkeys.id, id))
  return (await q.update(t.passkeys).set({ name }).where(own).returning())[0]
}

/** Takes one of a user's passkeys away; false when the user has none with this id. */
export async function deletePasskey({ q, t }: Tx, userId: Id, id: Id): Promise<boolean> {
  const own = and(eq(t.passkeys.userId, userId), eq(t.passkeys.id, id))
  return (await q.delete(t.passkeys).where(own).returning()).length > 0
}

/** Takes all passkeys of a user away; answers how many there were. */
export async function deletePasskeysOf({ q, t }: Tx, userId: Id): Promise<number> {
  return (await q.delete(t.passkeys).where(eq(t.passkeys.userId, userId)).returning()).length
}

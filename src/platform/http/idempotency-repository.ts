import { and, eq, isNull, lt } from 'drizzle-orm'
import type { Instant } from '../../kernel/time.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'

/** A key with what was answered to it; `status` is null while the first request is still running. */
export type Kept = Tables['idempotencyKeys']['$inferSelect']
/** A key, whose it is, and the request that it stands for. */
export type Claim = Pick<Kept, 'credential' | 'key' | 'fingerprint'>

const ofClaim = (t: Tables, { credential, key }: Claim) =>
  and(eq(t.idempotencyKeys.credential, credential), eq(t.idempotencyKeys.key, key))

/** What was kept under a key. */
export async function findKept({ q, t }: Reader, claim: Claim): Promise<Kept | undefined> {
  return (await q.select().from(t.idempotencyKeys).where(ofClaim(t, claim)))[0]
}

/** Takes a key for a request; false when it has been taken before. */
export async function insertClaim(
  { q, t }: Tx,
  { credential, key, fingerprint }: Claim,
  createdAt: Instant,
): Promise<boolean> {
  const row = { credential, key, fingerprint, createdAt }
  return (await q.insert(t.idempotencyKeys).values(row).onConflictDoNothing().returning()).length > 0
}

/** Lets a key go, so that the request can be tried again. */
export async function deleteClaim({ q, t }: Tx, claim: Claim): Promise<void> {
  await q.delete(t.idempotencyKeys).where(ofClaim(t, claim))
}

/** Keeps what was answered. */
export async function storeAnswer(
  { q, t }: Tx,
  claim: Claim,
  status: number,
  answer: string,
  contentType: string,
): Promise<void> {
  await q.update(t.idempotencyKeys).set({ status, answer, contentType }).where(ofClaim(t, claim))
}

/** Forgets the claims of requests that came before an instant and that a crash cut off. */
export async function releaseClaims({ q, t: { idempotencyKeys: k } }: Tx, before: Instant): Promise<void> {
  await q.delete(k).where(and(isNull(k.status), lt(k.createdAt, before)))
}

/** Forgets the answers to requests older than `before`; answers how many. */
export async function forgetAnswers({ q, t }: Tx, before: Instant): Promise<number> {
  const old = lt(t.idempotencyKeys.createdAt, before)
  return (await q.delete(t.idempotencyKeys).where(old).returning({ key: t.idempotencyKeys.key })).length
}

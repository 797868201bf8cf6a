import { and, eq, gt, isNull, lt, or } from 'drizzle-orm'
import { type Instant, plusMilliseconds } from '../../kernel/time.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'

/** A key with what was answered to it; `status` is null while the first request is still running. */
export type Kept = Tables['idempotencyKeys']['$inferSelect']
/** A key, whose it is, and the request that it stands for. */
export type Claim = Pick<Kept, 'credential' | 'key' | 'fingerprint'>
/** A claim that somebody holds: whoever changes it names the end of the lease as they know it, so that nobody changes another's. */
export type HeldClaim = Claim & { leasedUntil: Instant }

/** How long the process that runs a request answers for it, in milliseconds, unless it says so again. */
export const claimMilliseconds = 30_000

const ofClaim = (t: Tables, { credential, key }: Claim) =>
  and(eq(t.idempotencyKeys.credential, credential), eq(t.idempotencyKeys.key, key))

const heldBy = (t: Tables, held: HeldClaim) =>
  and(ofClaim(t, held), eq(t.idempotencyKeys.leasedUntil, held.leasedUntil))

/**
 * Whether whoever runs the request has not been heard of for the length of a lease. A lease longer than any is of a clock that
 * went ahead and was put back; none at all is of a version that knew no leases.
 */
const isAbandoned = ({ idempotencyKeys: { status, leasedUntil } }: Tables, now: Instant) => {
  const latest = plusMilliseconds(now, 2 * claimMilliseconds)
  return and(isNull(status), or(isNull(leasedUntil), lt(leasedUntil, now), gt(leasedUntil, latest)))
}

/** What was kept under a key. */
export async function findKept({ q, t }: Reader, claim: Claim): Promise<Kept | undefined> {
  return (await q.select().from(t.idempotencyKeys).where(ofClaim(t, claim)))[0]
}

/** Takes a key for a request; undefined when another has it, unless whoever runs that request has not been heard of. */
export async function insertClaim({ q, t }: Tx, claim: Claim, now: Instant): Promise<HeldClaim | undefined> {
  const { credential, key, fingerprint } = claim
  const leasedUntil = plusMilliseconds(now, claimMilliseconds)
  const taken = { fingerprint, createdAt: now, leasedUntil }
  const rows = await q
    .insert(t.idempotencyKeys)
    .values({ credential, key, ...taken })
    .onConflictDoUpdate({
      target: [t.idempotencyKeys.credential, t.idempotencyKeys.key],
      set: taken,
      setWhere: isAbandoned(t, now),
    })
    .returning({ key: t.idempotencyKeys.key })
  return rows.length > 0 ? { credential, key, fingerprint, leasedUntil } : undefined
}

/** Holds a claim longer; undefined when another has it by now. */
export async function renewClaim({ q, t }: Tx, held: HeldClaim, now: Instant): Promise<HeldClaim | undefined> {
  const leasedUntil = plusMilliseconds(now, claimMilliseconds)
  const renewed = q.update(t.idempotencyKeys).set({ leasedUntil }).where(heldBy(t, held))
  const rows = await renewed.returning({ key: t.idempotencyKeys.key })
  return rows.length > 0 ? { ...held, leasedUntil } : undefined
}

/** Lets a key go that is still held, so that the request can be tried again. */
export async function deleteClaim({ q, t }: Tx, held: HeldClaim): Promise<void> {
  await q.delete(t.idempotencyKeys).where(heldBy(t, held))
}

/** Keeps what was answered, where the claim is still held. */
export async function storeAnswer(
  { q, t }: Tx,
  held: HeldClaim,
  status: number,
  answer: string,
  contentType: string,
): Promise<void> {
  await q.update(t.idempotencyKeys).set({ status, answer, contentType, leasedUntil: null }).where(heldBy(t, held))
}

/** Forgets the answers to requests older than `before`; answers how many. */
export async function forgetAnswers({ q, t }: Tx, before: Instant): Promise<number> {
  const old = lt(t.idempotencyKeys.createdAt, before)
  return (await q.delete(t.idempotencyKeys).where(old).returning({ key: t.idempotencyKeys.key })).length
}

import { and, eq, gt, isNull, lt, or } from 'drizzle-orm'
import type { Reader, Tables, Tx } from '../../../schema.ts'
import { type Instant, plusMilliseconds } from '../../../shared/time.ts'

/** A key with what was answered to it; `status` is null while the first request is still running. */
export type Kept = Tables['idempotencyKeys']['$inferSelect']
/** A key, whose it is, and the request that it stands for. */
export type Claim = Pick<Kept, 'credential' | 'key' | 'fingerprint'>
/** A claim that somebody holds: whoever changes it names the end of the lease as they know it, so that nobody changes another's. */
export type HeldClaim = Claim & { leasedUntil: Instant }
/** A claim that was taken now, and what whoever held it before, and ended, has noted as done. */
export type TakenClaim = HeldClaim & { takenAt: Instant; done: string | undefined }

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
export async function insertClaim({ q, t }: Tx, claim: Claim, now: Instant): Promise<TakenClaim | undefined> {
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
    .returning({ done: t.idempotencyKeys.answer })
  const [row] = rows
  return row && { credential, key, fingerprint, leasedUntil, takenAt: now, done: row.done ?? undefined }
}

/** Notes under a key what its request has done, so that whoever takes it over need not do it again; false when another has taken it. */
export async function noteDone({ q, t }: Tx, { takenAt, ...claim }: TakenClaim, done: string): Promise<boolean> {
  const k = t.idempotencyKeys
  // By when it was taken: its lease may be renewed at this moment.
  const mine = and(ofClaim(t, claim), eq(k.createdAt, takenAt), isNull(k.status))
  return (await q.update(k).set({ answer: done }).where(mine).returning({ key: k.key })).length > 0
}

/** Holds a claim longer; undefined when another has it by now. */
export async function renewClaim({ q, t }: Tx, held: HeldClaim, now: Instant): Promise<HeldClaim | undefined> {
  const leasedUntil = plusMilliseconds(now, claimMilliseconds)
  const renewed = q.update(t.idempotencyKeys).set({ leasedUntil }).where(heldBy(t, held))
  const rows = await renewed.returning({ key: t.idempotencyKeys.key })
  return rows.length > 0 ? { ...held, leasedUntil } : undefined
}

/** Lets a key go that is still held, so that the request can be tried again. What was noted as done stays. */
export async function deleteClaim({ q, t }: Tx, held: HeldClaim): Promise<void> {
  await q.delete(t.idempotencyKeys).where(and(heldBy(t, held), isNull(t.idempotencyKeys.answer)))
  await q.update(t.idempotencyKeys).set({ leasedUntil: null }).where(heldBy(t, held))
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
export async function purgeAnswers({ q, t }: Tx, before: Instant): Promise<number> {
  const old = lt(t.idempotencyKeys.createdAt, before)
  return (await q.delete(t.idempotencyKeys).where(old).returning({ key: t.idempotencyKeys.key })).length
}

import { and, count, eq, gt, inArray, isNull } from 'drizzle-orm'
import { getById, insertFreeRows, pageAscending } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import type { Voucher, VoucherStatus } from './rules.ts'
import type { PrintedVoucher } from './sheet/plan.ts'

const live = ['issued', 'redeemed'] as const

/** The voucher with this id. Raises `not_found`. */
export function getVoucher(reader: Reader, id: Id): Promise<Voucher> {
  return getById(reader, reader.t.vouchers, id, 'voucher')
}

/** The live voucher of an enrollment: issued or redeemed. There is one at most. */
export async function findLiveVoucher({ q, t }: Reader, enrollmentId: Id): Promise<Voucher | undefined> {
  const ofChild = and(eq(t.vouchers.enrollmentId, enrollmentId), inArray(t.vouchers.status, live))
  return (await q.select().from(t.vouchers).where(ofChild))[0]
}

/** Which vouchers of a campaign to list; `only` limits to these schools. */
export interface VoucherFilter {
  campaignId: Id
  schoolId?: Id | undefined
  status?: VoucherStatus | undefined
  only?: Id[] | undefined
}

const matching = (t: Tables, { campaignId, schoolId, status, only }: VoucherFilter) =>
  and(
    eq(t.vouchers.campaignId, campaignId),
    schoolId ? eq(t.vouchers.schoolId, schoolId) : undefined,
    only ? inArray(t.vouchers.schoolId, only) : undefined,
    status ? eq(t.vouchers.status, status) : undefined,
  )

/** Vouchers by the time they were issued. */
export function listVouchers({ q, t }: Reader, filter: VoucherFilter, page: PageQuery): Promise<Page<Voucher>> {
  return pageAscending(q.select().from(t.vouchers), t.vouchers, 'id', page, matching(t, filter))
}

/** What the sheets say of each voucher that `filter` finds. The language is the first guardian's. */
export async function vouchersToPrint({ q, t }: Reader, filter: VoucherFilter): Promise<PrintedVoucher[]> {
  const firstGuardian = and(eq(t.guardians.enrollmentId, t.vouchers.enrollmentId), eq(t.guardians.position, 1))
  return q
    .select({
      code: t.vouchers.code,
      school: { name: t.schools.name, address: t.schools.address },
      section: t.enrollments.section,
      givenName: t.enrollments.givenName,
      familyName: t.enrollments.familyName,
      pupilRef: t.enrollments.pupilRef,
      language: t.guardians.language,
    })
    .from(t.vouchers)
    .innerJoin(t.enrollments, eq(t.enrollments.id, t.vouchers.enrollmentId))
    .innerJoin(t.schools, eq(t.schools.id, t.vouchers.schoolId))
    .leftJoin(t.guardians, firstGuardian)
    .where(matching(t, filter))
}

/** How many vouchers of each status each school has in a campaign. */
export async function voucherCountsBySchool(
  { q, t }: Reader,
  campaignId: Id,
): Promise<Map<Id, Record<VoucherStatus, number>>> {
  const rows = await q
    .select({ schoolId: t.vouchers.schoolId, status: t.vouchers.status, vouchers: count() })
    .from(t.vouchers)
    .where(eq(t.vouchers.campaignId, campaignId))
    .groupBy(t.vouchers.schoolId, t.vouchers.status)
  const counts = new Map<Id, Record<VoucherStatus, number>>()
  for (const { schoolId, status, vouchers } of rows) {
    const known = counts.get(schoolId) ?? { issued: 0, redeemed: 0, revoked: 0, expired: 0 }
    counts.set(schoolId, { ...known, [status]: vouchers })
  }
  return counts
}

/** The next `limit` active enrollments, by id behind `after`. */
export async function nextActive(
  { q, t }: Reader,
  campaignId: Id,
  after: Id,
  limit: number,
): Promise<{ id: Id; schoolId: Id }[]> {
  const { id, schoolId, status } = t.enrollments
  return q
    .select({ id, schoolId })
    .from(t.enrollments)
    .where(and(eq(t.enrollments.campaignId, campaignId), eq(status, 'active'), gt(id, after)))
    .orderBy(id)
    .limit(limit)
}

/** Which of these enrollments, some hundreds at most, have a live voucher. */
export async function withLiveVoucher({ q, t }: Reader, enrollmentIds: Id[]): Promise<Set<Id>> {
  if (enrollmentIds.length === 0) return new Set()
  const rows = await q
    .select({ id: t.vouchers.enrollmentId })
    .from(t.vouchers)
    .where(and(inArray(t.vouchers.enrollmentId, enrollmentIds), isNull(t.vouchers.endedAt)))
  return new Set(rows.map(({ id }) => id))
}

/** How many enrollments of a campaign are active. */
export async function countActive({ q, t }: Reader, campaignId: Id): Promise<number> {
  const active = and(eq(t.enrollments.campaignId, campaignId), eq(t.enrollments.status, 'active'))
  return (await q.select({ enrollments: count() }).from(t.enrollments).where(active))[0]!.enrollments
}

/** The pupil numbers that a school has in a campaign. */
export async function pupilRefsOf({ q, t }: Reader, campaignId: Id, schoolId: Id): Promise<Set<string>> {
  const ofSchool = and(eq(t.enrollments.campaignId, campaignId), eq(t.enrollments.schoolId, schoolId))
  const rows = await q.select({ pupilRef: t.enrollments.pupilRef }).from(t.enrollments).where(ofSchool)
  return new Set(rows.map((row) => row.pupilRef))
}

/** Whether the child of this voucher has had a kit against this or another of its vouchers. */
export async function hasBeenServed({ q, t }: Reader, voucherId: Id): Promise<boolean> {
  const child = q.select({ id: t.vouchers.enrollmentId }).from(t.vouchers).where(eq(t.vouchers.id, voucherId))
  const used = and(inArray(t.vouchers.enrollmentId, child), eq(t.vouchers.status, 'redeemed'))
  return (await q.select({ id: t.vouchers.id }).from(t.vouchers).where(used).limit(1)).length > 0
}

/** A voucher that is about to be issued. */
export type NewVoucher = Pick<
  Voucher,
  'id' | 'campaignId' | 'enrollmentId' | 'schoolId' | 'code' | 'issuedAt' | 'replacesId'
>

/** Adds vouchers but for those whose code is taken or whose enrollment has a live one; answers the ids of those added. */
export function insertVouchers(tx: Tx, vouchers: readonly NewVoucher[]): Promise<Set<Id>> {
  return insertFreeRows(tx, tx.t.vouchers, vouchers)
}

/** Ends an issued voucher. Undefined when it was no longer issued: somebody was faster. */
export async function markRevoked(
  { q, t: { vouchers: v } }: Tx,
  id: Id,
  { at, reason }: { at: Instant; reason: string },
): Promise<Voucher | undefined> {
  const issued = and(eq(v.id, id), eq(v.status, 'issued'))
  const revoked = { status: 'revoked', endedAt: at, revocationReason: reason } as const
  return (await q.update(v).set(revoked).where(issued).returning())[0]
}

/** Says of a revoked voucher which one stands in its place. */
export async function markReplaced({ q, t }: Tx, id: Id, replacedById: Id): Promise<void> {
  await q.update(t.vouchers).set({ replacedById }).where(eq(t.vouchers.id, id))
}

/** Ends every issued voucher of a campaign and answers how many there were. */
export async function markExpired({ q, t }: Tx, campaignId: Id, at: Instant): Promise<number> {
  const issued = and(eq(t.vouchers.campaignId, campaignId), eq(t.vouchers.status, 'issued'))
  const update = q.update(t.vouchers).set({ status: 'expired', endedAt: at }).where(issued)
  return (await update.returning({ id: t.vouchers.id })).length
}

/**
 * Makes a redeemed voucher what it would be now had it not been used: issued, or with `endedAt` expired since its
 * campaign's pickup is over.
 */
export async function markIssuedAgain({ q, t }: Tx, id: Id, endedAt: Instant | null): Promise<void> {
  await q
    .update(t.vouchers)
    .set({ status: endedAt ? 'expired' : 'issued', redeemedAt: null, endedAt })
    .where(and(eq(t.vouchers.id, id), eq(t.vouchers.status, 'redeemed')))
}

import { and, eq, sql } from 'drizzle-orm'
import { prepared } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Instant } from '../shared/time.ts'
import type { VoucherCode } from '../shared/voucher-code.ts'

const lookupColumns = ({ vouchers, enrollments, campaigns, schools }: Tables) => ({
  voucher: vouchers,
  enrollment: {
    id: enrollments.id,
    schoolId: enrollments.schoolId,
    pupilRef: enrollments.pupilRef,
    givenName: enrollments.givenName,
    familyName: enrollments.familyName,
    section: enrollments.section,
    status: enrollments.status,
  },
  campaign: {
    id: campaigns.id,
    kitId: campaigns.kitId,
    status: campaigns.status,
    pickupFrom: campaigns.pickupFrom,
    pickupUntil: campaigns.pickupUntil,
  },
  school: {
    id: schools.id,
    name: schools.name,
    address: schools.address,
    locationId: schools.locationId,
  },
  /** The versions that were read: as long as they are current, nothing here has changed but perhaps the voucher. */
  versions: { enrollment: enrollments.version, campaign: campaigns.version },
})

/** A voucher that was looked up, with all that decides what it is good for. */
export type VoucherLookup = NonNullable<Awaited<ReturnType<typeof findVoucherByCode>>>

const lookup = ({ q, t }: Reader) =>
  q
    .select(lookupColumns(t))
    .from(t.vouchers)
    .innerJoin(t.enrollments, eq(t.enrollments.id, t.vouchers.enrollmentId))
    .innerJoin(t.campaigns, eq(t.campaigns.id, t.vouchers.campaignId))
    .innerJoin(t.schools, eq(t.schools.id, t.vouchers.schoolId))

/** The voucher with this code, and the enrollment, campaign and school it belongs to. */
export async function findVoucherByCode(reader: Reader, code: VoucherCode) {
  const find = prepared(reader, 'vouchers:by-code', (r) =>
    lookup(r).where(eq(r.t.vouchers.code, sql.placeholder('code'))),
  )
  return (await find.execute({ code }))[0]
}

/** The same of the voucher with this id. */
export async function lookUpVoucher(reader: Reader, id: Id): Promise<VoucherLookup | undefined> {
  return (await lookup(reader).where(eq(reader.t.vouchers.id, id)))[0]
}

/**
 * Uses up a voucher; false when it is no longer issued, or its enrollment or its campaign no longer as it was looked up: somebody
 * was faster.
 */
export async function markRedeemed(tx: Tx, { voucher, versions }: VoucherLookup, at: Instant): Promise<boolean> {
  const update = prepared(tx, 'vouchers:redeem', ({ q, t: { vouchers, enrollments, campaigns } }) => {
    const enrollment = q
      .select({ version: enrollments.version })
      .from(enrollments)
      .where(eq(enrollments.id, vouchers.enrollmentId))
    const campaign = q
      .select({ version: campaigns.version })
      .from(campaigns)
      .where(eq(campaigns.id, vouchers.campaignId))
    return q
      .update(vouchers)
      .set({ status: 'redeemed', redeemedAt: sql`${sql.placeholder('at')}` })
      .where(
        and(
          eq(vouchers.id, sql.placeholder('id')),
          eq(vouchers.status, 'issued'),
          eq(enrollment, sql.placeholder('enrollment')),
          eq(campaign, sql.placeholder('campaign')),
        ),
      )
      .returning({ id: vouchers.id })
  })
  return (await update.execute({ id: voucher.id, at, ...versions })).length > 0
}

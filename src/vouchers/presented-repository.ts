import { eq, sql } from 'drizzle-orm'
import type { Id } from '../kernel/ids.ts'
import { prepared } from '../platform/db/index.ts'
import type { Reader, Tables } from '../schema.ts'
import type { VoucherCode } from './code.ts'

const presentedColumns = ({ vouchers, enrollments, campaigns, schools }: Tables) => ({
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
})

/** A voucher that somebody holds up, with all that decides what it is good for. */
export type PresentedVoucher = NonNullable<Awaited<ReturnType<typeof findVoucherByCode>>>

const presented = ({ q, t }: Reader) =>
  q
    .select(presentedColumns(t))
    .from(t.vouchers)
    .innerJoin(t.enrollments, eq(t.enrollments.id, t.vouchers.enrollmentId))
    .innerJoin(t.campaigns, eq(t.campaigns.id, t.vouchers.campaignId))
    .innerJoin(t.schools, eq(t.schools.id, t.vouchers.schoolId))

/** The voucher with this code, and the enrollment, campaign and school it belongs to. */
export async function findVoucherByCode(reader: Reader, code: VoucherCode) {
  const find = prepared(reader, 'vouchers:by-code', (r) =>
    presented(r)
      .where(eq(r.t.vouchers.code, sql.placeholder('code')))
      .prepare(),
  )
  return (await find.execute({ code }))[0]
}

/** The same of the voucher with this id. */
export async function findPresentedVoucher(reader: Reader, id: Id): Promise<PresentedVoucher | undefined> {
  return (await presented(reader).where(eq(reader.t.vouchers.id, id)))[0]
}

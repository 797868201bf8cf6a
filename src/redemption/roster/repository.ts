import { and, eq } from 'drizzle-orm'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'

/** A voucher of a school with what a phone there has to know of it. */
export type RosterRow = Awaited<ReturnType<typeof listRoster>>[number]

/** Every voucher that was ever issued for a school, in the order of their issue, with its campaign and its child. */
export function listRoster({ q, t: { campaigns, enrollments, vouchers } }: Reader, schoolId: Id) {
  return (
    q
      .select({
        code: vouchers.code,
        status: vouchers.status,
        redeemedAt: vouchers.redeemedAt,
        replacedById: vouchers.replacedById,
        enrollmentStatus: enrollments.status,
        child: {
          pupilRef: enrollments.pupilRef,
          givenName: enrollments.givenName,
          familyName: enrollments.familyName,
          section: enrollments.section,
        },
        campaign: {
          id: campaigns.id,
          name: campaigns.name,
          status: campaigns.status,
          pickupFrom: campaigns.pickupFrom,
          pickupUntil: campaigns.pickupUntil,
        },
      })
      // Campaigns are few, and each has an index of its schools' vouchers.
      .from(campaigns)
      .innerJoin(vouchers, and(eq(vouchers.campaignId, campaigns.id), eq(vouchers.schoolId, schoolId)))
      .innerJoin(enrollments, eq(enrollments.id, vouchers.enrollmentId))
      .orderBy(vouchers.id)
  )
}

import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { EnrollmentTables } from '../enrollment/tables.ts'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { VoucherCode } from '../shared/voucher-code.ts'
import type { VoucherStatus } from './rules.ts'

/** Each enrollment's right to one kit. */
export const voucherTables = (
  c: Columns,
  { campaigns, enrollments, schools }: CampaignTables & EnrollmentTables & PlacesTables,
) => {
  const vouchers = c.table(
    'vouchers',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      enrollmentId: c.idOf('enrollment_id', () => enrollments.id),
      schoolId: c.idOf('school_id', () => schools.id),
      code: c.text('code').$type<VoucherCode>().notNull(),
      status: c.word<VoucherStatus>('status').notNull().default('issued'),
      issuedAt: c.instant('issued_at').notNull(),
      redeemedAt: c.instant('redeemed_at'),
      /** When it was revoked or expired. */
      endedAt: c.instant('ended_at'),
      revocationReason: c.text('revocation_reason'),
      /** The one that it was issued in place of. */
      replacesId: c.id('replaces_id'),
      replacedById: c.id('replaced_by_id'),
    },
    (t) => [
      c.uniqueIndex('vouchers_code').on(t.code),
      // Told by `ended_at`, so that using a voucher leaves the index alone.
      c.uniqueIndex('vouchers_one_live').on(t.enrollmentId).where(sql`ended_at is null`),
      c.uniqueIndex('vouchers_replaces').on(t.replacesId).where(sql`replaces_id is not null`),
      c.index('vouchers_enrollment').on(t.enrollmentId),
      c.index('vouchers_campaign').on(t.campaignId, t.schoolId),
      // For lists, page by page: without it each page would sort the whole campaign.
      c.index('vouchers_in_order').on(t.campaignId, t.id),
      c.check('vouchers_status', sql`status in ('issued', 'redeemed', 'revoked', 'expired')`),
      c.check('vouchers_ended_at', sql`(status in ('revoked', 'expired')) = (ended_at is not null)`),
      c.check('vouchers_redeemed_at', sql`(status = 'redeemed') = (redeemed_at is not null)`),
    ],
  )
  return { vouchers }
}

/** The tables of vouchers, for those that refer to them. */
export type VoucherTables = ReturnType<typeof voucherTables>

import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { ScanResult } from '../shared/judge-scan.ts'
import type { VoucherTables } from '../vouchers/tables.ts'
import type { CollectedBy } from './rules.ts'

/** Hand-outs, and every attempt at one. */
export const redemptionTables = (
  c: Columns,
  { campaigns, schools, vouchers }: CampaignTables & PlacesTables & VoucherTables,
) => {
  const redemptions = c.table(
    'redemptions',
    {
      id: c.id('id').primaryKey(),
      voucherId: c.idOf('voucher_id', () => vouchers.id),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      schoolId: c.idOf('school_id', () => schools.id),
      collectedBy: c.word<CollectedBy>('collected_by').notNull(),
      actorId: c.text('actor_id').notNull(),
      /** By the scanner's clock, and never later than `recordedAt`. */
      redeemedAt: c.instant('redeemed_at').notNull(),
      recordedAt: c.instant('recorded_at').notNull(),
      undoneAt: c.instant('undone_at'),
      undoReason: c.text('undo_reason'),
    },
    (t) => [c.uniqueIndex('redemptions_one_per_voucher').on(t.voucherId).where(sql`undone_at is null`)],
  )
  /** Append-only: triggers refuse every change and deletion. */
  const scans = c.table(
    'scans',
    {
      id: c.id('id').primaryKey(),
      /** The scanner's own name for the attempt: sent twice, it is still one. */
      scanId: c.text('scan_id').notNull(),
      campaignId: c.id('campaign_id').references(() => campaigns.id),
      schoolId: c.idOf('school_id', () => schools.id),
      voucherId: c.id('voucher_id').references(() => vouchers.id),
      redemptionId: c.id('redemption_id').references(() => redemptions.id),
      discrepancyId: c.id('discrepancy_id'),
      result: c.word<ScanResult>('result').notNull(),
      /** What was read or typed, as it was. */
      raw: c.text('raw').notNull(),
      handedOut: c.bool('handed_out').notNull(),
      collectedBy: c.word<CollectedBy>('collected_by').notNull(),
      actorId: c.text('actor_id').notNull(),
      /** By the scanner's clock, which is not trusted. */
      scannedAt: c.instant('scanned_at').notNull(),
      /** By the server's. */
      recordedAt: c.instant('recorded_at').notNull(),
      /** What staff were told besides the result: when it was redeemed, which school it belongs to. No name. */
      facts: c.json<Record<string, unknown>>('facts').notNull(),
    },
    (t) => [c.uniqueIndex('scans_scan_id').on(t.scanId), c.index('scans_campaign').on(t.campaignId, t.id)],
  )
  return { redemptions, scans }
}

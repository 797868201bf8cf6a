import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { DiscrepancyCode, DiscrepancyRecord, DiscrepancyStatus, Severity } from './rules.ts'

/** What does not add up, who looks after it, and how it was settled. */
export const discrepancyTables = (c: Columns, { campaigns }: CampaignTables) => ({
  discrepancies: c.table(
    'discrepancies',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      code: c.word<DiscrepancyCode>('code').notNull(),
      severity: c.word<Severity>('severity').notNull(),
      status: c.word<DiscrepancyStatus>('status').notNull().default('open'),
      /** What it is about: the same matter found again is the same discrepancy. */
      matter: c.text('matter').notNull(),
      detail: c.text('detail').notNull(),
      expected: c.int('expected'),
      actual: c.int('actual'),
      records: c.json<DiscrepancyRecord[]>('records').notNull(),
      /** The run that found it; null when it was opened the moment it happened. */
      reconciliationId: c.id('reconciliation_id'),
      ownerId: c.id('owner_id'),
      resolution: c.text('resolution'),
      /** Resolved because it was no longer so: found again, it is open again. */
      gone: c.bool('gone').notNull().default(false),
      resolvedById: c.id('resolved_by_id'),
      openedAt: c.instant('opened_at').notNull(),
      resolvedAt: c.instant('resolved_at'),
      version: c.int('version').notNull().default(1),
    },
    (t) => [
      c.uniqueIndex('discrepancies_matter').on(t.campaignId, t.code, t.matter),
      c.check('discrepancies_status', sql`status = 'open' or resolution is not null`),
    ],
  ),
})

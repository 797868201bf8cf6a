import { sql } from 'drizzle-orm'
import type { CampaignStatus } from '../campaigns/rules.ts'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { Id } from '../shared/ids.ts'
import type { Check, ComparisonLine, ReconciliationStatus } from './rules.ts'

/** Runs of all checks over a campaign. */
export const reconciliationTables = (c: Columns, { campaigns }: CampaignTables) => ({
  reconciliations: c.table(
    'reconciliations',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      status: c.word<ReconciliationStatus>('status').notNull(),
      checks: c.json<Check[]>('checks').notNull(),
      comparison: c.json<ComparisonLine[]>('comparison').notNull(),
      /** What it found, and what was open besides. */
      discrepancyIds: c.json<Id[]>('discrepancy_ids').notNull(),
      /** The campaign's when it ran: only a run made while it was closing lets it close. */
      campaignStatus: c.word<CampaignStatus>('campaign_status').notNull(),
      /** A digest of the state of the books: another one says that they have changed since. */
      basis: c.text('basis').notNull(),
      createdById: c.text('created_by_id').notNull(),
      createdAt: c.instant('created_at').notNull(),
      signedById: c.text('signed_by_id'),
      signedAt: c.instant('signed_at'),
    },
    (t) => [
      c.index('reconciliations_campaign').on(t.campaignId),
      c.check('reconciliations_status', sql`status in ('running', 'clean', 'findings', 'signed')`),
    ],
  ),
})

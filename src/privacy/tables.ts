import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { Figures } from './rules.ts'

/** Reports of what was erased. */
export const privacyTables = (c: Columns, { campaigns }: CampaignTables) => ({
  erasures: c.table(
    'erasures',
    {
      id: c.id('id').primaryKey(),
      /** Null for what belongs to no campaign. */
      campaignId: c.id('campaign_id').references(() => campaigns.id),
      startedAt: c.instant('started_at').notNull(),
      /** Null while it is under way, or was cut off and goes on with the next run. */
      finishedAt: c.instant('finished_at'),
      /** How many values of each column were erased. */
      erased: c.json<Figures>('erased').notNull(),
    },
    (t) => [
      c.index('erasures_campaign').on(t.campaignId),
      c.uniqueIndex('erasures_one_under_way').on(t.campaignId).where(sql`finished_at is null`),
    ],
  ),
})

import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { AllocationStatus, Grounds, Policy } from './rules.ts'

/** Runs that divide stock among schools, line by line. */
export const allocationTables = (c: Columns, { campaigns, schools }: CampaignTables & PlacesTables) => {
  const allocations = c.table(
    'allocations',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      status: c.word<AllocationStatus>('status').notNull().default('proposed'),
      /** Made from a stock that somebody imagined: not to be confirmed. */
      whatIf: c.bool('what_if').notNull(),
      policy: c.json<Policy>('policy').notNull(),
      stockQuantity: c.int('stock_quantity').notNull(),
      needQuantity: c.int('need_quantity').notNull(),
      shortfall: c.int('shortfall').notNull(),
      seed: c.text('seed').notNull(),
      /** A digest of the figures that it was made from: another one says that they have changed since. */
      basis: c.text('basis').notNull(),
      createdById: c.text('created_by_id').notNull(),
      createdAt: c.instant('created_at').notNull(),
      confirmedById: c.text('confirmed_by_id'),
      confirmedAt: c.instant('confirmed_at'),
    },
    (t) => [
      c.uniqueIndex('allocations_one_confirmed').on(t.campaignId).where(sql`status = 'confirmed'`),
      c.index('allocations_campaign').on(t.campaignId),
      c.check('allocations_status', sql`status in ('proposed', 'confirmed', 'superseded')`),
    ],
  )
  const allocationLines = c.table(
    'allocation_lines',
    {
      allocationId: c.idOf('allocation_id', () => allocations.id),
      schoolId: c.idOf('school_id', () => schools.id),
      need: c.int('need').notNull(),
      shipped: c.int('shipped').notNull(),
      quantity: c.int('quantity').notNull(),
      grounds: c.json<Grounds>('grounds').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.allocationId, t.schoolId] })],
  )
  return { allocations, allocationLines }
}

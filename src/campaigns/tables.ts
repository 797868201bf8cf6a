import { sql } from 'drizzle-orm'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { CampaignStatus } from './rules.ts'

/** Kits with their contents, and the campaigns that give them out. */
export const campaignTables = (c: Columns, { communities }: PlacesTables) => {
  const kits = c.table('kits', {
    id: c.id('id').primaryKey(),
    name: c.text('name').notNull(),
    /** The sum of its items, each times its quantity. */
    unitCostCents: c.cents('unit_cost_cents').notNull(),
  })
  const kitItems = c.table(
    'kit_items',
    {
      kitId: c.idOf('kit_id', () => kits.id),
      position: c.int('position').notNull(),
      name: c.text('name').notNull(),
      quantity: c.int('quantity').notNull(),
      unitCostCents: c.cents('unit_cost_cents').notNull(),
    },
    (t) => [
      c.primaryKey({ columns: [t.kitId, t.position] }),
      c.check('kit_items_quantity', sql`quantity > 0 and unit_cost_cents >= 0`),
    ],
  )
  const campaigns = c.table(
    'campaigns',
    {
      id: c.id('id').primaryKey(),
      name: c.text('name').notNull(),
      year: c.int('year').notNull(),
      kitId: c.idOf('kit_id', () => kits.id),
      targetQuantity: c.int('target_quantity').notNull(),
      budgetCents: c.cents('budget_cents').notNull(),
      /** Kits kept back at the warehouse. */
      reserveQuantity: c.int('reserve_quantity').notNull().default(0),
      pickupFrom: c.date('pickup_from').notNull(),
      pickupUntil: c.date('pickup_until').notNull(),
      /** Whether the one who confirms, posts or signs must be another than the one who made it. */
      fourEyes: c.bool('four_eyes').notNull().default(false),
      /** How many days after its closing its personal data is erased: 0 to 3650, which triggers hold. */
      retentionDays: c.int('retention_days').notNull().default(180),
      status: c.word<CampaignStatus>('status').notNull().default('draft'),
      openedAt: c.instant('opened_at'),
      closingAt: c.instant('closing_at'),
      closedAt: c.instant('closed_at'),
      version: c.int('version').notNull().default(1),
      createdAt: c.instant('created_at').notNull(),
    },
    () => [
      c.check(
        'campaigns_figures',
        sql`target_quantity >= 0 and budget_cents >= 0 and reserve_quantity >= 0 and pickup_from <= pickup_until`,
      ),
      c.check('campaigns_status', sql`status in ('draft', 'open', 'closing', 'closed')`),
    ],
  )
  const campaignCommunities = c.table(
    'campaign_communities',
    {
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      communityId: c.idOf('community_id', () => communities.id),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.communityId] })],
  )
  return { kits, kitItems, campaigns, campaignCommunities }
}

/** The tables of campaigns, for those that refer to them. */
export type CampaignTables = ReturnType<typeof campaignTables>

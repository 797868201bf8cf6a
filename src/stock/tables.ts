import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { LocationKind } from '../places/rules.ts'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { AdjustmentReason, CountStatus, MovementCause, MovementKind, ShipmentStatus } from './rules.ts'

/** The double-entry ledger of kits, and the papers that move them. */
export const stockTables = (c: Columns, { campaigns, kits, locations, schools }: CampaignTables & PlacesTables) => {
  /** What is where now: kept with every movement, equal to their sum. */
  const balances = c.table(
    'balances',
    {
      locationId: c.idOf('location_id', () => locations.id),
      kitId: c.idOf('kit_id', () => kits.id),
      /** The location's kind again: what may go below zero depends on it. */
      kind: c.word<LocationKind>('kind').notNull(),
      onHand: c.int('on_hand').notNull().default(0),
      reserved: c.int('reserved').notNull().default(0),
    },
    (t) => [
      c.primaryKey({ columns: [t.locationId, t.kitId] }),
      c.check('balances_not_negative', sql`kind not in ('warehouse', 'transit') or on_hand >= 0`),
      c.check('balances_promised_once', sql`reserved >= 0 and (kind <> 'warehouse' or reserved <= on_hand)`),
    ],
  )
  /** Append-only: triggers refuse every change and deletion. */
  const movements = c.table(
    'movements',
    {
      id: c.id('id').primaryKey(),
      kitId: c.idOf('kit_id', () => kits.id),
      fromLocationId: c.idOf('from_location_id', () => locations.id),
      toLocationId: c.idOf('to_location_id', () => locations.id),
      quantity: c.int('quantity').notNull(),
      kind: c.word<MovementKind>('kind').notNull(),
      causeType: c.word<MovementCause>('cause_type').notNull(),
      causeId: c.id('cause_id').notNull(),
      campaignId: c.id('campaign_id').references(() => campaigns.id),
      actorId: c.text('actor_id').notNull(),
      reason: c.text('reason'),
      reversesId: c.id('reverses_id'),
      occurredAt: c.instant('occurred_at').notNull(),
      recordedAt: c.instant('recorded_at').notNull(),
    },
    (t) => [
      c.index('movements_from').on(t.fromLocationId, t.kitId, t.occurredAt),
      c.index('movements_to').on(t.toLocationId, t.kitId, t.occurredAt),
      c.index('movements_cause').on(t.causeId),
      c.uniqueIndex('movements_reverses').on(t.reversesId).where(sql`reverses_id is not null`),
      c.check('movements_quantity', sql`quantity > 0 and from_location_id <> to_location_id`),
    ],
  )
  const receipts = c.table(
    'receipts',
    {
      id: c.id('id').primaryKey(),
      warehouseId: c.idOf('warehouse_id', () => locations.id),
      kitId: c.idOf('kit_id', () => kits.id),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      quantity: c.int('quantity').notNull(),
      damagedQuantity: c.int('damaged_quantity').notNull(),
      unitCostCents: c.cents('unit_cost_cents').notNull(),
      supplier: c.text('supplier').notNull(),
      documentNumber: c.text('document_number').notNull(),
      occurredAt: c.instant('occurred_at').notNull(),
      recordedAt: c.instant('recorded_at').notNull(),
      /** When it was found to be a mistake: its movement has been reversed, and it costs nothing. */
      reversedAt: c.instant('reversed_at'),
    },
    (t) => [
      c.index('receipts_campaign').on(t.campaignId),
      c.check(
        'receipts_quantity',
        sql`quantity > 0 and damaged_quantity between 0 and quantity and unit_cost_cents >= 0`,
      ),
    ],
  )
  const shipments = c.table(
    'shipments',
    {
      id: c.id('id').primaryKey(),
      /** The delivery note's, counted from 1. */
      number: c.int('number').notNull(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      warehouseId: c.idOf('warehouse_id', () => locations.id),
      schoolId: c.idOf('school_id', () => schools.id),
      kitId: c.idOf('kit_id', () => kits.id),
      quantity: c.int('quantity').notNull(),
      /** How much of it came out of the school's own reservation. */
      reservedQuantity: c.int('reserved_quantity').notNull().default(0),
      status: c.word<ShipmentStatus>('status').notNull().default('planned'),
      acceptedQuantity: c.int('accepted_quantity'),
      rejectedQuantity: c.int('rejected_quantity'),
      missingQuantity: c.int('missing_quantity'),
      /** How much of what was rejected is back at the warehouse. */
      returnedQuantity: c.int('returned_quantity').notNull().default(0),
      note: c.text('note'),
      plannedAt: c.instant('planned_at').notNull(),
      dispatchedAt: c.instant('dispatched_at'),
      deliveredAt: c.instant('delivered_at'),
      cancelledAt: c.instant('cancelled_at'),
      version: c.int('version').notNull().default(1),
    },
    (t) => [
      c.uniqueIndex('shipments_number').on(t.number),
      c.index('shipments_campaign').on(t.campaignId, t.schoolId),
      c.check('shipments_quantity', sql`quantity > 0 and reserved_quantity between 0 and quantity`),
      c.check('shipments_status', sql`status in ('planned', 'dispatched', 'delivered', 'returned', 'cancelled')`),
      c.check(
        'shipments_delivery',
        sql`accepted_quantity is null or (accepted_quantity >= 0 and rejected_quantity >= 0 and missing_quantity >= 0
          and accepted_quantity + rejected_quantity + missing_quantity = quantity
          and returned_quantity between 0 and rejected_quantity)`,
      ),
    ],
  )
  /** What was promised to schools at a location, or freed again: `reserved` is their sum, as `onHand` is that of the movements. */
  const promises = c.table(
    'promises',
    {
      id: c.id('id').primaryKey(),
      locationId: c.idOf('location_id', () => locations.id),
      kitId: c.idOf('kit_id', () => kits.id),
      /** Signed: below zero frees. */
      quantity: c.int('quantity').notNull(),
      at: c.instant('at').notNull(),
    },
    (t) => [c.index('promises_location').on(t.locationId, t.kitId, t.at)],
  )
  /** What a confirmed allocation has promised to a school and no shipment carries yet. */
  const reservations = c.table(
    'reservations',
    {
      warehouseId: c.idOf('warehouse_id', () => locations.id),
      kitId: c.idOf('kit_id', () => kits.id),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      schoolId: c.idOf('school_id', () => schools.id),
      quantity: c.int('quantity').notNull(),
    },
    (t) => [
      c.primaryKey({ columns: [t.campaignId, t.schoolId, t.kitId, t.warehouseId] }),
      c.check('reservations_quantity', sql`quantity >= 0`),
    ],
  )
  const counts = c.table(
    'counts',
    {
      id: c.id('id').primaryKey(),
      locationId: c.idOf('location_id', () => locations.id),
      /** The cut-off: the variance is taken against the book at this instant. */
      countedAt: c.instant('counted_at').notNull(),
      status: c.word<CountStatus>('status').notNull().default('open'),
      createdById: c.text('created_by_id').notNull(),
      createdAt: c.instant('created_at').notNull(),
      postedById: c.text('posted_by_id'),
      postedAt: c.instant('posted_at'),
    },
    (t) => [
      c.index('counts_location').on(t.locationId, t.countedAt),
      c.check('counts_status', sql`status in ('open', 'posted', 'discarded')`),
    ],
  )
  const countLines = c.table(
    'count_lines',
    {
      countId: c.idOf('count_id', () => counts.id),
      kitId: c.idOf('kit_id', () => kits.id),
      counted: c.int('counted').notNull(),
      /** The book figure at the cut-off; known once posted. */
      expected: c.int('expected'),
    },
    (t) => [c.primaryKey({ columns: [t.countId, t.kitId] }), c.check('count_lines_counted', sql`counted >= 0`)],
  )
  const adjustments = c.table(
    'adjustments',
    {
      id: c.id('id').primaryKey(),
      locationId: c.idOf('location_id', () => locations.id),
      kitId: c.idOf('kit_id', () => kits.id),
      /** The shipment whose missing kits it explains: in transit alone. */
      shipmentId: c.id('shipment_id').references(() => shipments.id),
      /** Signed: above zero adds. */
      quantity: c.int('quantity').notNull(),
      reason: c.word<AdjustmentReason>('reason').notNull(),
      note: c.text('note'),
      occurredAt: c.instant('occurred_at').notNull(),
      recordedAt: c.instant('recorded_at').notNull(),
      /** When it was found to be a mistake: its movement has been reversed. */
      reversedAt: c.instant('reversed_at'),
    },
    (t) => [
      c.index('adjustments_shipment').on(t.shipmentId).where(sql`shipment_id is not null`),
      c.check('adjustments_quantity', sql`quantity <> 0`),
    ],
  )
  const returns = c.table('returns', {
    id: c.id('id').primaryKey(),
    schoolId: c.idOf('school_id', () => schools.id),
    warehouseId: c.idOf('warehouse_id', () => locations.id),
    kitId: c.idOf('kit_id', () => kits.id),
    quantity: c.int('quantity').notNull(),
    reason: c.text('reason').notNull(),
    occurredAt: c.instant('occurred_at').notNull(),
    recordedAt: c.instant('recorded_at').notNull(),
  })
  return { balances, movements, receipts, shipments, promises, reservations, counts, countLines, adjustments, returns }
}

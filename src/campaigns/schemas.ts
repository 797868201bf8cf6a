import { Type } from 'typebox'
import {
  CentsSchema,
  DateSchema,
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  PositiveQuantitySchema,
  QuantitySchema,
  TextSchema,
} from '../platform/http/index.ts'
import { campaignStatuses } from './rules.ts'

const KitItemSchema = Type.Object({ name: TextSchema, quantity: PositiveQuantitySchema, unitCostCents: CentsSchema })
const ItemsSchema = Type.Array(KitItemSchema, { minItems: 1, maxItems: 200 })

export const KitSchema = named('Kit', {
  id: IdSchema,
  name: TextSchema,
  items: ItemsSchema,
  unitCostCents: CentsSchema,
})
export const NewKitSchema = Type.Object({ name: TextSchema, items: ItemsSchema })

const campaign = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', examples: ['Σχολικά σετ 2023'] }),
  year: Type.Integer({ minimum: 2000, maximum: 2200, examples: [2023] }),
  kitId: IdSchema,
  communityIds: Type.Array(IdSchema, { minItems: 1, maxItems: 1000 }),
  targetQuantity: QuantitySchema,
  budgetCents: CentsSchema,
  pickupFrom: DateSchema,
  pickupUntil: DateSchema,
}
const optional = {
  reserveQuantity: QuantitySchema,
  fourEyes: Type.Boolean({ examples: [false] }),
  retentionDays: Type.Integer({ minimum: 0, maximum: 3650, examples: [180] }),
}

export const CampaignSchema = named('Campaign', {
  id: IdSchema,
  ...campaign,
  ...optional,
  status: oneOf(campaignStatuses),
  openedAt: nullable(InstantSchema),
  closingAt: nullable(InstantSchema),
  closedAt: nullable(InstantSchema),
  version: Type.Integer({ examples: [1] }),
})
export const NewCampaignSchema = Type.Object({ ...campaign, ...Type.Partial(Type.Object(optional)).properties })
export const CampaignChangeSchema = Type.Partial(Type.Object({ ...campaign, ...optional }))

/** The body of a command that may have happened in the past, or none at all. */
export const OccurredSchema = nullable(Type.Object({ occurredAt: Type.Optional(InstantSchema) }))

import { Type } from 'typebox'
import {
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  PageQuerySchema,
  PositiveQuantitySchema,
  QuantitySchema,
  ref,
} from '../../platform/http/index.ts'
import { shipmentStatuses } from '../rules.ts'

const NoteSchema = Type.String({ maxLength: 1000, examples: ['Two boxes were wet'] })
const StatusSchema = { ...oneOf(shipmentStatuses), examples: ['delivered'] }
const OptionalQuantitySchema = Type.Integer({ ...QuantitySchema, default: 0, examples: [0] })
const happened = { occurredAt: Type.Optional(InstantSchema) }
const ends = { campaignId: IdSchema, warehouseId: IdSchema, schoolId: IdSchema }

/** A shipment, as it is answered; `number` is that of its delivery note. */
export const ShipmentSchema = named('Shipment', {
  id: IdSchema,
  number: Type.Integer({ examples: [17] }),
  ...ends,
  kitId: IdSchema,
  quantity: PositiveQuantitySchema,
  status: StatusSchema,
  reservedQuantity: QuantitySchema,
  acceptedQuantity: nullable(QuantitySchema),
  rejectedQuantity: nullable(QuantitySchema),
  missingQuantity: nullable(QuantitySchema),
  returnedQuantity: QuantitySchema,
  note: nullable(NoteSchema),
  plannedAt: InstantSchema,
  dispatchedAt: nullable(InstantSchema),
  deliveredAt: nullable(InstantSchema),
  cancelledAt: nullable(InstantSchema),
  version: Type.Integer({ examples: [1] }),
})
/** A shipment to plan. */
export const NewShipmentSchema = Type.Object({
  ...ends,
  kitId: Type.Optional(IdSchema),
  quantity: PositiveQuantitySchema,
  note: Type.Optional(NoteSchema),
})
/** Which shipments. */
export const ShipmentQuery = Type.Object({
  ...PageQuerySchema.properties,
  campaignId: Type.Optional(IdSchema),
  schoolId: Type.Optional(IdSchema),
  warehouseId: Type.Optional(IdSchema),
  status: Type.Optional(StatusSchema),
})
/** From which warehouse to ship; from all if there is none. */
export const NewPlanSchema = nullable(Type.Object({ warehouseId: Type.Optional(IdSchema) }))
/** The shipments that were planned. */
export const ShipmentPlanSchema = named('ShipmentPlan', { items: Type.Array(ref(ShipmentSchema)) })
/** What became of a shipment at the door of the school. */
export const DeliverySchema = Type.Object({
  acceptedQuantity: QuantitySchema,
  rejectedQuantity: OptionalQuantitySchema,
  missingQuantity: OptionalQuantitySchema,
  note: Type.Optional(NoteSchema),
  ...happened,
})
/** What comes back of a shipment. */
export const ComingBackSchema = Type.Object({
  quantity: PositiveQuantitySchema,
  damagedQuantity: OptionalQuantitySchema,
  ...happened,
})

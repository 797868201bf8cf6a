import { Type } from 'typebox'
import {
  CentsSchema,
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  PageQuerySchema,
  PositiveQuantitySchema,
  QuantitySchema,
} from '../../platform/http/index.ts'
import { adjustmentReasons, movementCauses, movementKinds } from '../rules.ts'

const signed = { minimum: -1_000_000_000, maximum: 1_000_000_000 }
const SignedQuantitySchema = Type.Integer({ ...signed, examples: [-2] })
const OnHandSchema = Type.Integer({ examples: [600] })
const ReasonSchema = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', examples: ['Typed twice'] })
const KindSchema = { ...oneOf(movementKinds), examples: ['receipt'] }
const happened = { occurredAt: Type.Optional(InstantSchema) }

const receipt = {
  warehouseId: IdSchema,
  kitId: IdSchema,
  campaignId: IdSchema,
  quantity: PositiveQuantitySchema,
  damagedQuantity: QuantitySchema,
  unitCostCents: CentsSchema,
  supplier: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', examples: ['Χαρτικά Πειραιά ΑΕ'] }),
  documentNumber: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', examples: ['ΔΑ-2023-114'] }),
}
const WarningSchema = Type.Object({
  code: { ...oneOf(['over_budget']), examples: ['over_budget'] },
  detail: Type.String({ examples: ['The campaign’s receipts cost €180,120.00, its budget is €180,000.00.'] }),
})

/** A receipt, as it is answered, with what somebody should know about it. */
export const ReceiptSchema = named('Receipt', {
  id: IdSchema,
  ...receipt,
  occurredAt: InstantSchema,
  recordedAt: InstantSchema,
  reversedAt: nullable(InstantSchema),
  warnings: Type.Array(WarningSchema),
})
/** Goods that came from a supplier. */
export const NewReceiptSchema = Type.Object({
  ...receipt,
  damagedQuantity: Type.Integer({ ...QuantitySchema, default: 0 }),
  ...happened,
})

/** Stock of a kit at a location, as it is answered. */
export const BalanceSchema = named('Balance', {
  locationId: IdSchema,
  locationKind: Type.String({ examples: ['warehouse'] }),
  kitId: IdSchema,
  onHand: OnHandSchema,
  reserved: QuantitySchema,
  available: OnHandSchema,
})
/** Which balances, and as of when. */
export const BalanceQuery = Type.Object({
  ...PageQuerySchema.properties,
  locationId: Type.Optional(IdSchema),
  kitId: Type.Optional(IdSchema),
  at: Type.Optional(InstantSchema),
})

/** A line of the ledger, as it is answered. */
export const MovementSchema = named('Movement', {
  id: IdSchema,
  kitId: IdSchema,
  fromLocationId: IdSchema,
  toLocationId: IdSchema,
  quantity: PositiveQuantitySchema,
  kind: KindSchema,
  causeType: { ...oneOf(movementCauses), examples: ['receipt'] },
  causeId: IdSchema,
  campaignId: nullable(IdSchema),
  actorId: Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] }),
  reason: nullable(ReasonSchema),
  reversesId: nullable(IdSchema),
  occurredAt: InstantSchema,
  recordedAt: InstantSchema,
})
/** Which movements; `from` and `to` are instants at which they happened. */
export const MovementQuery = Type.Object({
  ...PageQuerySchema.properties,
  locationId: Type.Optional(IdSchema),
  kitId: Type.Optional(IdSchema),
  kind: Type.Optional(KindSchema),
  causeId: Type.Optional(IdSchema),
  from: Type.Optional(InstantSchema),
  to: Type.Optional(InstantSchema),
})
/** Why a movement is undone. */
export const ReversalSchema = Type.Object({ reason: ReasonSchema })

const adjustment = {
  locationId: IdSchema,
  kitId: IdSchema,
  quantity: SignedQuantitySchema,
  reason: { ...oneOf(adjustmentReasons), examples: ['damaged'] },
}
const NoteSchema = Type.String({ maxLength: 1000, examples: ['Wet boxes at the back wall'] })

/** An adjustment, as it is answered. */
export const AdjustmentSchema = named('Adjustment', {
  id: IdSchema,
  ...adjustment,
  shipmentId: nullable(IdSchema),
  note: nullable(NoteSchema),
  occurredAt: InstantSchema,
  recordedAt: InstantSchema,
  reversedAt: nullable(InstantSchema),
})
/** Stock to put right. */
export const NewAdjustmentSchema = Type.Object({
  ...adjustment,
  quantity: Type.Integer({ ...signed, not: { const: 0 }, examples: [-2] }),
  shipmentId: Type.Optional(IdSchema),
  note: Type.Optional(NoteSchema),
  ...happened,
})

const returned = {
  schoolId: IdSchema,
  warehouseId: IdSchema,
  kitId: IdSchema,
  quantity: PositiveQuantitySchema,
  reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', examples: ['Left after the pickup'] }),
}

/** A return, as it is answered. */
export const ReturnSchema = named('Return', {
  id: IdSchema,
  ...returned,
  occurredAt: InstantSchema,
  recordedAt: InstantSchema,
})
/** Kits that a school sends back. */
export const NewReturnSchema = Type.Object({ ...returned, ...happened })

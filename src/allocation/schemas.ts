import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, QuantitySchema } from '../platform/http/index.ts'
import { allocationStatuses } from './rules.ts'

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057'

const PolicySchema = Type.Object({
  minimumPerSchool: Type.Optional(QuantitySchema),
  prioritySchoolIds: Type.Optional(Type.Array(IdSchema, { maxItems: 10_000, examples: [[exampleId]] })),
  bufferPercent: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, examples: [3] })),
})

/** What a school gets in a run, and why. */
export const AllocationLineSchema = named('AllocationLine', {
  schoolId: IdSchema,
  schoolName: Type.String({ examples: ['1ο Δημοτικό Σχολείο Πειραιά'] }),
  need: QuantitySchema,
  shipped: QuantitySchema,
  quantity: QuantitySchema,
  reason: Type.String({ examples: ['Gets its whole need of 25: 25 as its share by need.'] }),
})

const run = {
  id: IdSchema,
  campaignId: IdSchema,
  status: { ...oneOf(allocationStatuses), examples: ['proposed'] },
  whatIf: Type.Boolean({ examples: [false] }),
  policy: PolicySchema,
  stockQuantity: QuantitySchema,
  needQuantity: QuantitySchema,
  shortfall: QuantitySchema,
  seed: Type.String({ examples: [exampleId] }),
  createdById: Type.String({ examples: [exampleId] }),
  createdAt: InstantSchema,
  confirmedById: nullable(Type.String({ examples: [exampleId] })),
  confirmedAt: nullable(InstantSchema),
}

/** A run without its lines, as lists have it. */
export const AllocationRunSchema = named('AllocationRun', run)

/** A run with its lines. */
export const AllocationSchema = named('Allocation', { ...run, lines: Type.Array(Type.Ref('AllocationLine')) })

/** What to divide, and by which policy; `stockQuantity` makes it a what-if. */
export const NewAllocationSchema = nullable(
  Type.Object({
    policy: Type.Optional(PolicySchema),
    stockQuantity: Type.Optional(QuantitySchema),
  }),
)

import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, PageQuerySchema } from '../platform/http/index.ts'
import { discrepancyCodes, discrepancyStatuses, severities } from './rules.ts'

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057'
const CodeSchema = { ...oneOf(discrepancyCodes), examples: ['missing_in_transit'] }
const StatusSchema = { ...oneOf(discrepancyStatuses), examples: ['open'] }
const FigureSchema = nullable(Type.Integer({ examples: [25] }))
const ResolutionSchema = Type.String({
  minLength: 1,
  maxLength: 2000,
  pattern: '\\S',
  examples: ['Found in the storeroom'],
})
const RecordSchema = Type.Object({
  type: Type.String({ examples: ['shipment'] }),
  id: Type.String({ examples: [exampleId] }),
})

/** A discrepancy, as it is answered. */
export const DiscrepancySchema = named('Discrepancy', {
  id: IdSchema,
  campaignId: IdSchema,
  code: CodeSchema,
  severity: { ...oneOf(severities), examples: ['warning'] },
  status: StatusSchema,
  detail: Type.String({ examples: ['Of 25 kits dispatched 2 have not arrived.'] }),
  expected: FigureSchema,
  actual: FigureSchema,
  records: Type.Array(RecordSchema),
  reconciliationId: nullable(IdSchema),
  ownerId: nullable(IdSchema),
  resolution: nullable(Type.String({ examples: ['Found in the storeroom'] })),
  resolvedById: nullable(Type.String({ examples: [exampleId] })),
  openedAt: InstantSchema,
  resolvedAt: nullable(InstantSchema),
  version: Type.Integer({ examples: [1] }),
})

/** Which discrepancies to list. */
export const DiscrepancyQuery = Type.Object({
  ...PageQuerySchema.properties,
  status: Type.Optional(StatusSchema),
  code: Type.Optional(CodeSchema),
})

/** What a person says about a discrepancy. */
export const DiscrepancyAnswerSchema = Type.Object({
  ownerId: Type.Optional(nullable(IdSchema)),
  resolution: Type.Optional(ResolutionSchema),
})

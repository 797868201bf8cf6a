import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, PageQuerySchema, ref } from '../platform/http/index.ts'
import { idPattern } from '../shared/ids.ts'
import { scanResults } from '../shared/judge-scan.ts'
import { ReasonSchema, VoucherSchema } from '../vouchers/index.ts'
import { collectors } from './rules.ts'

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057'
const ScanIdSchema = Type.String({ minLength: 1, maxLength: 200, examples: ['4f6d0c1e-scan-17'] })
const CollectorSchema = { ...oneOf(collectors), examples: ['guardian'] }
const ResultSchema = { ...oneOf(scanResults), examples: ['accepted'] }
/** A QR code holds 4,296 characters at most (ISO/IEC 18004): whatever one scans is answered. */
const TextSchema = Type.String({ maxLength: 5000, examples: ['HTTPS://SAKA.EXAMPLE.ORG/V/7K3D9M2QXH4T'] })

export const NewRedemptionSchema = Type.Object(
  {
    scanId: ScanIdSchema,
    schoolId: IdSchema,
    payload: Type.Optional(TextSchema),
    code: Type.Optional(Type.String({ maxLength: 5000, examples: ['7K3D-9M2Q-XH4T'] })),
    scannedAt: Type.Optional(InstantSchema),
    collectedBy: Type.Optional(CollectorSchema),
    handedOut: Type.Optional(Type.Boolean({ examples: [false] })),
  },
  { anyOf: [{ required: ['payload'] }, { required: ['code'] }] },
)
export const RedemptionSchema = named('Redemption', {
  id: IdSchema,
  voucherId: IdSchema,
  campaignId: IdSchema,
  schoolId: IdSchema,
  collectedBy: CollectorSchema,
  redeemedAt: InstantSchema,
  recordedAt: InstantSchema,
  undoneAt: nullable(InstantSchema),
  undoReason: nullable(ReasonSchema),
})
const ServedSchema = Type.Object({
  id: IdSchema,
  schoolId: IdSchema,
  pupilRef: Type.String({ examples: ['001'] }),
  givenName: nullable(Type.String({ examples: ['Ελένη'] })),
  familyName: nullable(Type.String({ examples: ['Φωτοπούλου'] })),
  section: nullable(Type.String({ examples: ['Α1'] })),
})
export const AcceptedSchema = named('AcceptedScan', {
  scanId: ScanIdSchema,
  result: Type.Literal('accepted', { examples: ['accepted'] }),
  redemption: ref(RedemptionSchema),
  voucher: ref(VoucherSchema),
  enrollment: ServedSchema,
})

/** How many scans a batch holds at most. */
export const scansAtOnce = 1000

export const BatchSchema = Type.Object({ scans: Type.Array(NewRedemptionSchema, { maxItems: scansAtOnce }) })
const BatchResultSchema = named('BatchResult', {
  scanId: ScanIdSchema,
  status: Type.Integer({ examples: [201] }),
  result: Type.String({ examples: ['accepted'] }),
  redemptionId: Type.Optional(IdSchema),
  discrepancyId: Type.Optional(IdSchema),
  detail: Type.String({ examples: ['One kit was handed out.'] }),
})
export const BatchResultsSchema = named('BatchResults', { results: Type.Array(ref(BatchResultSchema)) })

export const UndoSchema = Type.Object({ reason: ReasonSchema })

export const ScanSchema = named('Scan', {
  id: IdSchema,
  scanId: ScanIdSchema,
  campaignId: nullable(IdSchema),
  schoolId: IdSchema,
  result: ResultSchema,
  raw: nullable(TextSchema),
  voucherId: nullable(IdSchema),
  redemptionId: nullable(IdSchema),
  discrepancyId: nullable(Type.String({ pattern: idPattern, examples: [exampleId] })),
  handedOut: Type.Boolean({ examples: [true] }),
  collectedBy: CollectorSchema,
  actorId: Type.String({ examples: [exampleId] }),
  scannedAt: InstantSchema,
  recordedAt: InstantSchema,
})
export const ScanQuery = Type.Object({
  ...PageQuerySchema.properties,
  schoolId: Type.Optional(IdSchema),
  result: Type.Optional(ResultSchema),
  from: Type.Optional(InstantSchema),
  to: Type.Optional(InstantSchema),
})

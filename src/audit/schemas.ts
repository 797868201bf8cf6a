import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, PageQuerySchema, ref } from '../platform/http/index.ts'
import { faultKinds } from './rules.ts'

const HashSchema = Type.String({
  pattern: '^[0-9a-f]{64}$',
  examples: ['6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
})
const CountSchema = Type.Integer({ minimum: 0, examples: [1500] })
const PositionSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [42] })

export const EventSchema = named('AuditEvent', {
  id: IdSchema,
  at: InstantSchema,
  actorKind: Type.String({ examples: ['user'] }),
  actorId: Type.String(),
  action: Type.String({ examples: ['voucher.revoked'] }),
  subjectId: Type.String(),
  change: Type.Record(Type.String(), Type.Unknown(), { examples: [{ reason: 'lost' }] }),
  requestId: nullable(Type.String()),
  salts: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      examples: [{ reason: 'Yx0m0vWBHkyvPzB6eYxj6b1kXhJ0cX5m1m2w3n4o5p8' }],
    }),
  ),
})
export const EventQuery = Type.Object({
  ...PageQuerySchema.properties,
  subjectId: Type.Optional(Type.String()),
  actorId: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  from: Type.Optional(InstantSchema),
  to: Type.Optional(InstantSchema),
})

export const CheckpointSchema = named('Checkpoint', {
  size: PositionSchema,
  at: InstantSchema,
  root: HashSchema,
  head: HashSchema,
  previous: HashSchema,
  publicKey: HashSchema,
  signature: Type.String({ pattern: '^[0-9a-f]{128}$', examples: ['0f'.repeat(64)] }),
})

const FaultSchema = named('TrailFault', {
  kind: oneOf(faultKinds),
  position: PositionSchema,
  until: PositionSchema,
  eventId: nullable(Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] })),
  detail: Type.String({ examples: ['Entry 42 is missing.'] }),
})
export const VerificationSchema = named('TrailVerification', {
  intact: Type.Boolean({ examples: [false] }),
  events: CountSchema,
  checkpoints: CountSchema,
  covered: CountSchema,
  keptConfirmed: CountSchema,
  clockSetBack: CountSchema,
  keys: Type.Array(HashSchema),
  firstBroken: nullable(ref(FaultSchema)),
  faults: Type.Array(ref(FaultSchema)),
  faultCount: CountSchema,
})

export const InclusionProofSchema = named('InclusionProof', {
  eventId: IdSchema,
  position: PositionSchema,
  leaf: HashSchema,
  path: Type.Array(HashSchema),
  checkpoint: ref(CheckpointSchema),
})
export const ConsistencyProofSchema = named('ConsistencyProof', {
  from: ref(CheckpointSchema),
  to: ref(CheckpointSchema),
  path: Type.Array(HashSchema),
})
export const SizeParams = Type.Object({ size: PositionSchema })
export const ConsistencyQuery = Type.Object({ from: Type.Optional(PositionSchema) })

import { Type } from 'typebox'
import { EventSchema } from '../audit/index.ts'
import { EnrollmentSchema } from '../enrollment/index.ts'
import { SentMessageSchema } from '../notifications/index.ts'
import { IdSchema, InstantSchema, named, nullable, ref, TextSchema } from '../platform/http/index.ts'
import { RedemptionSchema, ScanSchema } from '../redemption/index.ts'
import { VoucherSchema } from '../vouchers/index.ts'

const FiguresSchema = Type.Record(Type.String(), Type.Integer(), { examples: [{ 'guardians.phone': 1480 }] })
const guardian = {
  phone: Type.Optional(Type.String({ minLength: 1, maxLength: 40, examples: ['+306902128000'] })),
  email: Type.Optional(Type.String({ minLength: 1, maxLength: 254, examples: ['guardian@families.example.org'] })),
  enrollmentId: Type.Optional(IdSchema),
  reason: { ...TextSchema, examples: ['Request 12 of the data protection officer'] },
}
const anyOf = ['phone', 'email', 'enrollmentId'].map((field) => ({ required: [field] }))

export const AccessRequestSchema = Type.Object(guardian, { anyOf })
export const ErasureRequestSchema = Type.Object(
  { ...guardian, includeChildren: Type.Optional(Type.Boolean({ examples: [false] })) },
  { anyOf },
)

const HeldSchema = Type.Object({
  enrollment: ref(EnrollmentSchema),
  campaign: Type.Object({
    id: IdSchema,
    name: Type.String({ examples: ['Σχολικά σετ 2023'] }),
    year: Type.Integer({ examples: [2023] }),
  }),
  school: Type.Object({ id: IdSchema, name: Type.String({ examples: ['1ο Δημοτικό Σχολείο Πειραιά'] }) }),
  vouchers: Type.Array(ref(VoucherSchema)),
  redemptions: Type.Array(ref(RedemptionSchema)),
  scans: Type.Array(ref(ScanSchema)),
  messages: Type.Array(ref(SentMessageSchema)),
  events: Type.Array(ref(EventSchema)),
})
export const AccessSchema = named('AccessAnswer', { givenAt: InstantSchema, children: Type.Array(HeldSchema) })
export const ErasedSchema = named('ErasureAnswer', { children: Type.Integer({ examples: [1] }), erased: FiguresSchema })
export const ErasureSchema = named('Erasure', {
  id: IdSchema,
  campaignId: nullable(IdSchema),
  startedAt: InstantSchema,
  finishedAt: nullable(InstantSchema),
  erased: FiguresSchema,
})

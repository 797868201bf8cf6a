import { Type } from 'typebox'
import { EnrollmentSchema } from '../enrollment/index.ts'
import { IdSchema, InstantSchema, named, nullable, oneOf, PageQuerySchema, ref } from '../platform/http/index.ts'
import { voucherStatuses } from './rules.ts'

const StatusSchema = { ...oneOf(voucherStatuses), examples: ['issued'] }

/** Why something is done, for the trail. */
export const ReasonSchema = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', examples: ['Lost'] })

/** A voucher, as it is answered. */
export const VoucherSchema = named('Voucher', {
  id: IdSchema,
  campaignId: IdSchema,
  enrollmentId: IdSchema,
  schoolId: IdSchema,
  code: Type.String({ examples: ['7K3D-9M2Q-XH4T'] }),
  payload: Type.String({ examples: ['HTTPS://SAKA.EXAMPLE.ORG/V/7K3D9M2QXH4T'] }),
  status: StatusSchema,
  issuedAt: InstantSchema,
  redeemedAt: nullable(InstantSchema),
  endedAt: nullable(InstantSchema),
  revocationReason: nullable(ReasonSchema),
  replacesId: nullable(IdSchema),
  replacedById: nullable(IdSchema),
})
export const IssuedSchema = named('IssuedVouchers', {
  issued: Type.Integer({ examples: [1500] }),
  existing: Type.Integer({ examples: [0] }),
})
export const EndingSchema = Type.Object({ reason: ReasonSchema, occurredAt: Type.Optional(InstantSchema) })
export const VoucherQuery = Type.Object({
  ...PageQuerySchema.properties,
  schoolId: Type.Optional(IdSchema),
  status: Type.Optional(StatusSchema),
})
export const PrintQuery = Type.Object({ schoolId: Type.Optional(IdSchema) })
export const TransferSchema = Type.Object({ schoolId: IdSchema, occurredAt: Type.Optional(InstantSchema) })

export const TransferredSchema = named('TransferredEnrollment', {
  ...EnrollmentSchema.properties,
  voucher: nullable(ref(VoucherSchema)),
})

import { Type } from 'typebox'
import {
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  PageQuerySchema,
  QuantitySchema,
  ref,
  TextSchema,
} from '../platform/http/index.ts'
import { ImportFaultSchema, ImportReportSchema } from '../platform/imports/index.ts'
import { enrollmentStatuses, longest } from './rules.ts'

const text = (example: string, maxLength: number) => nullable(Type.String({ maxLength, examples: [example] }))

const pupilRef = Type.String({ minLength: 1, maxLength: longest.pupilRef, pattern: '\\S', examples: ['001'] })
const person = {
  familyName: text('Φωτοπούλου', longest.familyName),
  givenName: text('Ελένη', longest.givenName),
  section: text('Α1', longest.section),
}
const GuardianSchema = Type.Object({
  name: text('Φωτοπούλου Μαρία', longest.guardianName),
  email: text('guardian@families.example.org', 254),
  phone: text('+306902128000', 40),
  language: Type.String({ maxLength: 35, examples: ['sq'] }),
  consent: Type.Boolean({ examples: [false] }),
})
const GuardiansSchema = Type.Array(Type.Partial(GuardianSchema), { maxItems: 2 })

export const EnrollmentSchema = named('Enrollment', {
  id: IdSchema,
  campaignId: IdSchema,
  schoolId: IdSchema,
  /** Withheld from who only audits. */
  pupilRef: nullable(pupilRef),
  ...person,
  guardians: Type.Array(GuardianSchema),
  headcount: Type.Boolean({ examples: [false] }),
  status: oneOf(enrollmentStatuses),
  withdrawalReason: nullable(Type.String({ examples: ['Μετακόμισε'] })),
  transferredFromId: nullable(IdSchema),
  version: Type.Integer({ examples: [1] }),
  createdAt: InstantSchema,
})
export const EnrollmentChangeSchema = Type.Partial(Type.Object({ ...person, guardians: GuardiansSchema }))
export const NewEnrollmentSchema = Type.Object({
  schoolId: IdSchema,
  pupilRef,
  ...EnrollmentChangeSchema.properties,
})
export const EnrollmentQuerySchema = Type.Object({
  ...PageQuerySchema.properties,
  schoolId: Type.Optional(IdSchema),
  status: Type.Optional(oneOf(enrollmentStatuses)),
  q: Type.Optional(Type.String({ maxLength: 100, examples: ['φωτοπουλου'] })),
})
export const WithdrawalSchema = Type.Object({ reason: TextSchema })
export const HeadcountReportSchema = named('HeadcountReport', {
  ...ImportReportSchema.properties,
  withdrawn: QuantitySchema,
  warnings: Type.Array(ref(ImportFaultSchema)),
})

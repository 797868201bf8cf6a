import { type Static, Type } from 'typebox'
import { IdSchema, named, oneOf, QuantitySchema, ref, UploadQuerySchema } from '../http/index.ts'
import { faultCodes } from './faults.ts'

/** A fault or a warning. */
export const ImportFaultSchema = named('ImportFault', {
  row: Type.Integer({ examples: [7] }),
  column: Type.String({ examples: ['Email Κηδεμόνα'] }),
  code: oneOf(faultCodes),
  message: Type.String({ examples: ['"Email Κηδεμόνα" is not an e-mail address. Correct it or leave it empty.'] }),
  messageEl: Type.String({
    examples: ['Το πεδίο «Email Κηδεμόνα» δεν είναι διεύθυνση e-mail. Διορθώστε το ή αφήστε το κενό.'],
  }),
})

/** What an import has done, or would do. */
export const ImportReportSchema = named('ImportReport', {
  id: IdSchema,
  dryRun: Type.Boolean({ examples: [false] }),
  /** Below the header, those that are not blank. */
  rows: QuantitySchema,
  created: QuantitySchema,
  updated: QuantitySchema,
  unchanged: QuantitySchema,
  /** Rows with a fault. */
  rejected: QuantitySchema,
  /** In the order of the file, the first thousand. */
  errors: Type.Array(ref(ImportFaultSchema)),
  errorsTruncated: Type.Boolean({ examples: [false] }),
})

/** The same, before it is written as JSON. */
export type ImportReport = Static<typeof ImportReportSchema>

/** What the address of an import may ask. */
export const ImportQuerySchema = Type.Object({
  ...UploadQuerySchema.properties,
  dryRun: Type.Optional(Type.Boolean({ examples: [true] })),
  partial: Type.Optional(Type.Boolean({ examples: [false] })),
})

import { Type } from 'typebox'
import { CampaignSchema } from '../../campaigns/index.ts'
import { EnrollmentSchema } from '../../enrollment/index.ts'
import { DateSchema, IdSchema, InstantSchema, named, nullable } from '../../platform/http/index.ts'
import { VoucherSchema } from '../../vouchers/index.ts'

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057'

/** Longer than a school's vouchers make it; the head of a request holds no more than 16 KiB. */
export const RosterQuery = Type.Object({
  since: Type.Optional(
    Type.String({
      maxLength: 12_000,
      pattern: '^[A-Za-z0-9_-]*$',
      description: 'The `cursor` of the last roster; everything, if absent.',
    }),
  ),
})

const EntrySchema = Type.Object({
  lookup: Type.String({ examples: ['xQ3YyV0M0mFf6z1n0Xv2Yw'] }),
  campaignId: IdSchema,
  status: VoucherSchema.properties.status,
  enrollmentStatus: EnrollmentSchema.properties.status,
  redeemedAt: nullable(InstantSchema),
  replaced: Type.Boolean({ examples: [false] }),
  child: nullable(Type.String({ examples: ['kJv0…'] })),
})

export const RosterSchema = named('Roster', {
  cursor: Type.String({ examples: ['b2F1c2Qx'] }),
  baseUrl: Type.String({ examples: ['https://saka.example.org'] }),
  timeZone: Type.String({ examples: ['Europe/Athens'] }),
  school: Type.Object({
    id: IdSchema,
    name: Type.String({ examples: ['1ο Δημοτικό Σχολείο Πειραιά'] }),
    locationId: IdSchema,
  }),
  campaigns: Type.Array(
    Type.Object({
      id: IdSchema,
      name: Type.String({ examples: ['Σχολικά σετ 2023'] }),
      status: CampaignSchema.properties.status,
      pickupFrom: DateSchema,
      pickupUntil: DateSchema,
    }),
  ),
  lock: Type.Object({
    salt: Type.String({ examples: [exampleId] }),
    iterations: Type.Integer({ examples: [10_000] }),
  }),
  vouchers: Type.Array(EntrySchema),
})

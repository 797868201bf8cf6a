import { Type } from 'typebox'
import { DiscrepancySchema } from '../discrepancies/index.ts'
import {
  CentsSchema,
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  QuantitySchema,
  ref,
} from '../platform/http/index.ts'
import { comparisonLevels, reconciliationStatuses } from './rules.ts'

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057'
const ActorIdSchema = Type.String({ examples: [exampleId] })
/** Kits; below zero where more left than is known to have come. */
const KitsSchema = Type.Integer({ examples: [25] })

const CheckSchema = Type.Object({
  code: Type.String({ examples: ['conservation'] }),
  passed: Type.Boolean({ examples: [true] }),
  compared: QuantitySchema,
})

/** Kits at each stage of the way, of the campaign, a community or a school. */
export const ComparisonSchema = Type.Object({
  level: { ...oneOf(comparisonLevels), examples: ['school'] },
  id: IdSchema,
  name: Type.String({ examples: ['1ο Δημοτικό Σχολείο Πειραιά'] }),
  planned: KitsSchema,
  received: KitsSchema,
  shipped: KitsSchema,
  handedOut: KitsSchema,
  returned: KitsSchema,
  remaining: KitsSchema,
})

const run = {
  id: IdSchema,
  campaignId: IdSchema,
  status: { ...oneOf(reconciliationStatuses), examples: ['clean'] },
  checks: Type.Array(CheckSchema),
  createdById: ActorIdSchema,
  createdAt: InstantSchema,
  signedById: nullable(ActorIdSchema),
  signedAt: nullable(InstantSchema),
}

/** A run without its figures and what it found, as lists have it. */
export const ReconciliationRunSchema = named('ReconciliationRun', run)

/** A run with its figures and what it found. */
export const ReconciliationSchema = named('Reconciliation', {
  ...run,
  comparison: Type.Array(ComparisonSchema),
  discrepancies: Type.Array(ref(DiscrepancySchema)),
})

const figures = {
  enrolled: QuantitySchema,
  vouchersIssued: QuantitySchema,
  redeemed: QuantitySchema,
  received: KitsSchema,
  onHand: KitsSchema,
  inTransit: KitsSchema,
  atSchools: KitsSchema,
  handedOut: KitsSchema,
  writtenOff: KitsSchema,
  spentCents: CentsSchema,
}

/** A school's figures within a campaign. */
export const SchoolSummarySchema = Type.Object({ schoolId: IdSchema, schoolName: Type.String(), ...figures })

/** A community's figures within a campaign. */
export const CommunitySummarySchema = Type.Object({ communityId: IdSchema, communityName: Type.String(), ...figures })

/** A campaign's figures. */
export const SummarySchema = named('CampaignSummary', {
  campaignId: IdSchema,
  ...figures,
  bySchool: Type.Array(SchoolSummarySchema),
  byCommunity: Type.Array(CommunitySummarySchema),
})

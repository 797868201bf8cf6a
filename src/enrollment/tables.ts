import { sql } from 'drizzle-orm'
import type { CampaignTables } from '../campaigns/tables.ts'
import type { PlacesTables } from '../places/tables.ts'
import type { Columns } from '../platform/db/index.ts'
import type { EnrollmentStatus } from './rules.ts'

/** First-graders, and who is told about their kits. */
export const enrollmentTables = (c: Columns, { campaigns, schools }: CampaignTables & PlacesTables) => {
  const enrollments = c.table(
    'enrollments',
    {
      id: c.id('id').primaryKey(),
      campaignId: c.idOf('campaign_id', () => campaigns.id),
      schoolId: c.idOf('school_id', () => schools.id),
      /** The school's own pupil number, unique in campaign and school. */
      pupilRef: c.text('pupil_ref').notNull(),
      givenName: c.text('given_name'),
      familyName: c.text('family_name'),
      section: c.text('section'),
      /** Names as they are searched: without case and accents. */
      folded: c.text('folded').notNull().default(''),
      /** One of a head count: no name, no contact. */
      headcount: c.bool('headcount').notNull().default(false),
      status: c.word<EnrollmentStatus>('status').notNull().default('active'),
      withdrawalReason: c.text('withdrawal_reason'),
      transferredFromId: c.id('transferred_from_id'),
      /** When a guardian asked to be forgotten: an import brings no guardian back. */
      guardiansErasedAt: c.instant('guardians_erased_at'),
      /** When the child's names were forgotten on request: an import brings them not back either. */
      namesErasedAt: c.instant('names_erased_at'),
      version: c.int('version').notNull().default(1),
      createdAt: c.instant('created_at').notNull(),
    },
    (t) => [
      c.uniqueIndex('enrollments_pupil_ref').on(t.campaignId, t.schoolId, t.pupilRef),
      // For lists and for issuing, some at a time: without it each time would sort the whole campaign.
      c.index('enrollments_in_order').on(t.campaignId, t.id),
      c.uniqueIndex('enrollments_transferred_from').on(t.transferredFromId).where(sql`transferred_from_id is not null`),
      c.check('enrollments_status', sql`status in ('active', 'transferred', 'withdrawn')`),
    ],
  )
  const guardians = c.table(
    'guardians',
    {
      enrollmentId: c.idOf('enrollment_id', () => enrollments.id),
      /** 1 or 2. */
      position: c.int('position').notNull(),
      name: c.text('name'),
      /** Lower-case. */
      email: c.text('email'),
      /** E.164. */
      phone: c.text('phone'),
      /** BCP 47. */
      language: c.text('language').notNull(),
      consent: c.bool('consent').notNull().default(false),
    },
    (t) => [
      c.primaryKey({ columns: [t.enrollmentId, t.position] }),
      // For whoever shares an address: siblings are told in one message.
      c.index('guardians_email').on(t.email).where(sql`email is not null`),
      c.index('guardians_phone').on(t.phone).where(sql`phone is not null`),
      c.check('guardians_position', sql`position in (1, 2)`),
    ],
  )
  return { enrollments, guardians }
}

/** The tables of enrollment, for those that refer to them. */
export type EnrollmentTables = ReturnType<typeof enrollmentTables>

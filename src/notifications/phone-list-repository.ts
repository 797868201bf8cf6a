import { and, eq, inArray } from 'drizzle-orm'
import type { Id } from '../kernel/ids.ts'
import type { Reader } from '../schema.ts'

/** The children of a campaign whose kits wait, as a school knows them; of these schools alone if there are any. */
export async function listWaitingChildren(
  { q, t }: Reader,
  { campaignId, schoolId, only }: { campaignId: Id; schoolId?: Id | undefined; only?: Id[] | undefined },
) {
  const { enrollments: e, vouchers: v, schools: s } = t
  return q
    .select({
      enrollmentId: e.id,
      schoolId: v.schoolId,
      schoolName: s.name,
      ministryCode: s.ministryCode,
      section: e.section,
      pupilRef: e.pupilRef,
      familyName: e.familyName,
      givenName: e.givenName,
    })
    .from(v)
    .innerJoin(e, eq(e.id, v.enrollmentId))
    .innerJoin(s, eq(s.id, v.schoolId))
    .where(
      and(
        eq(v.campaignId, campaignId),
        eq(v.status, 'issued'),
        eq(e.status, 'active'),
        schoolId ? eq(v.schoolId, schoolId) : undefined,
        only ? inArray(v.schoolId, only) : undefined,
      ),
    )
}

/** The guardians of a campaign as a person who rings them up knows them. */
export async function listGuardianNames({ q, t }: Reader, campaignId: Id) {
  const { enrollments: e, guardians: g } = t
  const { enrollmentId, position, name, phone, language } = g
  return q
    .select({ enrollmentId, position, name, phone, language })
    .from(g)
    .innerJoin(e, eq(e.id, g.enrollmentId))
    .where(eq(e.campaignId, campaignId))
}

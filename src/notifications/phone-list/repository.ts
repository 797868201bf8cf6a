import { and, eq, inArray } from 'drizzle-orm'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'

/** Those of these children whose kits wait, as a school knows them. */
export async function listWaitingChildren({ q, t }: Reader, enrollmentIds: readonly Id[]) {
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
    .where(and(inArray(v.enrollmentId, [...enrollmentIds]), eq(v.status, 'issued'), eq(e.status, 'active')))
}

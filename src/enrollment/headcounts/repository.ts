import { and, eq, exists, isNotNull, or, sql } from 'drizzle-orm'
import { prepared } from '../../platform/db/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { CountedChild } from './rules.ts'

/** Every child that a school has or had in a campaign. */
export async function countedChildren(reader: Reader, campaignId: Id, schoolId: Id): Promise<CountedChild[]> {
  const statement = prepared(reader, 'enrollment:counted', ({ q, t: { enrollments, guardians, vouchers } }) => {
    const guardian = q.select().from(guardians).where(eq(guardians.enrollmentId, enrollments.id))
    const used = and(eq(vouchers.enrollmentId, enrollments.id), eq(vouchers.status, 'redeemed'))
    return q
      .select({
        id: enrollments.id,
        pupilRef: enrollments.pupilRef,
        status: enrollments.status,
        headcount: enrollments.headcount,
        known: sql<number>`${or(isNotNull(enrollments.givenName), isNotNull(enrollments.familyName), exists(guardian))}`,
        redeemed: sql<number>`${exists(q.select().from(vouchers).where(used))}`,
      })
      .from(enrollments)
      .where(
        and(
          eq(enrollments.campaignId, sql.placeholder('campaignId')),
          eq(enrollments.schoolId, sql.placeholder('schoolId')),
        ),
      )
  })
  const rows = await statement.execute({ campaignId, schoolId })
  return rows.map((row) => ({ ...row, known: Boolean(row.known), redeemed: Boolean(row.redeemed) }))
}

import { and, eq, exists, isNotNull, or, sql } from 'drizzle-orm'
import type { Campaign } from '../../campaigns/index.ts'
import { prepared } from '../../platform/db/index.ts'
import type { Reader, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { CountedChild } from '../headcounts/rules.ts'
import { foldedOf } from '../repository.ts'
import type { Enrollment } from '../rules.ts'
import type { ChildData, ChildRow, SchoolsByCode } from './file.ts'

/** An enrollment as far as an import compares it: the child and the first guardian. */
export interface KnownChild
  extends ChildRow,
    Pick<Enrollment, 'id' | 'status' | 'guardiansErasedAt' | 'namesErasedAt'> {}

/** Every school by its code, and whether it is in the campaign. */
export async function schoolsByCode({ q, t }: Reader, { communityIds }: Campaign): Promise<SchoolsByCode> {
  const { id, ministryCode, communityId } = t.schools
  const rows = await q.select({ id, ministryCode, communityId }).from(t.schools)
  return new Map(
    rows.map((row) => [row.ministryCode, { id: row.id, inCampaign: communityIds.includes(row.communityId) }]),
  )
}

/** The schools that have any enrollment in a campaign: in the others an import need not look for children. */
export async function schoolsWithEnrollments({ q, t }: Reader, campaignId: Id): Promise<Set<Id>> {
  const { enrollments } = t
  const rows = await q
    .selectDistinct({ schoolId: enrollments.schoolId })
    .from(enrollments)
    .where(eq(enrollments.campaignId, campaignId))
  return new Set(rows.map((row) => row.schoolId))
}

/** The enrollments of a campaign under these schools and pupil numbers; some hundreds at most. */
export async function findChildren({ q, t }: Reader, campaignId: Id, children: ChildRow[]): Promise<KnownChild[]> {
  if (children.length === 0) return []
  const { enrollments, guardians } = t
  const pairs = children.map(({ schoolId, pupilRef }) => sql`(${schoolId}, ${pupilRef})`)
  return q
    .select({
      id: enrollments.id,
      status: enrollments.status,
      guardiansErasedAt: enrollments.guardiansErasedAt,
      namesErasedAt: enrollments.namesErasedAt,
      schoolId: enrollments.schoolId,
      pupilRef: enrollments.pupilRef,
      familyName: enrollments.familyName,
      givenName: enrollments.givenName,
      section: enrollments.section,
      guardianName: guardians.name,
      guardianEmail: guardians.email,
      guardianPhone: guardians.phone,
      language: guardians.language,
    })
    .from(enrollments)
    .leftJoin(guardians, and(eq(guardians.enrollmentId, enrollments.id), eq(guardians.position, 1)))
    .where(
      and(
        eq(enrollments.campaignId, campaignId),
        sql`(${enrollments.schoolId}, ${enrollments.pupilRef}) in (values ${sql.join(pairs, sql`, `)})`,
      ),
    )
}

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

/** Gives a child these names and this first guardian. A second guardian stays. */
export async function updateChild(tx: Tx, { id, pupilRef }: KnownChild, data: ChildData): Promise<void> {
  const { familyName, givenName, section, guardianName: name, guardianEmail: email, guardianPhone: phone } = data
  await childUpdate(tx).execute({ id, familyName, givenName, section, folded: foldedOf({ ...data, pupilRef }) })
  const { language } = data
  if (language === null) await firstGuardianDeletion(tx).execute({ id })
  else await firstGuardianChange(tx).execute({ id, name, email, phone, language })
}

const given = (name: string) => sql`${sql.placeholder(name)}`

const childUpdate = (tx: Tx) =>
  prepared(tx, 'enrollment:update-child', ({ q, t }) =>
    q
      .update(t.enrollments)
      .set({
        familyName: given('familyName'),
        givenName: given('givenName'),
        section: given('section'),
        folded: given('folded'),
        version: sql`${t.enrollments.version} + 1`,
      })
      .where(eq(t.enrollments.id, sql.placeholder('id'))),
  )

const firstGuardianDeletion = (tx: Tx) =>
  prepared(tx, 'enrollment:delete-first-guardian', ({ q, t }) =>
    q.delete(t.guardians).where(and(eq(t.guardians.enrollmentId, sql.placeholder('id')), eq(t.guardians.position, 1))),
  )

const firstGuardianChange = (tx: Tx) =>
  prepared(tx, 'enrollment:set-first-guardian', ({ q, t }) => {
    const contact = { name: given('name'), email: given('email'), phone: given('phone'), language: given('language') }
    return q
      .insert(t.guardians)
      .values({ enrollmentId: given('id'), position: 1, ...contact })
      .onConflictDoUpdate({ target: [t.guardians.enrollmentId, t.guardians.position], set: contact })
  })

import { and, count, eq, inArray, like, sql } from 'drizzle-orm'
import { getById, insertRows, updateVersion, updateWhere } from '../platform/db/index.ts'
import { fold } from '../platform/tabular/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import type { Enrollment, EnrollmentStatus, Guardian, NewEnrollment, Person } from './rules.ts'

type Row = Tables['enrollments']['$inferSelect']

/** What a child is searched by, without case and accents. */
export function foldedOf({ familyName, givenName, pupilRef }: Omit<Person, 'section'> & { pupilRef: string }): string {
  return `${fold(familyName ?? '')} ${fold(givenName ?? '')} ${fold(pupilRef)}`
}

/** Adds enrollments in bulk. A pupil number that a school has already breaks `enrollments_pupil_ref`. */
export async function insertEnrollments(tx: Tx, enrollments: readonly NewEnrollment[]): Promise<void> {
  await insertRows(tx, tx.t.enrollments, enrollments.map(enrollmentRow))
  await insertRows(
    tx,
    tx.t.guardians,
    enrollments.flatMap(({ id, guardians }) => guardianRows(id, guardians)),
  )
}

function enrollmentRow({ guardians, ...enrollment }: NewEnrollment) {
  return {
    ...enrollment,
    folded: foldedOf(enrollment),
    guardiansErasedAt: enrollment.guardiansErasedAt ?? null,
    namesErasedAt: enrollment.namesErasedAt ?? null,
  }
}

function guardianRows(enrollmentId: Id, guardians: readonly Guardian[]) {
  return guardians.map((guardian, i) => ({ ...guardian, enrollmentId, position: i + 1 }))
}

/** Adds one enrollment. */
export async function insertEnrollment(tx: Tx, enrollment: NewEnrollment): Promise<Enrollment> {
  await insertEnrollments(tx, [enrollment])
  return getEnrollment(tx, enrollment.id)
}

/** The enrollment with this id, and its guardians. Raises `not_found`. */
export async function getEnrollment(reader: Reader, id: Id): Promise<Enrollment> {
  const row = await getById(reader, reader.t.enrollments, id, 'enrollment')
  return (await withGuardians(reader, [row]))[0]!
}

async function withGuardians({ q, t }: Reader, rows: Row[]): Promise<Enrollment[]> {
  const ids = rows.map((row) => row.id)
  const found = await q
    .select()
    .from(t.guardians)
    .where(inArray(t.guardians.enrollmentId, ids))
    .orderBy(t.guardians.enrollmentId, t.guardians.position)
  const byChild = new Map<Id, Guardian[]>(ids.map((id) => [id, []]))
  for (const { enrollmentId, position: _, ...guardian } of found) byChild.get(enrollmentId)!.push(guardian)
  return rows.map(({ folded: _, ...row }) => ({ ...row, guardians: byChild.get(row.id)! }))
}

/** Which enrollments to list. `q` is words of name or number; `only` limits to these schools. */
export interface EnrollmentFilter {
  campaignId: Id
  schoolId?: Id | undefined
  status?: EnrollmentStatus | undefined
  q?: string | undefined
  only?: Id[] | undefined
}

const matching = ({ enrollments: e }: Tables, { campaignId, schoolId, only, status, q = '' }: EnrollmentFilter) =>
  and(
    eq(e.campaignId, campaignId),
    schoolId ? eq(e.schoolId, schoolId) : undefined,
    only ? inArray(e.schoolId, only) : undefined,
    status ? eq(e.status, status) : undefined,
    ...q
      .split(/\s+/)
      .map(fold)
      .filter(Boolean)
      .map((word) => like(e.folded, `%${word}%`)),
  )

/** Enrollments by school and pupil number. A cursor names the last one by its id: it travels in addresses. */
export async function listEnrollments(
  reader: Reader,
  filter: EnrollmentFilter,
  page: PageQuery,
): Promise<Page<Enrollment>> {
  const { q, t } = reader
  const { id, schoolId, pupilRef } = t.enrollments
  const after = decodeCursor(page.cursor, 1)
  const last = q
    .select({ schoolId, pupilRef })
    .from(t.enrollments)
    .where(eq(id, String(after?.[0])))
  const rows = await q
    .select()
    .from(t.enrollments)
    .where(and(matching(t, filter), after && sql`(${schoolId}, ${pupilRef}) > ${last}`))
    .orderBy(schoolId, pupilRef)
    .limit(page.limit + 1)
  return toPage(await withGuardians(reader, rows), page.limit, (row) => [row.id])
}

/** How many enrollments `filter` finds. */
export async function countEnrollments({ q, t }: Reader, filter: EnrollmentFilter): Promise<number> {
  return (await q.select({ enrollments: count() }).from(t.enrollments).where(matching(t, filter)))[0]!.enrollments
}

/** Changes an enrollment and counts its version up; false when the version is no longer `ifVersion`. */
export async function updateEnrollment(
  tx: Tx,
  id: Id,
  change: Partial<Row>,
  ifVersion?: number | undefined,
): Promise<boolean> {
  return (await updateVersion(tx, tx.t.enrollments, id, change, ifVersion)) !== undefined
}

/** Forgets a child's names, for good: an import does not bring them back. */
export async function forgetNames(tx: Tx, id: Id, namesErasedAt: Instant): Promise<void> {
  const { pupilRef } = await getEnrollment(tx, id)
  const nameless = { givenName: null, familyName: null }
  await updateEnrollment(tx, id, { ...nameless, folded: foldedOf({ ...nameless, pupilRef }), namesErasedAt })
}

/** Gives an enrollment these guardians and no others. */
export async function replaceGuardians(tx: Tx, enrollmentId: Id, guardians: readonly Guardian[]): Promise<void> {
  const { q, t } = tx
  await q.delete(t.guardians).where(eq(t.guardians.enrollmentId, enrollmentId))
  await insertRows(tx, t.guardians, guardianRows(enrollmentId, guardians))
}

/** Ends an active enrollment, whose child goes on at another school. False when it was no longer active. */
export function markTransferred(tx: Tx, id: Id): Promise<boolean> {
  return endEnrollment(tx, id, { status: 'transferred' })
}

/** Ends an active enrollment for good. False when it was no longer active. */
export function markWithdrawn(tx: Tx, id: Id, withdrawalReason: string): Promise<boolean> {
  return endEnrollment(tx, id, { status: 'withdrawn', withdrawalReason })
}

async function endEnrollment(tx: Tx, id: Id, ending: Partial<Row>): Promise<boolean> {
  const { enrollments } = tx.t
  return (await updateWhere(tx, enrollments, id, ending, eq(enrollments.status, 'active'))) !== undefined
}

/** How many active enrollments each school has in a campaign; schools without any are not there. */
export async function activeBySchool({ q, t }: Reader, campaignId: Id): Promise<Map<Id, number>> {
  const rows = await q
    .select({ schoolId: t.enrollments.schoolId, children: count() })
    .from(t.enrollments)
    .where(and(eq(t.enrollments.campaignId, campaignId), eq(t.enrollments.status, 'active')))
    .groupBy(t.enrollments.schoolId)
  return new Map(rows.map((row) => [row.schoolId, row.children]))
}

import { recordEvent, showOne, showPage } from '../audit/index.ts'
import { checkInScope, checkNotClosed, checkTakesEnrollments, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf, seesPersonal } from '../identity/index.ts'
import { getSchool } from '../places/index.ts'
import { isUniqueViolation, refusedAs } from '../platform/db/index.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { refuse, staleVersion } from '../shared/problem.ts'
import { type PersonInput, toPerson } from './person.ts'
import {
  countEnrollments,
  type EnrollmentFilter,
  foldedOf,
  getEnrollment,
  insertEnrollment,
  listEnrollments,
  markWithdrawn,
  replaceGuardians,
  updateEnrollment,
} from './repository.ts'
import {
  accessReasonMissing,
  checkWithdrawable,
  type Enrollment,
  pseudonymOf,
  pupilRefTaken,
  type ShownEnrollment,
} from './rules.ts'

const personal = { by: 'enrollment:read', hide: pseudonymOf, personal: true } as const

/**
 * Enrollments of a campaign by school and pupil number; school staff see their own school's alone, who only audits sees
 * pseudonyms until a reason is given. The access is recorded. Raises `access_reason_missing`.
 */
export async function readEnrollments(
  deps: Deps,
  actor: Actor | undefined,
  { q, ...filter }: EnrollmentFilter,
  page: PageQuery,
): Promise<Page<ShownEnrollment>> {
  authorize(actor, 'enrollment:read')
  const { read } = deps.db
  const { campaignId } = filter
  await getCampaign(read, campaignId)
  if (q && !seesPersonal(actor, 'enrollment:read')) throw accessReasonMissing()
  const sought = { ...filter, q, only: schoolsOf(actor, 'enrollment:read') }
  const found = await listEnrollments(read, sought, page)
  const records = page.streamed === 'first' ? await countEnrollments(read, sought) : found.items.length
  const entry = {
    event: 'enrollments.read',
    subjectId: campaignId,
    campaignId,
    facts: { ...filter, records },
    searched: q,
  }
  return showPage(deps, actor, found, page, personal, entry)
}

/** One enrollment with its guardians; who only audits sees a pseudonym until a reason is given. The access is recorded. */
export async function readEnrollment(deps: Deps, actor: Actor | undefined, id: Id): Promise<ShownEnrollment> {
  authorize(actor, 'enrollment:read')
  const enrollment = await getEnrollment(deps.db.read, id)
  authorize(actor, 'enrollment:read', enrollment)
  const { campaignId } = enrollment
  return showOne(deps, actor, enrollment, personal, { event: 'enrollments.read', subjectId: id, campaignId })
}

/**
 * Enrolls one child, who arrived late. Raises `campaign_not_open`, `campaign_closed`, `school_not_in_campaign` and
 * `pupil_ref_taken`.
 */
export function enroll(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, schoolId, pupilRef, ...input }: PersonInput & Pick<Enrollment, 'campaignId' | 'schoolId' | 'pupilRef'>,
): Promise<Enrollment> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'enrollment:write')
    const campaign = await getCampaign(tx, campaignId)
    refuse(checkTakesEnrollments(campaign) ?? checkInScope(campaign, await getSchool(tx, schoolId)))
    const { givenName = null, familyName = null, section = null, guardians = [] } = toPerson(input)
    const enrollment = await insertEnrollment(tx, {
      id: deps.newId(),
      campaignId,
      schoolId,
      pupilRef: pupilRef.trim(),
      givenName,
      familyName,
      section,
      guardians,
      headcount: false,
      transferredFromId: null,
      createdAt: deps.clock.now(),
    }).catch(refusedAs(isUniqueViolation, pupilRefTaken))
    await recordEvent(deps, tx, actor, 'enrollment.created', enrollment.id, { campaignId, schoolId })
    return enrollment
  })
}

/** Changes what is known of a child. Raises `stale_version`. Guardians are replaced as a whole. */
export function changeEnrollment(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  input: PersonInput,
  ifVersion: number | undefined,
): Promise<Enrollment> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'enrollment:write')
    const enrollment = await getEnrollment(tx, id)
    const person = toPerson(input)
    const fields = Object.keys(person)
    if (fields.length === 0) return enrollment
    const { guardians, ...names } = person
    const folded = foldedOf({ ...enrollment, ...names })
    if (!(await updateEnrollment(tx, id, { ...names, folded }, ifVersion))) throw staleVersion()
    if (guardians) await replaceGuardians(tx, id, guardians)
    await recordEvent(deps, tx, actor, 'enrollment.changed', id, { fields })
    return getEnrollment(tx, id)
  })
}

/**
 * Ends an enrollment for good; its voucher stays as it is and answers `enrollment_inactive`. Twice changes nothing. Raises
 * `enrollment_transferred` and `campaign_closed`.
 */
export function withdrawEnrollment(
  deps: Deps,
  actor: Actor | undefined,
  { enrollmentId, reason }: { enrollmentId: Id; reason: string },
): Promise<Enrollment> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'enrollment:write')
    const withdrawn = await markWithdrawn(tx, enrollmentId, reason)
    const enrollment = await getEnrollment(tx, enrollmentId)
    if (!withdrawn) {
      refuse(checkWithdrawable(enrollment))
      return enrollment
    }
    const { campaignId } = enrollment
    refuse(checkNotClosed(await getCampaign(tx, campaignId)))
    const personal = { campaignId, fields: { reason } }
    await recordEvent(deps, tx, actor, 'enrollment.withdrawn', enrollmentId, {}, personal)
    return enrollment
  })
}

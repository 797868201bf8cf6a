import { recordEvent } from '../audit/index.ts'
import { checkInScope, checkTakesEnrollments, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Enrollment, getEnrollment, insertEnrollment, markTransferred } from '../enrollment/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import { getSchool } from '../places/index.ts'
import type { Id } from '../shared/ids.ts'
import { refuse } from '../shared/problem.ts'
import { occurred } from '../shared/time-facts.ts'
import { findLiveVoucher, pupilRefsOf } from './repository.ts'
import { checkTransferable, enrollmentInactive, freePupilRef, type Voucher } from './rules.ts'
import { replaceVoucher } from './use-cases.ts'

/** A child who goes to another school. */
export interface Transfer {
  enrollmentId: Id
  schoolId: Id
  occurredAt?: string | undefined
}

/**
 * Moves a child, and its right to a kit, to another school of the campaign: the enrollment ends and another begins that
 * points back to it, under the same pupil number where that is free; a voucher is reissued for the new school. Raises
 * `already_redeemed`, `enrollment_inactive`, `same_school`, `school_not_in_campaign` and `campaign_not_open`.
 */
export function transferEnrollment(
  deps: Deps,
  actor: Actor | undefined,
  { enrollmentId, schoolId, occurredAt }: Transfer,
): Promise<{ enrollment: Enrollment; voucher: Voucher | null }> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'enrollment:write')
    const { status, version, withdrawalReason, ...old } = await getEnrollment(tx, enrollmentId)
    const campaign = await getCampaign(tx, old.campaignId)
    const voucher = await findLiveVoucher(tx, enrollmentId)
    refuse(checkTakesEnrollments(campaign))
    refuse(checkTransferable({ ...old, status }, voucher, schoolId, deps.config.timeZone))
    refuse(checkInScope(campaign, await getSchool(tx, schoolId)))
    const at = occurred(deps.clock, occurredAt)
    if (!(await markTransferred(tx, enrollmentId))) throw enrollmentInactive({ enrollmentStatus: 'transferred' })
    const pupilRef = freePupilRef(old.pupilRef, await pupilRefsOf(tx, campaign.id, schoolId))
    const enrollment = await insertEnrollment(tx, {
      ...old,
      id: deps.newId(),
      schoolId,
      pupilRef,
      transferredFromId: enrollmentId,
      createdAt: at,
    })
    await recordEvent(deps, tx, actor, 'enrollment.transferred', enrollmentId, { toId: enrollment.id, schoolId })
    const place = { enrollmentId: enrollment.id, schoolId, reason: 'transferred', at }
    return { enrollment, voucher: voucher ? await replaceVoucher(deps, tx, actor, voucher, place) : null }
  })
}

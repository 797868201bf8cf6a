import { recordAccess, recordEvent } from '../../audit/index.ts'
import { getCampaign } from '../../campaigns/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { getEnrollment } from '../../enrollment/index.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { listMessagesTo } from '../../notifications/index.ts'
import { getSchool } from '../../places/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { notFound } from '../../shared/problem.ts'
import { toVoucher } from '../../vouchers/index.ts'
import { addressesOf, forget } from '../erasure/forget.ts'
import { addFigures, type Figures, type GuardianIdentity, totalOf } from '../rules.ts'
import { type Concerned, deleteAnswersTelling, listConcerned, listGuardians, readHistory } from './repository.ts'

/** Who asks to see or to be forgotten, and why, for the trail. */
export type GuardianRequest = GuardianIdentity & { reason: string }

/**
 * Everything that is held about a guardian and their children, in all campaigns (GDPR, article 15). Known by a contact, a
 * guardian is shown no other guardian of the same child; known by the enrollment alone, all of them are. The access is
 * recorded. Raises `not_found` for an enrollment that is not there.
 */
export async function giveAccess(deps: Deps, actor: Actor | undefined, { reason, ...identity }: GuardianRequest) {
  authorize(actor, 'privacy:write')
  const { read } = deps.db
  const concerned = await getConcerned(read, identity)
  const children = []
  for (const child of concerned) children.push(await heldAbout(deps, child))
  await recordAccess(
    deps,
    { ...actor, accessReason: reason },
    { event: 'access_request.answered', ...(await subjectOf(read, concerned)) },
  )
  return { givenAt: deps.clock.now(), children }
}

async function heldAbout(deps: Deps, child: Concerned) {
  const { read } = deps.db
  const enrollment = await getEnrollment(read, child.enrollmentId)
  const campaign = await getCampaign(read, enrollment.campaignId)
  const school = await getSchool(read, enrollment.schoolId)
  const { vouchers, ...history } = await readHistory(read, enrollment.id)
  const guardians = await listGuardians(read, child)
  const messages = await listMessagesTo(read, campaign.id, addressesOf(guardians))
  return {
    enrollment: { ...enrollment, guardians },
    campaign: { id: campaign.id, name: campaign.name, year: campaign.year },
    school: { id: school.id, name: school.name },
    vouchers: vouchers.map((voucher) => toVoucher(deps, voucher)),
    messages,
    ...history,
  }
}

/**
 * Forgets a guardian's name and contacts, and with `includeChildren` the children's names, at once and in all campaigns
 * (GDPR, article 17). The right to the kit stays, and an import does not bring back what was erased. Again changes nothing.
 * Raises `not_found` for an enrollment that is not there.
 */
export async function eraseGuardian(
  deps: Deps & Pick<AllDeps, 'truncateWal'>,
  actor: Actor | undefined,
  { reason, includeChildren = false, ...identity }: GuardianRequest & { includeChildren?: boolean },
): Promise<{ children: number; erased: Figures }> {
  const done = await deps.db.transact(async (tx) => {
    authorize(actor, 'privacy:write')
    const concerned = await getConcerned(tx, identity)
    const known = Object.values({ phone: identity.phone, email: identity.email }).filter((text) => text !== undefined)
    const now = deps.clock.now()
    let erased: Figures = {}
    for (const child of concerned) erased = addFigures(erased, await forget(tx, child, includeChildren, now))
    if (totalOf(erased) === 0) return { children: 0, erased }
    const told = [...known, ...concerned.map(({ enrollmentId }) => enrollmentId)]
    erased = addFigures(erased, await deleteAnswersTelling(tx, told))
    const { subjectId, campaignId, facts } = await subjectOf(tx, concerned)
    const personal = { campaignId, fields: { reason } }
    await recordEvent(deps, tx, actor, 'erasure_request.done', subjectId, { ...facts, erased }, personal)
    return { children: concerned.length, erased }
  })
  // What is deleted is overwritten; should another process read right now, the nightly erasure takes care of the log.
  await deps.truncateWal().catch((error: unknown) => deps.log.warn({ err: error }, 'the log was not emptied'))
  return done
}

async function getConcerned(reader: Reader, identity: GuardianIdentity): Promise<Concerned[]> {
  const concerned = await listConcerned(reader, identity)
  if (identity.enrollmentId && concerned.length === 0) throw notFound({ what: 'enrollment' })
  return concerned
}

/** What an event says of whom it is about: one child as its subject, and always all of them by their pseudonyms. */
async function subjectOf(reader: Reader, concerned: readonly Concerned[]) {
  const enrollmentIds = concerned.map(({ enrollmentId }) => enrollmentId)
  const campaigns = new Set<Id>()
  for (const id of enrollmentIds) campaigns.add((await getEnrollment(reader, id)).campaignId)
  const [campaignId = null] = campaigns.size === 1 ? campaigns : []
  return { subjectId: enrollmentIds[0] ?? 'nobody', campaignId, facts: { enrollmentIds } }
}

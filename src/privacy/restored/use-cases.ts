import { recordEvent } from '../../audit/index.ts'
import { updateEnrollment } from '../../enrollment/index.ts'
import { systemActor } from '../../identity/index.ts'
import { markStopped } from '../../notifications/index.ts'
import type { Stopped } from '../../notifications/recipients/rules.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { addressesOf, forget } from '../erasure/forget.ts'
import { type Erasing, erase } from '../erasure/retention.ts'
import { deleteAnswersTelling, listGuardians } from '../guardian-requests/repository.ts'
import { addFigures, totalOf } from '../rules.ts'
import { findMarks, listKnownCampaigns, listKnownGuardians } from './repository.ts'
import { type Forgotten, type ForgottenChild, forgottenSince, positionsToForget } from './rules.ts'

/** What became of it in an older state of the database. */
export interface ForgottenAgain {
  /** Of how many children something was forgotten, or is from now on not to be imported again. */
  children: number
  /** How many campaigns had something to erase. */
  campaigns: number
  /** How many addresses of guardians get no more reminders. */
  stopped: number
  /** The enrollments that the older state does not have. */
  unknown: Id[]
}

/**
 * Erases in an older state of the database what was erased since (GDPR, article 17), with an event for each child, and ends the reminders
 * that were ended since. A child that was transferred since is known by the enrollment that it had before. Again changes nothing.
 */
export async function forgetAgain(deps: Erasing, forgotten: Forgotten): Promise<ForgottenAgain> {
  const unknown: Id[] = []
  const children = await deps.db.transact(async (tx) => {
    unknown.length = 0
    let changed = 0
    for (const child of forgotten.children) {
      const known = await findKnown(tx, child)
      if (!known) unknown.push(child.ids[0])
      else if (await forgetChild(deps, tx, known, child)) changed++
    }
    return changed
  })
  const stopped = await stopAgain(deps, forgotten.stopped)
  let campaigns = 0
  for (const campaignId of await listKnownCampaigns(deps.db.read, forgotten.campaignIds))
    if (totalOf(await erase(deps, { campaignId })) > 0) campaigns++
  await deps.truncateWal()
  return { children, campaigns, stopped, unknown }
}

async function stopAgain(deps: Erasing, stopped: readonly Stopped[]): Promise<number> {
  const campaignIds = [...new Set(stopped.map(({ campaignId }) => campaignId))]
  return deps.db.transact(async (tx) => {
    let all = 0
    for (const campaignId of await listKnownCampaigns(tx, campaignIds)) {
      let addresses = 0
      for (const one of stopped) if (one.campaignId === campaignId && (await markStopped(tx, one))) addresses++
      if (addresses > 0) await recordEvent(deps, tx, systemActor, 'reminders.stopped_again', campaignId, { addresses })
      all += addresses
    }
    return all
  })
}

type Known = NonNullable<Awaited<ReturnType<typeof findMarks>>>

/** The enrollment of a child as the older state has it: itself, or the last of those that it was transferred from. */
async function findKnown(tx: Tx, { ids }: ForgottenChild): Promise<Known | undefined> {
  for (const id of ids) {
    const known = await findMarks(tx, id)
    if (known) return known
  }
  return undefined
}

async function forgetChild(deps: Erasing, tx: Tx, known: Known, child: ForgottenChild): Promise<boolean> {
  const { guardians, names } = forgottenSince(child, known)
  if (!guardians && !names) return false
  const enrollmentId = known.id
  const positions = guardians ? positionsToForget(await listKnownGuardians(tx, enrollmentId), child.stayed) : []
  const concerned = { enrollmentId, positions }
  const told = [enrollmentId, ...addressesOf(await listGuardians(tx, concerned))]
  const at = deps.clock.now()
  const erased = addFigures(await forget(tx, concerned, names, at), await deleteAnswersTelling(tx, told))
  // Also where the older state knows nothing yet that could be forgotten: the school's file may bring it.
  await updateEnrollment(tx, enrollmentId, {
    ...(guardians && { guardiansErasedAt: child.guardiansErasedAt }),
    ...(names && { namesErasedAt: child.namesErasedAt }),
  })
  const facts = { enrollmentIds: [enrollmentId], erased }
  await recordEvent(deps, tx, systemActor, 'erasure_request.repeated', enrollmentId, facts)
  return true
}

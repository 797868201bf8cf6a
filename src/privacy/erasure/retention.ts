import { recordEvent } from '../../audit/index.ts'
import { getCampaign } from '../../campaigns/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { type Actor, authorize, systemActor } from '../../identity/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { findUnderWay, insertErasure, listClosed, listErasures, updateErasure } from '../repository.ts'
import { addFigures, daysBefore, type Erasure, type Figures, isDue, type Scope, totalOf } from '../rules.ts'
import { erasingSteps } from './repository.ts'

/**
 * Erases the personal data and free text of every campaign whose retention is over, and what belongs to no campaign and is
 * as old as `RETENTION_DAYS` says. Some hundreds of records to a transaction: cut off in the middle, the next run goes on
 * and finishes the report. What people have typed since into a campaign that is erased goes the same way. Answers how many
 * campaigns had anything to erase, and how many values there were.
 */
export async function eraseExpired(
  deps: Deps & Pick<AllDeps, 'truncateWal'>,
): Promise<{ campaigns: number; values: number }> {
  const now = deps.clock.now()
  const due = (await listClosed(deps.db.read)).filter((campaign) => isDue(campaign, now))
  const figures: Figures[] = []
  for (const { id } of due) figures.push(await erase(deps, { campaignId: id }))
  const strays = await erase(deps, { campaignId: null, before: daysBefore(now, deps.config.retentionDays) })
  // Also what was erased on request, or by a run that was cut off right here, leaves no byte.
  await deps.truncateWal()
  return {
    campaigns: figures.filter((one) => totalOf(one) > 0).length,
    values: [...figures, strays].reduce((sum, one) => sum + totalOf(one), 0),
  }
}

/** What an erasure works with. */
export type Erasing = Pick<AllDeps, 'db' | 'clock' | 'newId' | 'signer' | 'truncateWal'>

/** Erases all of one scope and finishes its report. The disk holds nothing of it when the report says that it is done. */
export async function erase(deps: Erasing, scope: Scope): Promise<Figures> {
  for (const step of erasingSteps) {
    while (await deps.db.transact((tx) => eraseSome(deps, tx, scope, step))) {
      // The next batch.
    }
  }
  if (!(await findUnderWay(deps.db.read, scope.campaignId))) return {}
  await deps.truncateWal()
  return deps.db.transact((tx) => finish(deps, tx, scope.campaignId))
}

/** Erases one batch and counts it in the same transaction. False when nothing was left. */
async function eraseSome(deps: Erasing, tx: Tx, scope: Scope, step: (typeof erasingSteps)[number]): Promise<boolean> {
  const erased = addFigures({}, await step(tx, scope))
  if (totalOf(erased) === 0) return false
  const { campaignId } = scope
  const underWay = await findUnderWay(tx, campaignId)
  const startedAt = deps.clock.now()
  if (underWay) await updateErasure(tx, underWay.id, { erased: addFigures(underWay.erased, erased) })
  else await insertErasure(tx, { id: deps.newId(), campaignId, startedAt, finishedAt: null, erased })
  return true
}

async function finish(deps: Erasing, tx: Tx, campaignId: Id | null): Promise<Figures> {
  const report: Erasure | undefined = await findUnderWay(tx, campaignId)
  if (!report) return {}
  const { id, erased } = report
  await updateErasure(tx, id, { finishedAt: deps.clock.now() })
  await recordEvent(deps, tx, systemActor, 'personal_data.erased', campaignId ?? id, { erasureId: id, erased })
  return erased
}

/** The reports of what was erased of a campaign, the newest first. */
export async function readErasures(
  { db }: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  page: PageQuery,
): Promise<Page<Erasure>> {
  authorize(actor, 'privacy:read')
  await getCampaign(db.read, campaignId)
  return listErasures(db.read, campaignId, page)
}

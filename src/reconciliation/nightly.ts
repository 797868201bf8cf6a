import type { AlertDeps } from '../alerts/index.ts'
import { getCampaign, listCampaignsThatAre } from '../campaigns/index.ts'
import { listOpenVersions, openFindings, resolveGone } from '../discrepancies/index.ts'
import { systemActor } from '../identity/index.ts'
import { type RunControl, workThrough } from '../scheduler/index.ts'
import type { Id } from '../shared/ids.ts'
import { gathered } from '../shared/page.ts'
import { localDate } from '../shared/time.ts'
import { readShortages } from './checks/shortage-repository.ts'
import { checkShortages, needsKits } from './checks/shortage-rules.ts'
import { alertOfFindings, alertOfShortages } from './finding-alerts.ts'
import { reconcile, turnOf } from './run.ts'

/**
 * Runs the checks over every campaign that is open or closing, and tells the coordinators what is new among what needs an
 * answer; what could not be told any more, because the service ended, is told after the next run. Answers how many campaigns it
 * looked at and did.
 */
export async function reconcileNightly(deps: AlertDeps, control: RunControl) {
  const campaigns = await listCampaignsThatAre(deps.db.read, ['open', 'closing'])
  return workThrough(control, campaigns, async ({ id }) => {
    await reconcile(deps, systemActor, id)
    await deps.db.transact(async (tx) => {
      const campaign = await getCampaign(tx, id)
      await alertOfFindings(deps, tx, campaign)
      await alertOfShortages(deps, tx, campaign)
    })
    return 'done' as const
  })
}

/**
 * Looks, in every open campaign whose pickup is on or near, whether the kits at each school suffice; opens what is missing as
 * discrepancies, resolves those that are settled, and tells the coordinators what is new. Campaigns of another time are skipped.
 */
export async function watchStock(deps: AlertDeps, control: RunControl) {
  const campaigns = await listCampaignsThatAre(deps.db.read, ['open', 'closing'])
  return workThrough(control, campaigns, ({ id }) => watchStockOf(deps, id))
}

/** As a reconciliation does: what it reads is changed by every scan, and no scan is to wait for all of it. */
async function watchStockOf(deps: AlertDeps, campaignId: Id): Promise<'done' | 'skipped'> {
  const { db, clock, config } = deps
  const today = localDate(clock.now(), config.timeZone)
  const compared = await db.snapshot(turnOf(campaignId), async (books) => {
    const { findings, compared } = checkShortages(
      await readShortages(books, await getCampaign(books, campaignId), today),
    )
    const found = new Set<Id>()
    for (const some of gathered(findings)) {
      // Nobody is to answer what matters no more once the campaign has ended.
      if (!needsKits(await getCampaign(db.read, campaignId), today)) break
      for (const id of await openFindings(deps, books, systemActor, some, { campaignId })) found.add(id)
    }
    const open = await listOpenVersions(books, campaignId, ['kits_short_at_school'])
    const settled = open.filter(({ id }) => !found.has(id))
    await resolveGone(deps, systemActor, settled, `The kits suffice since ${clock.now()}.`)
    return compared
  })
  await db.transact(async (tx) => alertOfShortages(deps, tx, await getCampaign(tx, campaignId)))
  return compared > 0 ? 'done' : 'skipped'
}

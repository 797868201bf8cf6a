import { getCampaign, listCampaignsThatAre } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { listOpenIds, openDiscrepancies, resolveDiscrepancies } from '../discrepancies/index.ts'
import { systemActor } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { gathered } from '../kernel/page.ts'
import { localDate } from '../kernel/time.ts'
import { type RunControl, workThrough } from '../runs/index.ts'
import { reconcile } from './run.ts'
import { readShortages } from './shortage-repository.ts'
import { checkShortages, needsKits } from './shortage-rules.ts'
import { tellFindings, tellShortages } from './tell-findings.ts'

/**
 * Runs the checks over every campaign that is open or closing, and tells the coordinators what is new among what needs an
 * answer: with the run or not at all. Answers how many campaigns it looked at and did.
 */
export async function reconcileNightly(deps: Deps, control: RunControl) {
  const campaigns = await listCampaignsThatAre(deps.db.read, ['open', 'closing'])
  return workThrough(control, campaigns, ({ id }) =>
    deps.db.transact(async (tx) => {
      await reconcile(deps, tx, systemActor, id)
      const campaign = await getCampaign(tx, id)
      await tellFindings(deps, tx, campaign)
      await tellShortages(deps, tx, campaign)
      return 'done' as const
    }),
  )
}

/**
 * Looks, in every open campaign whose pickup is on or near, whether the kits at each school suffice; opens what is missing as
 * discrepancies, resolves those that are settled, and tells the coordinators what is new. Campaigns of another time are skipped.
 */
export async function watchStock(deps: Deps, control: RunControl) {
  const campaigns = await listCampaignsThatAre(deps.db.read, ['open', 'closing'])
  return workThrough(control, campaigns, ({ id }) => watchStockOf(deps, id))
}

/** Reads by itself and writes some at a time: what it reads is changed by every scan, and no scan is to wait for all of it. */
async function watchStockOf(deps: Deps, campaignId: Id): Promise<'done' | 'skipped'> {
  const { db, clock, config } = deps
  const today = localDate(clock.now(), config.timeZone)
  const { findings, compared } = await db.transact(async (tx) =>
    checkShortages(await readShortages(tx, await getCampaign(tx, campaignId), today)),
  )
  const found = new Set<Id>()
  for (const some of gathered(findings)) {
    const opened = await db.transact(async (tx) => {
      const stillMatters = needsKits(await getCampaign(tx, campaignId), today)
      return stillMatters ? openDiscrepancies(deps, tx, systemActor, some, { campaignId }) : []
    })
    for (const id of opened) found.add(id)
  }
  await db.transact(async (tx) => {
    const open = await listOpenIds(tx, campaignId, ['kits_short_at_school'])
    const settled = open.filter((id) => !found.has(id))
    await resolveDiscrepancies(deps, tx, systemActor, settled, `The kits suffice since ${clock.now()}.`)
    await tellShortages(deps, tx, await getCampaign(tx, campaignId))
  })
  return compared > 0 ? 'done' : 'skipped'
}

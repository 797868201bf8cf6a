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
import { checkShortages } from './shortage-rules.ts'
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
  return workThrough(control, campaigns, ({ id }) =>
    deps.db.transact(async (tx) => {
      const campaign = await getCampaign(tx, id)
      const { findings, compared } = checkShortages(
        await readShortages(tx, campaign, localDate(deps.clock.now(), deps.config.timeZone)),
      )
      const found = new Set<Id>()
      for (const some of gathered(findings))
        for (const opened of await openDiscrepancies(deps, tx, systemActor, some, { campaignId: id })) found.add(opened)
      const open = await listOpenIds(tx, id, ['kits_short_at_school'])
      const settled = open.filter((known) => !found.has(known))
      await resolveDiscrepancies(deps, tx, systemActor, settled, `The kits suffice since ${deps.clock.now()}.`)
      await tellShortages(deps, tx, campaign)
      return compared > 0 ? 'done' : 'skipped'
    }),
  )
}

import { recordEvent } from '../audit/index.ts'
import { type Campaign, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import {
  type Finding,
  listOpenBriefly,
  type OpenDiscrepancy,
  openDiscrepancies,
  resolveDiscrepancies,
} from '../discrepancies/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { localDate } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import { readCampaignFacts } from './campaign-repository.ts'
import { checkCampaign } from './campaign-rules.ts'
import { compare } from './comparison.ts'
import { readFigures } from './figures.ts'
import { type CheckResult, soughtCodes } from './finding-rules.ts'
import { readHandouts } from './handout-repository.ts'
import { checkHandouts } from './handout-rules.ts'
import { readLedger, readPosition, readRoad } from './ledger-repository.ts'
import { checkLedger } from './ledger-rules.ts'
import { insertReconciliation, listDiscrepanciesOf } from './repository.ts'
import { basisOf, type Check } from './rules.ts'
import { checkShipments } from './shipment-rules.ts'
import { readShortages } from './shortage-repository.ts'
import { checkShortages } from './shortage-rules.ts'
import type { Reconciliation } from './use-cases.ts'

/**
 * Runs every check over a campaign on one state of the books. What it finds is opened as discrepancies or refreshed, what an
 * earlier run found and is no longer so is resolved. `clean` says that nothing needs an answer.
 */
export function runReconciliation(deps: Deps, actor: Actor | undefined, campaignId: Id): Promise<Reconciliation> {
  return deps.db.transact((tx) => reconcile(deps, tx, actor, campaignId))
}

/** {@link runReconciliation} in a transaction that is open. */
export async function reconcile(deps: Deps, tx: Tx, actor: Actor | undefined, campaignId: Id): Promise<Reconciliation> {
  authorize(actor, 'reconciliation:write')
  const campaign = await getCampaign(tx, campaignId)
  const id = deps.newId()
  const basis = basisOf(await readPosition(tx, campaign))
  const { stock, places } = await readFigures(tx, campaign)
  const facts = await readCampaignFacts(tx, campaign, stock.total)
  const results = [
    ...checkLedger(await readLedger(tx, campaign)),
    ...checkShipments(await readRoad(tx, campaign)),
    checkShortages(await readShortages(tx, campaign, localDate(deps.clock.now(), deps.config.timeZone))),
    ...checkHandouts(await readHandouts(tx, campaignId)),
    ...checkCampaign(facts),
  ]
  const { discrepancyIds, open } = await report(deps, tx, actor, campaign, id, results)
  const checks = [...results.map(toCheck), answeredCheck(open)]
  const planned = new Map(facts.allocation?.lines.map(({ schoolId, quantity }) => [schoolId, quantity]))
  const run = await insertReconciliation(tx, {
    id,
    campaignId,
    status: checks.every(({ passed }) => passed) ? 'clean' : 'findings',
    checks,
    comparison: compare(places, stock, planned),
    discrepancyIds,
    campaignStatus: campaign.status,
    basis,
    createdById: actor.id,
    createdAt: deps.clock.now(),
  })
  const failed = checks.filter(({ passed }) => !passed).map(({ code }) => code)
  await recordEvent(deps, tx, actor, 'reconciliation.run', id, { campaignId, status: run.status, failed })
  return { ...run, discrepancies: await listDiscrepanciesOf(tx, discrepancyIds) }
}

/** Opens what was found, resolves what is gone, and answers the ids of what was found and of all that is open besides, and what is open. */
async function report(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  { id: campaignId }: Campaign,
  reconciliationId: Id,
  results: CheckResult[],
): Promise<{ discrepancyIds: Id[]; open: OpenDiscrepancy[] }> {
  const findings = results.flatMap(({ findings }) => findings)
  const found = new Set(await openDiscrepancies(deps, tx, actor, findings, { campaignId, reconciliationId }))
  const known = await listOpenBriefly(tx, campaignId)
  const gone = known.filter(({ id, code }) => soughtCodes.has(code) && !found.has(id)).map(({ id }) => id)
  await resolveDiscrepancies(deps, tx, actor, gone, `No longer found by the reconciliation of ${deps.clock.now()}.`)
  const resolved = new Set(gone)
  const open = known.filter(({ id }) => !resolved.has(id))
  for (const { id } of open) found.add(id)
  return { discrepancyIds: [...found].sort(), open }
}

const toCheck = ({ code, compared, findings }: CheckResult): Check => ({
  code,
  passed: findings.every(({ severity }: Finding) => severity === 'info'),
  compared,
})

/** Whether everything that was reported on the way has its answer. */
function answeredCheck(open: OpenDiscrepancy[]): Check {
  const reported = open.filter(({ code }) => !soughtCodes.has(code))
  return {
    code: 'reports_are_answered',
    passed: reported.every(({ severity }) => severity === 'info'),
    compared: reported.length,
  }
}

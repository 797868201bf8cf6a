import { recordEvent } from '../audit/index.ts'
import { type Campaign, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import {
  listOpenBut,
  listOpenIds,
  type OpenDiscrepancy,
  openDiscrepancies,
  resolveDiscrepancies,
} from '../discrepancies/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { gathered } from '../kernel/page.ts'
import { localDate } from '../kernel/time.ts'
import type { Reader, Tx } from '../schema.ts'
import { readCampaignFacts } from './campaign-repository.ts'
import { type CampaignFacts, checkCampaign } from './campaign-rules.ts'
import { compare } from './comparison.ts'
import { readFigures } from './figures.ts'
import { type CheckResult, soughtCodes } from './finding-rules.ts'
import { readHandouts } from './handout-repository.ts'
import { checkHandouts } from './handout-rules.ts'
import { readLedger, readPosition, readRoad } from './ledger-repository.ts'
import { checkLedger } from './ledger-rules.ts'
import { insertReconciliation, pagesOfDiscrepancies, type ReconciliationRow } from './repository.ts'
import { basisOf, type Check, type ComparisonLine } from './rules.ts'
import { checkShipments } from './shipment-rules.ts'
import { readShortages } from './shortage-repository.ts'
import { checkShortages } from './shortage-rules.ts'
import type { OpenedReconciliation } from './use-cases.ts'

/**
 * Runs every check over a campaign on one state of the books. What it finds is opened as discrepancies or refreshed, what an
 * earlier run found and is no longer so is resolved. `clean` says that nothing needs an answer.
 */
export async function runReconciliation(
  deps: Deps,
  actor: Actor | undefined,
  campaignId: Id,
): Promise<OpenedReconciliation> {
  const run = await deps.db.transact((tx) => reconcile(deps, tx, actor, campaignId))
  return { run, discrepancies: pagesOfDiscrepancies(deps.db.read, run.discrepancyIds) }
}

/** {@link runReconciliation} in a transaction that is open, without reading what was found. */
export async function reconcile(
  deps: Deps,
  tx: Tx,
  actor: Actor | undefined,
  campaignId: Id,
): Promise<ReconciliationRow> {
  authorize(actor, 'reconciliation:write')
  const campaign = await getCampaign(tx, campaignId)
  const id = deps.newId()
  const basis = basisOf(await readPosition(tx, campaign))
  const { facts, comparison } = await readWhole(tx, campaign)
  const report = reportOf(deps, tx, actor, { campaignId, reconciliationId: id })
  // What each kind of check reads and finds is forgotten before the next: there may be a line for every school.
  await report.take(checkLedger(await readLedger(tx, campaign)))
  await report.take(checkShipments(await readRoad(tx, campaign)))
  const today = localDate(deps.clock.now(), deps.config.timeZone)
  await report.take([checkShortages(await readShortages(tx, campaign, today))])
  await report.take(checkHandouts(await readHandouts(tx, campaignId)))
  await report.take(checkCampaign(facts))
  const { checks, discrepancyIds } = await report.finish()
  const run: ReconciliationRow = {
    id,
    campaignId,
    status: checks.every(({ passed }) => passed) ? 'clean' : 'findings',
    checks,
    comparison,
    discrepancyIds,
    campaignStatus: campaign.status,
    basis,
    createdById: actor.id,
    createdAt: deps.clock.now(),
    signedById: null,
    signedAt: null,
  }
  await insertReconciliation(tx, run)
  const failed = checks.filter(({ passed }) => !passed).map(({ code }) => code)
  await recordEvent(deps, tx, actor, 'reconciliation.run', id, { campaignId, status: run.status, failed })
  return run
}

/** The facts of the campaign in all, and its kits side by side, stage by stage. */
async function readWhole(
  reader: Reader,
  campaign: Campaign,
): Promise<{ facts: CampaignFacts; comparison: ComparisonLine[] }> {
  const { stock, places } = await readFigures(reader, campaign)
  const facts = await readCampaignFacts(reader, campaign, stock.total)
  const planned = new Map(facts.allocation?.lines.map(({ schoolId, quantity }) => [schoolId, quantity]))
  return { facts, comparison: compare(places, stock, planned) }
}

/** A run's report while its checks come in. */
interface Report {
  /** Opens what these checks found, as it is told. */
  take(results: CheckResult[]): Promise<void>
  /** Resolves what is no longer found; answers every check, and the ids of what was found and of all that is open besides. */
  finish(): Promise<{ checks: Check[]; discrepancyIds: Id[] }>
}

function reportOf(deps: Deps, tx: Tx, actor: Actor, about: { campaignId: Id; reconciliationId: Id }): Report {
  const checks: Check[] = []
  const found = new Set<Id>()
  return {
    take: async (results) => {
      for (const { code, compared, findings } of results) {
        let passed = true
        for (const some of gathered(findings)) {
          if (some.some(({ severity }) => severity !== 'info')) passed = false
          for (const id of await openDiscrepancies(deps, tx, actor, some, about)) found.add(id)
        }
        checks.push({ code, passed, compared })
      }
    },
    finish: async () => {
      const { campaignId } = about
      const gone = (await listOpenIds(tx, campaignId, sought)).filter((id) => !found.has(id))
      await resolveDiscrepancies(deps, tx, actor, gone, `No longer found by the reconciliation of ${deps.clock.now()}.`)
      const reported = await listOpenBut(tx, campaignId, sought)
      for (const { id } of reported) found.add(id)
      return { checks: [...checks, answeredCheck(reported)], discrepancyIds: [...found].sort() }
    },
  }
}

const sought = [...soughtCodes]

/** Whether everything that was reported on the way has its answer. */
function answeredCheck(reported: OpenDiscrepancy[]): Check {
  return {
    code: 'reports_are_answered',
    passed: reported.every(({ severity }) => severity === 'info'),
    compared: reported.length,
  }
}

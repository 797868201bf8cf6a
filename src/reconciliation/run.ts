import { recordEvent } from '../audit/index.ts'
import { type Campaign, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import {
  listOpenBut,
  listOpenVersions,
  type OpenDiscrepancy,
  openFindings,
  resolveGone,
} from '../discrepancies/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Once } from '../platform/http/idempotency/once.ts'
import type { Reader } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { gathered } from '../shared/page.ts'
import { localDate } from '../shared/time.ts'
import { readCampaignFacts } from './checks/campaign-repository.ts'
import { type CampaignFacts, checkCampaign } from './checks/campaign-rules.ts'
import { type CheckResult, soughtCodes } from './checks/finding-rules.ts'
import { readHandouts } from './checks/handout-repository.ts'
import { checkHandouts } from './checks/handout-rules.ts'
import { readLedger, readPosition, readRoad } from './checks/ledger-repository.ts'
import { checkLedger } from './checks/ledger-rules.ts'
import { checkShipments } from './checks/shipment-rules.ts'
import { readShortages } from './checks/shortage-repository.ts'
import { checkShortages } from './checks/shortage-rules.ts'
import { compare, readFigures } from './comparison.ts'
import {
  getReconciliation,
  insertReconciliation,
  listLeft,
  pagesOfDiscrepancies,
  type ReconciliationRow,
  takeOver,
} from './repository.ts'
import { basisOf, type Check, type ComparisonLine } from './rules.ts'
import type { OpenedReconciliation } from './use-cases.ts'

/**
 * Runs every check over a campaign on one state of the books. What it finds is opened as discrepancies or refreshed, what an
 * earlier run found and is no longer so is resolved. `clean` says that nothing needs an answer.
 */
export async function runReconciliation(
  deps: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  once?: Once,
): Promise<OpenedReconciliation> {
  authorize(actor, 'reconciliation:write')
  const { read } = deps.db
  const run = once?.done ? await getReconciliation(read, once.done) : await reconcile(deps, actor, campaignId, once)
  return { run, discrepancies: pagesOfDiscrepancies(read, run.discrepancyIds) }
}

/**
 * {@link runReconciliation} without reading what was found. Nobody waits for it: it reads the books as they are when it begins,
 * and writes some hundreds of findings at a time. The run itself comes last, so that one that was ended half-way is no run;
 * what it had opened belongs to the next.
 */
export async function reconcile(deps: Deps, actor: Actor, campaignId: Id, once?: Once): Promise<ReconciliationRow> {
  return deps.db.snapshot(turnOf(campaignId), async (books) => {
    const run = await findAll(deps, books, actor, campaignId)
    const failed = run.checks.filter(({ passed }) => !passed).map(({ code }) => code)
    const left = await listLeft(books, campaignId)
    await deps.db.transact(async (tx) => {
      await insertReconciliation(tx, run)
      await takeOver(tx, left, run.id)
      await recordEvent(deps, tx, actor, 'reconciliation.run', run.id, { campaignId, status: run.status, failed })
      await once?.note(tx, run.id)
    })
    return run
  })
}

/** Of whatever opens and resolves what it finds in a campaign, one has its turn at a time. */
export const turnOf = (campaignId: Id) => `discrepancies of ${campaignId}`

async function findAll(deps: Deps, books: Reader, actor: Actor, campaignId: Id): Promise<ReconciliationRow> {
  const createdAt = deps.clock.now()
  const id = deps.newId()
  const campaign = await getCampaign(books, campaignId)
  const basis = basisOf(await readPosition(books, campaign))
  const { facts, comparison } = await readWhole(books, campaign)
  const report = reportOf(deps, books, actor, { campaignId, reconciliationId: id })
  // What each kind of check reads and finds is forgotten before the next: there may be a line for every school.
  await report.take(checkLedger(await readLedger(books, campaign)))
  await report.take(checkShipments(await readRoad(books, campaign)))
  const today = localDate(createdAt, deps.config.timeZone)
  await report.take([checkShortages(await readShortages(books, campaign, today))])
  await report.take(checkHandouts(await readHandouts(books, campaignId)))
  await report.take(checkCampaign(facts))
  const { checks, discrepancyIds } = await report.finish(`No longer found by the reconciliation of ${createdAt}.`)
  return {
    id,
    campaignId,
    status: checks.every(({ passed }) => passed) ? 'clean' : 'findings',
    checks,
    comparison,
    discrepancyIds,
    campaignStatus: campaign.status,
    basis,
    createdById: actor.id,
    createdAt,
    signedById: null,
    signedAt: null,
  }
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
  finish(resolution: string): Promise<{ checks: Check[]; discrepancyIds: Id[] }>
}

function reportOf(deps: Deps, books: Reader, actor: Actor, about: { campaignId: Id; reconciliationId: Id }): Report {
  const { campaignId } = about
  const checks: Check[] = []
  const found = new Set<Id>()
  return {
    take: async (results) => {
      for (const { code, compared, findings } of results) {
        let passed = true
        for (const some of gathered(findings)) {
          if (some.some(({ severity }) => severity !== 'info')) passed = false
          for (const id of await openFindings(deps, books, actor, some, about)) found.add(id)
        }
        checks.push({ code, passed, compared })
      }
    },
    finish: async (resolution) => {
      const gone = (await listOpenVersions(books, campaignId, sought)).filter(({ id }) => !found.has(id))
      await resolveGone(deps, actor, gone, resolution)
      const reported = await listOpenBut(books, campaignId, sought)
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

import { recordEvent, showOne } from '../audit/index.ts'
import { type Campaign, checkFourEyes, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { countUnanswered, type Discrepancy, typedResolution } from '../discrepancies/index.ts'
import { type Actor, authorize, findActorName } from '../identity/index.ts'
import type { Reader } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { refuse } from '../shared/problem.ts'
import { type Instant, localDate } from '../shared/time.ts'
import { readPosition } from './checks/ledger-repository.ts'
import { extractForPaper } from './report/extract.ts'
import { reconciliationReport } from './report/report.ts'
import {
  getReconciliation,
  listReconciliations,
  markSigned,
  pagesOfDiscrepancies,
  type ReconciliationRow,
  type ReconciliationRun,
} from './repository.ts'
import { basisOf, checkSignable } from './rules.ts'

/** A run with what it found and what was open besides, as these stand now: read some at a time while they are answered, since there may be some for every school. */
export interface OpenedReconciliation {
  run: ReconciliationRow
  discrepancies: AsyncIterable<readonly Discrepancy[]>
}

/**
 * Signs a run for good: from then on it is what the campaign is answered for with. Signing again changes nothing. Raises
 * `open_discrepancies` while a warning or an error of the campaign is open, `stale_reconciliation` when the books have
 * changed since the run, and `four_eyes`.
 */
export async function signReconciliation(deps: Deps, actor: Actor | undefined, id: Id): Promise<OpenedReconciliation> {
  const signed = await deps.db.transact(async (tx) => {
    authorize(actor, 'reconciliation:write')
    const run = await getReconciliation(tx, id)
    if (run.status !== 'signed') {
      const campaign = await getCampaign(tx, run.campaignId)
      refuse(checkSignable(run, await readStanding(tx, campaign)))
      refuse(checkFourEyes(campaign, run.createdById, actor))
    }
    const signed = await markSigned(tx, id, { signedById: actor.id, signedAt: deps.clock.now() })
    if (signed) await recordEvent(deps, tx, actor, 'reconciliation.signed', id, { campaignId: run.campaignId })
    return signed ?? run
  })
  return { run: signed, discrepancies: pagesOfDiscrepancies(deps.db.read, signed.discrepancyIds) }
}

/** Where a campaign stands now: what is open and needs an answer, and the digest of its books. */
export async function readStanding(reader: Reader, campaign: Campaign): Promise<{ open: number; basis: string }> {
  const open = await countUnanswered(reader, campaign.id)
  return { open, basis: basisOf(await readPosition(reader, campaign)) }
}

const typedResolutions = {
  by: typedResolution.by,
  hide: ({ run, discrepancies }: OpenedReconciliation) => ({ run, discrepancies: hidden(discrepancies) }),
} as const

async function* hidden(pages: OpenedReconciliation['discrepancies']) {
  for await (const page of pages) yield page.map(typedResolution.hide)
}

/** One run. */
export async function openReconciliation(deps: Deps, actor: Actor | undefined, id: Id): Promise<OpenedReconciliation> {
  authorize(actor, 'reconciliation:read')
  const { read } = deps.db
  const run = await getReconciliation(read, id)
  const opened = { run, discrepancies: pagesOfDiscrepancies(read, run.discrepancyIds) }
  const { campaignId } = run
  return showOne(deps, actor, opened, typedResolutions, { event: 'discrepancies.read', subjectId: id, campaignId })
}

/** One run as a PDF, to file and to sign. Of very many schools or findings it tells the sums, and the gravest. */
export async function printReconciliation(deps: Deps, actor: Actor | undefined, id: Id): Promise<Buffer> {
  const { run, discrepancies } = await openReconciliation(deps, actor, id)
  const { db, clock, config } = deps
  const act = async (by: string, at: Instant) => ({
    by: (await findActorName(db.read, by)) ?? by,
    on: localDate(at, config.timeZone),
  })
  return reconciliationReport({
    campaign: (await getCampaign(db.read, run.campaignId)).name,
    run,
    extract: await extractForPaper(run.comparison, discrepancies),
    made: await act(run.createdById, run.createdAt),
    signed: run.signedById && run.signedAt ? await act(run.signedById, run.signedAt) : undefined,
    printedAt: clock.now(),
  })
}

/** The campaign's runs without what they found, the newest first. */
export async function readReconciliations(
  { db }: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  page: PageQuery,
): Promise<Page<ReconciliationRun>> {
  authorize(actor, 'reconciliation:read')
  await getCampaign(db.read, campaignId)
  return listReconciliations(db.read, campaignId, page)
}

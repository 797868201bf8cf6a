import { recordEvent } from '../audit/index.ts'
import { type Campaign, checkFourEyes, checkOpen, getCampaign, schoolsOfCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { activeBySchool } from '../enrollment/index.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Reader, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { refuse } from '../shared/problem.ts'
import { reserveForSchools, stockForAllocation, supersedeAllocation } from '../stock/index.ts'
import { apportion } from './apportion.ts'
import type { AllocationLine } from './reason.ts'
import {
  getAllocation,
  insertAllocation,
  type LineRow,
  listAllocations,
  listLines,
  markConfirmed,
  pagesOfLines,
  promisedLines,
} from './repository.ts'
import {
  type AllocationRun,
  allocatableStock,
  basisOf,
  checkConfirmable,
  type Figures,
  type Policy,
  promises,
  schoolNeeds,
  staleAllocation,
  unknownPrioritySchools,
} from './rules.ts'

/** A run with its lines, by the school's name, which are read some at a time while they are answered. */
export interface Allocation {
  run: AllocationRun
  lines: AsyncIterable<readonly LineRow[]>
}

/** What to divide: the stock as it is, or `stockQuantity` for a what-if. */
export interface ProposeAllocation {
  campaignId: Id
  policy: Policy
  stockQuantity?: number | undefined
}

/**
 * Divides the campaign's stock among its schools and keeps the run as a proposal; nothing is promised yet. Lots are drawn
 * with a seed of our own choosing, kept with the run. Raises `unknown_priority_schools` and, once the pickup has ended,
 * `campaign_not_open`.
 */
export async function proposeAllocation(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, policy, stockQuantity }: ProposeAllocation,
): Promise<Allocation> {
  const proposed = await deps.db.transact(async (tx) => {
    authorize(actor, 'allocation:write')
    const campaign = await getCampaign(tx, campaignId)
    refuse(checkAllocatable(campaign))
    const { figures } = await readFigures(tx, campaign, policy)
    const schools = schoolNeeds(figures, policy)
    const seed = deps.newId()
    const stock = stockQuantity ?? allocatableStock(figures)
    const { needQuantity, shortfall, line } = apportion({ schools, stock, policy, seed })
    const run: AllocationRun = {
      id: deps.newId(),
      campaignId,
      status: 'proposed',
      whatIf: stockQuantity !== undefined,
      policy,
      stockQuantity: stock,
      needQuantity,
      shortfall,
      seed,
      basis: basisOf(figures),
      createdById: actor.id,
      createdAt: deps.clock.now(),
      confirmedById: null,
      confirmedAt: null,
    }
    await insertAllocation(tx, run, rowsOf(run.id, schools.length, line))
    const { whatIf, stockQuantity: divided } = run
    const change = { campaignId, policy, whatIf, stockQuantity: divided, needQuantity, shortfall, seed }
    await recordEvent(deps, tx, actor, 'allocation.proposed', run.id, change)
    return run
  })
  return withLines(deps, proposed)
}

function* rowsOf(allocationId: Id, schools: number, line: (index: number) => AllocationLine) {
  for (let i = 0; i < schools; i++) {
    const { schoolId, need, quantity, ...grounds } = line(i)
    yield { allocationId, schoolId, need, shipped: grounds.kits.shipped, quantity, grounds }
  }
}

const withLines = ({ db }: Pick<Deps, 'db'>, run: AllocationRun) => ({ run, lines: pagesOfLines(db.read, run.id) })

/**
 * Confirms a proposal: the campaign's earlier one is superseded, and what each school is still to get is set aside for it.
 * Confirming again changes nothing. Raises `stale_allocation`, `what_if`, `four_eyes` and `insufficient_stock`.
 */
export async function confirmAllocation(deps: Deps, actor: Actor | undefined, id: Id): Promise<Allocation> {
  const confirmed = await deps.db.transact(async (tx) => {
    authorize(actor, 'allocation:write')
    const run = await getAllocation(tx, id)
    return run.status === 'confirmed' ? run : await confirmProposal(deps, tx, actor, run)
  })
  return withLines(deps, confirmed)
}

async function confirmProposal(deps: Deps, tx: Tx, actor: Actor, run: AllocationRun): Promise<AllocationRun> {
  const campaign = await getCampaign(tx, run.campaignId)
  const { figures, planned } = await readFigures(tx, campaign, run.policy)
  refuse(checkAllocatable(campaign))
  refuse(checkConfirmable(run, basisOf(figures)))
  refuse(checkFourEyes(campaign, run.createdById, actor))
  const superseded = await supersedeAllocation(tx, campaign.id)
  const confirmed = await markConfirmed(tx, run.id, { confirmedById: actor.id, confirmedAt: deps.clock.now() })
  if (!confirmed) throw staleAllocation()
  const reserved = promises(await promisedLines(tx, run.id), planned)
  await reserveForSchools(deps, tx, actor, campaign, reserved)
  if (superseded) await recordEvent(deps, tx, actor, 'allocation.superseded', superseded, { supersededById: run.id })
  const reservedQuantity = reserved.reduce((sum, { quantity }) => sum + quantity, 0)
  await recordEvent(deps, tx, actor, 'allocation.confirmed', run.id, { campaignId: campaign.id, reservedQuantity })
  return confirmed
}

/** A run divides what all warehouses have: staff of one of them do not see it. */
const ofAllWarehouses = { warehouseId: null }

/** One run with its lines. */
export async function readAllocation(deps: Deps, actor: Actor | undefined, id: Id): Promise<Allocation> {
  authorize(actor, 'allocation:read', ofAllWarehouses)
  return withLines(deps, await getAllocation(deps.db.read, id))
}

/** The lines of a run, by the school's name. */
export async function readLines(
  { db }: Deps,
  actor: Actor | undefined,
  id: Id,
  page: PageQuery,
): Promise<Page<LineRow>> {
  authorize(actor, 'allocation:read', ofAllWarehouses)
  await getAllocation(db.read, id)
  return listLines(db.read, id, page)
}

/** The campaign's runs without their lines, the newest first. */
export async function readAllocations(
  { db }: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  page: PageQuery,
): Promise<Page<AllocationRun>> {
  authorize(actor, 'allocation:read', ofAllWarehouses)
  await getCampaign(db.read, campaignId)
  return listAllocations(db.read, campaignId, page)
}

/** Stock may be divided before the campaign opens, so that it opens prepared, and until its pickup ends. */
function checkAllocatable(campaign: Campaign) {
  return campaign.status === 'draft' ? undefined : checkOpen(campaign)
}

async function readFigures(reader: Reader, campaign: Campaign, { prioritySchoolIds = [] }: Policy) {
  const inScope = new Set((await schoolsOfCampaign(reader, campaign)).map((school) => school.id))
  const unknown = prioritySchoolIds.filter((id) => !inScope.has(id))
  if (unknown.length > 0) throw unknownPrioritySchools({ schoolIds: unknown })
  const { onHand, shippedBySchool, plannedBySchool } = await stockForAllocation(reader, campaign)
  const active = [...(await activeBySchool(reader, campaign.id))].filter(([schoolId]) => inScope.has(schoolId))
  const figures: Figures = {
    enrolled: new Map(active),
    shipped: shippedBySchool,
    onHand,
    reserve: campaign.reserveQuantity,
  }
  return { figures, planned: plannedBySchool }
}

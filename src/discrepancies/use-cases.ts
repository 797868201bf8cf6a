import { recordEvent, showOne, showPage } from '../audit/index.ts'
import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { staleVersion } from '../shared/problem.ts'
import {
  type Discrepancy,
  type DiscrepancyFilter,
  getDiscrepancy,
  isActiveUser,
  listDiscrepancies,
  updateDiscrepancy,
} from './repository.ts'
import { ownerUnknown } from './rules.ts'

/** What a person says about a discrepancy: who looks after it (null for nobody), and how it was settled. */
export interface DiscrepancyAnswer {
  ownerId?: Id | null
  resolution?: string
}

/**
 * Gives a discrepancy an owner, a resolution or both; a resolution resolves it, and a later one replaces it. Raises
 * `owner_unknown` and `stale_version`.
 */
export function answerDiscrepancy(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  { ownerId, resolution }: DiscrepancyAnswer,
  ifVersion: number | undefined,
): Promise<Discrepancy> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'reconciliation:write')
    const known = await getDiscrepancy(tx, id)
    if (ownerId && !(await isActiveUser(tx, ownerId))) throw ownerUnknown()
    const resolved =
      resolution === undefined || (known.status === 'resolved' && known.resolution === resolution)
        ? undefined
        : ({
            status: 'resolved',
            resolution,
            resolvedById: actor.id,
            resolvedAt: deps.clock.now(),
            gone: false,
          } as const)
    const assigned = ownerId === undefined || ownerId === known.ownerId ? undefined : { ownerId }
    if (ifVersion !== undefined && ifVersion !== known.version) throw staleVersion()
    if (!assigned && !resolved) return known
    const answered = await updateDiscrepancy(tx, id, { ...assigned, ...resolved }, ifVersion)
    if (!answered) throw staleVersion()
    if (assigned) await recordEvent(deps, tx, actor, 'discrepancy.assigned', id, assigned)
    const personal = { campaignId: known.campaignId, fields: { resolution } }
    if (resolved) await recordEvent(deps, tx, actor, 'discrepancy.resolved', id, {}, personal)
    return answered
  })
}

/** How a discrepancy was settled is in somebody's own words: who only audits reads them with a reason. */
export const typedResolution = {
  by: 'reconciliation:read',
  hide: (discrepancy: Discrepancy): Discrepancy => ({ ...discrepancy, resolution: null }),
} as const

/** One discrepancy. */
export async function readDiscrepancy(deps: Deps, actor: Actor | undefined, id: Id): Promise<Discrepancy> {
  authorize(actor, 'reconciliation:read')
  const discrepancy = await getDiscrepancy(deps.db.read, id)
  const { campaignId } = discrepancy
  return showOne(deps, actor, discrepancy, typedResolution, { event: 'discrepancies.read', subjectId: id, campaignId })
}

/** The campaign's discrepancies, in the order in which they were opened first. */
export async function readDiscrepancies(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, ...filter }: DiscrepancyFilter & { campaignId: Id },
  page: PageQuery,
): Promise<Page<Discrepancy>> {
  authorize(actor, 'reconciliation:read')
  const { read } = deps.db
  await getCampaign(read, campaignId)
  const found = await listDiscrepancies(read, campaignId, filter, page)
  const entry = { event: 'discrepancies.read', subjectId: campaignId, campaignId, facts: { ...filter } }
  return showPage(deps, actor, found, page, typedResolution, entry)
}

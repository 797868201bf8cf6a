import { recordEvent } from '../audit/index.ts'
import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import type { Page, PageQuery } from '../kernel/page.ts'
import { staleVersion } from '../kernel/problem.ts'
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
    if (resolved) await recordEvent(deps, tx, actor, 'discrepancy.resolved', id, { resolution: resolved.resolution })
    return answered
  })
}

/** One discrepancy. */
export async function readDiscrepancy({ db }: Deps, actor: Actor | undefined, id: Id): Promise<Discrepancy> {
  authorize(actor, 'reconciliation:read')
  return getDiscrepancy(db.read, id)
}

/** The campaign's discrepancies, in the order in which they were opened first. */
export async function readDiscrepancies(
  { db }: Deps,
  actor: Actor | undefined,
  { campaignId, ...filter }: DiscrepancyFilter & { campaignId: Id },
  page: PageQuery,
): Promise<Page<Discrepancy>> {
  authorize(actor, 'reconciliation:read')
  await getCampaign(db.read, campaignId)
  return listDiscrepancies(db.read, campaignId, filter, page)
}

import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { listErasures } from './repository.ts'
import type { Erasure } from './rules.ts'

/** The reports of what was erased of a campaign, the newest first. */
export async function readErasures(
  { db }: Deps,
  actor: Actor | undefined,
  campaignId: Id,
  page: PageQuery,
): Promise<Page<Erasure>> {
  authorize(actor, 'privacy:read')
  await getCampaign(db.read, campaignId)
  return listErasures(db.read, campaignId, page)
}

import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import { allCommunities } from '../places/index.ts'
import type { Reader } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { refuse, staleVersion } from '../shared/problem.ts'
import { occurred } from '../shared/time-facts.ts'
import {
  findKit,
  getCampaign,
  getKit,
  insertCampaign,
  insertKit,
  listCampaigns,
  listKits,
  moveCampaign,
  replaceCommunities,
  updateCampaign,
} from './repository.ts'
import {
  type Campaign,
  checkChange,
  checkCost,
  checkOpen,
  checkPickup,
  type Kit,
  unitCostOf,
  unknownCommunities,
  unknownKit,
} from './rules.ts'

/** What a campaign is made of. */
export type NewCampaign = Pick<
  Campaign,
  'name' | 'year' | 'kitId' | 'communityIds' | 'targetQuantity' | 'budgetCents' | 'pickupFrom' | 'pickupUntil'
> & { reserveQuantity?: number; fourEyes?: boolean; retentionDays?: number }

/** Adds a kit; its cost follows from its contents. Raises `too_expensive`. */
export function createKit(
  deps: Deps,
  actor: Actor | undefined,
  { name, items }: Pick<Kit, 'name' | 'items'>,
): Promise<Kit> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'campaign:write')
    const kit = { id: deps.newId(), name, items, unitCostCents: unitCostOf(items) }
    refuse(checkCost(kit.unitCostCents))
    await insertKit(tx, kit)
    await recordEvent(deps, tx, actor, 'kit.created', kit.id, { name, unitCostCents: kit.unitCostCents })
    return kit
  })
}

/** One kit. */
export async function readKit({ db }: Deps, actor: Actor | undefined, id: Id): Promise<Kit> {
  authorize(actor, 'campaign:read')
  return getKit(db.read, id)
}

/** Kits, the newest first. */
export async function readKits({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<Kit>> {
  authorize(actor, 'campaign:read')
  return listKits(db.read, page)
}

/** Adds a campaign as a draft. Raises `unknown_kit`, `unknown_communities` and `pickup_ends_before_it_begins`. */
export function createCampaign(deps: Deps, actor: Actor | undefined, command: NewCampaign): Promise<Campaign> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'campaign:write')
    await checkReferences(tx, command)
    refuse(checkPickup(command))
    const id = deps.newId()
    const { communityIds, retentionDays = deps.config.retentionDays, ...columns } = command
    await insertCampaign(tx, { ...columns, retentionDays, id, createdAt: deps.clock.now() }, [...new Set(communityIds)])
    await recordEvent(deps, tx, actor, 'campaign.created', id, { ...command, retentionDays })
    return getCampaign(tx, id)
  })
}

/**
 * Changes a campaign. Raises `stale_version`, `campaign_closed`, and `campaign_under_way` for the kit, or a community taken
 * out, once it is open.
 */
export function changeCampaign(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  change: Partial<NewCampaign>,
  ifVersion: number | undefined,
): Promise<Campaign> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'campaign:write')
    refuse(checkChange(await getCampaign(tx, id), change))
    await checkReferences(tx, change)
    const { communityIds, ...columns } = change
    if (!(await updateCampaign(tx, id, columns, ifVersion))) throw staleVersion()
    if (communityIds) await replaceCommunities(tx, id, [...new Set(communityIds)])
    await recordEvent(deps, tx, actor, 'campaign.changed', id, { ...change })
    return getCampaign(tx, id)
  })
}

/** Opens a draft. Opening it again changes nothing; one whose pickup has ended is 409 `campaign_not_open`. */
export function openCampaign(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  { occurredAt }: { occurredAt?: string | undefined } = {},
): Promise<Campaign> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'campaign:write')
    const openedAt = occurred(deps.clock, occurredAt)
    const moved = await moveCampaign(tx, id, 'draft', { status: 'open', openedAt })
    const campaign = await getCampaign(tx, id)
    if (!moved) refuse(checkOpen(campaign))
    else await recordEvent(deps, tx, actor, 'campaign.opened', id, { openedAt })
    return campaign
  })
}

/** One campaign. */
export async function readCampaign({ db }: Deps, actor: Actor | undefined, id: Id): Promise<Campaign> {
  authorize(actor, 'campaign:read')
  return getCampaign(db.read, id)
}

/** Campaigns, the newest first. */
export async function readCampaigns({ db }: Deps, actor: Actor | undefined, page: PageQuery): Promise<Page<Campaign>> {
  authorize(actor, 'campaign:read')
  return listCampaigns(db.read, page)
}

async function checkReferences(reader: Reader, { kitId, communityIds }: Partial<NewCampaign>): Promise<void> {
  if (kitId && !(await findKit(reader, kitId))) throw unknownKit()
  if (!communityIds) return
  const known = new Set((await allCommunities(reader)).map((community) => community.id))
  const unknown = communityIds.filter((id) => !known.has(id))
  if (unknown.length > 0) throw unknownCommunities({ communityIds: unknown })
}

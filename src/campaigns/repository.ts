import { and, desc, eq, inArray } from 'drizzle-orm'
import { type SchoolInBrief, schoolsInCommunities } from '../places/index.ts'
import { pageDescending, updateVersion, updateWhere } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import type { Campaign, CampaignStatus, Kit } from './rules.ts'

/** Adds a kit with its contents. */
export async function insertKit({ q, t }: Tx, { items, ...kit }: Kit): Promise<void> {
  await q.insert(t.kits).values(kit)
  if (items.length > 0) {
    await q.insert(t.kitItems).values(items.map((item, position) => ({ ...item, kitId: kit.id, position })))
  }
}

/** The kit with this id. */
export async function findKit(reader: Reader, id: Id): Promise<Kit | undefined> {
  const { q, t } = reader
  const kits = await q.select().from(t.kits).where(eq(t.kits.id, id))
  return (await withItems(reader, kits))[0]
}

/** The kit with this id. Raises `not_found`. */
export async function getKit(reader: Reader, id: Id): Promise<Kit> {
  const kit = await findKit(reader, id)
  if (!kit) throw notFound({ what: 'kit' })
  return kit
}

/** Kits, the newest first. */
export async function listKits(reader: Reader, page: PageQuery): Promise<Page<Kit>> {
  const { q, t } = reader
  const { items, nextCursor } = await pageDescending(q.select().from(t.kits), t.kits, 'id', page)
  return { items: await withItems(reader, items), nextCursor }
}

async function withItems({ q, t }: Reader, kits: Omit<Kit, 'items'>[]): Promise<Kit[]> {
  const ids = kits.map((kit) => kit.id)
  const rows = await q.select().from(t.kitItems).where(inArray(t.kitItems.kitId, ids)).orderBy(t.kitItems.position)
  const itemsOf = (id: Id) => rows.filter(({ kitId }) => kitId === id)
  return kits.map((kit) => ({ ...kit, items: itemsOf(kit.id).map(({ kitId, position, ...item }) => item) }))
}

/** Adds a campaign with the communities that it is for. */
export async function insertCampaign(
  tx: Tx,
  campaign: Tables['campaigns']['$inferInsert'],
  communityIds: Id[],
): Promise<void> {
  await tx.q.insert(tx.t.campaigns).values(campaign)
  await insertCommunities(tx, campaign.id, communityIds)
}

async function insertCommunities({ q, t }: Tx, campaignId: Id, communityIds: Id[]): Promise<void> {
  await q.insert(t.campaignCommunities).values(communityIds.map((communityId) => ({ campaignId, communityId })))
}

/** Makes a campaign be for these communities and no others. */
export async function replaceCommunities(tx: Tx, campaignId: Id, communityIds: Id[]): Promise<void> {
  const { q, t } = tx
  await q.delete(t.campaignCommunities).where(eq(t.campaignCommunities.campaignId, campaignId))
  await insertCommunities(tx, campaignId, communityIds)
}

/** Changes a campaign and counts its version up; false when the version is no longer `ifVersion`. */
export async function updateCampaign(
  tx: Tx,
  id: Id,
  change: Partial<Tables['campaigns']['$inferInsert']>,
  ifVersion: number | undefined,
): Promise<boolean> {
  return (await updateVersion(tx, tx.t.campaigns, id, change, ifVersion)) !== undefined
}

/** Moves a campaign on, from one status to the next; false when it was no longer there. */
export async function moveCampaign(
  tx: Tx,
  id: Id,
  from: CampaignStatus,
  change: Pick<Tables['campaigns']['$inferInsert'], 'status' | 'openedAt' | 'closingAt' | 'closedAt'>,
): Promise<boolean> {
  const { campaigns } = tx.t
  return (await updateWhere(tx, campaigns, id, change, eq(campaigns.status, from))) !== undefined
}

/** The campaign with this id. Raises `not_found`. */
export async function getCampaign(reader: Reader, id: Id): Promise<Campaign> {
  const { q, t } = reader
  const [campaign] = await withCommunities(reader, await q.select().from(t.campaigns).where(eq(t.campaigns.id, id)))
  if (!campaign) throw notFound({ what: 'campaign' })
  return campaign
}

/** Every campaign that is in one of these statuses, the oldest first. */
export async function listCampaignsThatAre(reader: Reader, statuses: CampaignStatus[]): Promise<Campaign[]> {
  const { q, t } = reader
  const rows = q.select().from(t.campaigns).where(inArray(t.campaigns.status, statuses))
  return withCommunities(reader, await rows.orderBy(t.campaigns.id))
}

/** Campaigns, the newest first. */
export async function listCampaigns(reader: Reader, page: PageQuery): Promise<Page<Campaign>> {
  const { q, t } = reader
  const { items, nextCursor } = await pageDescending(q.select().from(t.campaigns), t.campaigns, 'id', page)
  return { items: await withCommunities(reader, items), nextCursor }
}

async function withCommunities({ q, t }: Reader, rows: Tables['campaigns']['$inferSelect'][]): Promise<Campaign[]> {
  const ids = rows.map((row) => row.id)
  const links = await q.select().from(t.campaignCommunities).where(inArray(t.campaignCommunities.campaignId, ids))
  return rows.map((row) => ({
    ...row,
    communityIds: links.filter((link) => link.campaignId === row.id).map((link) => link.communityId),
  }))
}

/** The schools that a campaign is for, by ministry code. */
export function schoolsOfCampaign(reader: Reader, campaign: Pick<Campaign, 'communityIds'>): Promise<SchoolInBrief[]> {
  return schoolsInCommunities(reader, campaign.communityIds)
}

/** The open campaign that a school belongs to, the latest if there are several. */
export async function findOpenCampaignOfSchool(reader: Reader, schoolId: Id): Promise<Campaign | undefined> {
  const { q, t } = reader
  const found = await q
    .select({ campaign: t.campaigns })
    .from(t.campaigns)
    .innerJoin(t.campaignCommunities, eq(t.campaignCommunities.campaignId, t.campaigns.id))
    .innerJoin(t.schools, eq(t.schools.communityId, t.campaignCommunities.communityId))
    .where(and(eq(t.campaigns.status, 'open'), eq(t.schools.id, schoolId)))
    .orderBy(desc(t.campaigns.id))
    .limit(1)
  const rows = found.map(({ campaign }) => campaign)
  return (await withCommunities(reader, rows))[0]
}

/** The campaigns that give out this kit and are not closed, the newest first. */
export async function liveCampaignsOfKit(reader: Reader, kitId: Id): Promise<Campaign[]> {
  const { q, t } = reader
  const live = and(eq(t.campaigns.kitId, kitId), inArray(t.campaigns.status, ['open', 'closing']))
  return withCommunities(reader, await q.select().from(t.campaigns).where(live).orderBy(desc(t.campaigns.id)))
}

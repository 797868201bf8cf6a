import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { type SchoolInBrief, schoolsInCommunities } from '../places/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import type { Campaign, CampaignStatus, Kit, KitItem } from './rules.ts'

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
  const after = decodeCursor(page.cursor, 1)
  const behind = after ? lt(t.kits.id, String(after[0])) : undefined
  const rows = await q
    .select()
    .from(t.kits)
    .where(behind)
    .orderBy(desc(t.kits.id))
    .limit(page.limit + 1)
  return toPage(await withItems(reader, rows), page.limit, (kit) => [kit.id])
}

async function withItems({ q, t }: Reader, kits: Omit<Kit, 'items'>[]): Promise<Kit[]> {
  const ids = kits.map((kit) => kit.id)
  const rows = await q.select().from(t.kitItems).where(inArray(t.kitItems.kitId, ids)).orderBy(t.kitItems.position)
  const toItem = ({ name, quantity, unitCostCents }: (typeof rows)[number]): KitItem => ({
    name,
    quantity,
    unitCostCents,
  })
  return kits.map((kit) => ({ ...kit, items: rows.filter((row) => row.kitId === kit.id).map(toItem) }))
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
  { q, t }: Tx,
  id: Id,
  change: Partial<Tables['campaigns']['$inferInsert']>,
  ifVersion?: number | undefined,
): Promise<boolean> {
  const rows = await q
    .update(t.campaigns)
    .set({ ...change, version: sql`${t.campaigns.version} + 1` })
    .where(and(eq(t.campaigns.id, id), ifVersion === undefined ? undefined : eq(t.campaigns.version, ifVersion)))
    .returning()
  return rows.length > 0
}

/** Moves a campaign on, from one status to the next; false when it was no longer there. */
export async function moveCampaign(
  { q, t }: Tx,
  id: Id,
  from: CampaignStatus,
  change: Pick<Tables['campaigns']['$inferInsert'], 'status' | 'openedAt' | 'closingAt' | 'closedAt'>,
): Promise<boolean> {
  const rows = await q
    .update(t.campaigns)
    .set({ ...change, version: sql`${t.campaigns.version} + 1` })
    .where(and(eq(t.campaigns.id, id), eq(t.campaigns.status, from)))
    .returning()
  return rows.length > 0
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
  const after = decodeCursor(page.cursor, 1)
  const behind = after ? lt(t.campaigns.id, String(after[0])) : undefined
  const rows = await q
    .select()
    .from(t.campaigns)
    .where(behind)
    .orderBy(desc(t.campaigns.id))
    .limit(page.limit + 1)
  return toPage(await withCommunities(reader, rows), page.limit, (campaign) => [campaign.id])
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
  const rows = await q
    .select({ campaign: t.campaigns })
    .from(t.campaigns)
    .innerJoin(t.campaignCommunities, eq(t.campaignCommunities.campaignId, t.campaigns.id))
    .innerJoin(t.schools, eq(t.schools.communityId, t.campaignCommunities.communityId))
    .where(and(eq(t.campaigns.status, 'open'), eq(t.schools.id, schoolId)))
    .orderBy(desc(t.campaigns.id))
    .limit(1)
  return (
    await withCommunities(
      reader,
      rows.map((row) => row.campaign),
    )
  )[0]
}

/** The campaigns that give out this kit and are not closed, the newest first. */
export async function liveCampaignsOfKit(reader: Reader, kitId: Id): Promise<Campaign[]> {
  const { q, t } = reader
  const live = and(eq(t.campaigns.kitId, kitId), inArray(t.campaigns.status, ['open', 'closing']))
  return withCommunities(reader, await q.select().from(t.campaigns).where(live).orderBy(desc(t.campaigns.id)))
}

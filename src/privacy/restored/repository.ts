import { eq, inArray, isNotNull, or } from 'drizzle-orm'
import { listStopped } from '../../notifications/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Forgotten, KnownGuardian } from './rules.ts'

/** What was erased in a database, on request and with a campaign, and who wants no reminders. It tells nothing of those who were forgotten. */
export async function listForgotten(reader: Reader): Promise<Forgotten> {
  const { q, t } = reader
  const { enrollments: e, erasures: r } = t
  const { id, transferredFromId, guardiansErasedAt, namesErasedAt } = e
  const rows = await q
    .select({ id, transferredFromId, guardiansErasedAt, namesErasedAt })
    .from(e)
    .where(or(isNotNull(guardiansErasedAt), isNotNull(namesErasedAt)))
    .orderBy(id)
  const campaigns = await q.selectDistinct({ id: r.campaignId }).from(r).where(isNotNull(r.campaignId))
  const children: Forgotten['children'] = []
  for (const { id: first, transferredFromId: from, ...marks } of rows) {
    const before = from ? await listBefore(reader, from) : []
    children.push({ ...marks, ids: [first, ...before], stayed: await listKnownGuardians(reader, first) })
  }
  return { children, campaignIds: campaigns.map((campaign) => campaign.id!), stopped: await listStopped(reader) }
}

/** An enrollment and those that it was transferred from. */
async function listBefore({ q, t: { enrollments: e } }: Reader, last: Id): Promise<Id[]> {
  const ids: Id[] = []
  for (let id: Id | null = last; id; ) {
    ids.push(id)
    const [row]: { from: Id | null }[] = await q.select({ from: e.transferredFromId }).from(e).where(eq(e.id, id))
    id = row?.from ?? null
  }
  return ids
}

/** The guardians that are known of a child. */
export function listKnownGuardians({ q, t: { guardians: g } }: Reader, enrollmentId: Id): Promise<KnownGuardian[]> {
  const { position, name, email, phone } = g
  return q.select({ position, name, email, phone }).from(g).where(eq(g.enrollmentId, enrollmentId)).orderBy(position)
}

/** When an enrollment's guardians and names were forgotten; undefined where there is no such enrollment. */
export async function findMarks({ q, t: { enrollments: e } }: Reader, id: Id) {
  const { guardiansErasedAt, namesErasedAt } = e
  return (await q.select({ id: e.id, guardiansErasedAt, namesErasedAt }).from(e).where(eq(e.id, id)))[0]
}

/** Those of `ids` that are campaigns of this database. */
export async function listKnownCampaigns({ q, t: { campaigns: c } }: Reader, ids: readonly Id[]): Promise<Id[]> {
  const rows = await q.select({ id: c.id }).from(c).where(inArray(c.id, ids)).orderBy(c.id)
  return rows.map(({ id }) => id)
}

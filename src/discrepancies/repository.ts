import { and, count, eq, inArray, ne, notInArray, sql } from 'drizzle-orm'
import { getById, insertFreeRows, pageAscending, prepared, updateVersion } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { type Page, type PageQuery, portions } from '../shared/page.ts'
import type { DiscrepancyCode, DiscrepancyStatus } from './rules.ts'

/** A discrepancy as stored. */
export type Discrepancy = Tables['discrepancies']['$inferSelect']

/** Which discrepancies to list. */
export interface DiscrepancyFilter {
  status?: DiscrepancyStatus | undefined
  code?: DiscrepancyCode | undefined
}

/** The discrepancy with this id. Raises `not_found`. */
export function getDiscrepancy(reader: Reader, id: Id): Promise<Discrepancy> {
  return getById(reader, reader.t.discrepancies, id, 'discrepancy')
}

/** The discrepancy of this matter, open or resolved. */
export async function findMatter(
  reader: Reader,
  key: { campaignId: Id; code: DiscrepancyCode; matter: string },
): Promise<Discrepancy | undefined> {
  const find = prepared(reader, 'discrepancies:matter', ({ q, t }) =>
    q
      .select()
      .from(t.discrepancies)
      .where(
        and(
          eq(t.discrepancies.campaignId, sql.placeholder('campaignId')),
          eq(t.discrepancies.code, sql.placeholder('code')),
          eq(t.discrepancies.matter, sql.placeholder('matter')),
        ),
      ),
  )
  return (await find.execute({ ...key }))[0]
}

/** What is known of a matter that was found again. */
export type KnownMatter = Pick<
  Discrepancy,
  'id' | 'code' | 'matter' | 'status' | 'severity' | 'expected' | 'actual' | 'gone' | 'version'
>

/** What a campaign's discrepancies of these matters say, some hundreds at most, open or resolved, by {@link matterOf}. */
export async function listMatters(
  { q, t }: Reader,
  campaignId: Id,
  matters: readonly Pick<Discrepancy, 'code' | 'matter'>[],
): Promise<Map<string, KnownMatter>> {
  const d = t.discrepancies
  const { id, code, matter, status, severity, expected, actual, gone, version } = d
  const pairs = matters.map((one) => sql`(${one.code}, ${one.matter})`)
  const rows = await q
    .select({ id, code, matter, status, severity, expected, actual, gone, version })
    .from(d)
    .where(and(eq(d.campaignId, campaignId), sql`(${code}, ${matter}) in (values ${sql.join(pairs, sql`, `)})`))
  return new Map(rows.map((row) => [matterOf(row), row]))
}

/** What a campaign has one discrepancy of. */
export function matterOf({ code, matter }: Pick<Discrepancy, 'code' | 'matter'>): string {
  return `${code} ${matter}`
}

/** Adds discrepancies, but for those whose matter has one by now; answers the ids of those added. */
export function insertFreeDiscrepancies(
  tx: Tx,
  rows: readonly (Tables['discrepancies']['$inferInsert'] & { id: Id })[],
): Promise<Set<string>> {
  return insertFreeRows(tx, tx.t.discrepancies, rows)
}

/** Adds a discrepancy. */
export async function insertDiscrepancy({ q, t }: Tx, row: Tables['discrepancies']['$inferInsert']): Promise<void> {
  await q.insert(t.discrepancies).values(row)
}

/** Changes a discrepancy and counts its version up; undefined when the version is no longer `ifVersion`. */
export function updateDiscrepancy(
  tx: Tx,
  id: Id,
  change: Partial<Discrepancy>,
  ifVersion: number | undefined,
): Promise<Discrepancy | undefined> {
  return updateVersion(tx, tx.t.discrepancies, id, change, ifVersion)
}

/** A discrepancy as somebody knows it: of another version by now, it was changed since. */
export type KnownVersion = Pick<Discrepancy, 'id' | 'version'>

/** Resolves what among these is still open and as it is known; answers the ids that were. */
export async function resolveOpen(
  { q, t }: Tx,
  known: readonly KnownVersion[],
  how: Pick<Discrepancy, 'resolution' | 'resolvedById' | 'resolvedAt' | 'gone'>,
): Promise<Id[]> {
  const { id, status, version } = t.discrepancies
  const resolved: Id[] = []
  for (const of of new Set(known.map((one) => one.version))) {
    const ids = known.filter((one) => one.version === of).map((one) => one.id)
    for (const some of portions(ids)) {
      const asKnown = and(inArray(id, [...some]), eq(version, of), eq(status, 'open'))
      const rows = await q
        .update(t.discrepancies)
        .set({ ...how, status: 'resolved', version: of + 1 })
        .where(asKnown)
        .returning({ id })
      resolved.push(...rows.map((row) => row.id))
    }
  }
  return resolved
}

/** The campaign's discrepancies in the order in which they were opened first. */
export function listDiscrepancies(
  { q, t: { discrepancies: d } }: Reader,
  campaignId: Id,
  { status, code }: DiscrepancyFilter,
  page: PageQuery,
): Promise<Page<Discrepancy>> {
  const wanted = and(
    eq(d.campaignId, campaignId),
    status ? eq(d.status, status) : undefined,
    code ? eq(d.code, code) : undefined,
  )
  return pageAscending(q.select().from(d), d, 'id', page, wanted)
}

/** All that is open in a campaign, in the order in which it was opened first. */
export function listOpenDiscrepancies({ q, t }: Reader, campaignId: Id): Promise<Discrepancy[]> {
  return q
    .select()
    .from(t.discrepancies)
    .where(and(eq(t.discrepancies.campaignId, campaignId), eq(t.discrepancies.status, 'open')))
    .orderBy(t.discrepancies.id)
}

/** What of an open discrepancy decides what stands in the way. */
export type OpenDiscrepancy = Pick<Discrepancy, 'id' | 'code' | 'severity' | 'status'>

/** {@link listOpenDiscrepancies} of codes other than these, without what is told of each. */
export function listOpenBut({ q, t }: Reader, campaignId: Id, codes: DiscrepancyCode[]): Promise<OpenDiscrepancy[]> {
  const { id, code, severity, status } = t.discrepancies
  return q
    .select({ id, code, severity, status })
    .from(t.discrepancies)
    .where(and(eq(t.discrepancies.campaignId, campaignId), eq(status, 'open'), notInArray(code, codes)))
    .orderBy(id)
}

/** What is open under these codes, in the order in which it was opened first: there may be some for every school. */
export function listOpenVersions({ q, t }: Reader, campaignId: Id, codes: DiscrepancyCode[]): Promise<KnownVersion[]> {
  const { id, code, status, version } = t.discrepancies
  return q
    .select({ id, version })
    .from(t.discrepancies)
    .where(and(eq(t.discrepancies.campaignId, campaignId), eq(status, 'open'), inArray(code, codes)))
    .orderBy(id)
}

/** How many open discrepancies of a campaign need an answer. */
export async function countUnanswered({ q, t }: Reader, campaignId: Id): Promise<number> {
  const { status, severity } = t.discrepancies
  const [row] = await q
    .select({ open: count() })
    .from(t.discrepancies)
    .where(and(eq(t.discrepancies.campaignId, campaignId), eq(status, 'open'), ne(severity, 'info')))
  return row!.open
}

/** Whether there is an active user with this id. */
export async function isActiveUser({ q, t }: Reader, id: Id): Promise<boolean> {
  const active = and(eq(t.users.id, id), eq(t.users.active, true))
  return (await q.select({ id: t.users.id }).from(t.users).where(active)).length > 0
}

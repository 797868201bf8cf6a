import { and, desc, eq, getTableColumns, inArray, isNotNull, isNull, notExists } from 'drizzle-orm'
import type { Discrepancy } from '../discrepancies/index.ts'
import { getById, pageDescending } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { type Page, type PageQuery, portions } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import type { StaleDevice } from './stale-devices/rules.ts'

/** A run as stored. */
export type ReconciliationRow = Tables['reconciliations']['$inferSelect']
/** A run without what has a line for every school. */
export type ReconciliationRun = Omit<ReconciliationRow, 'comparison' | 'discrepancyIds'>

const runColumns = ({ reconciliations }: Tables) => {
  const { comparison, discrepancyIds, ...run } = getTableColumns(reconciliations)
  return run
}

/** Adds a run. */
export async function insertReconciliation({ q, t }: Tx, run: ReconciliationRow): Promise<void> {
  await q.insert(t.reconciliations).values(run)
}

/** The discrepancies of a campaign that a run has opened which was ended half-way: there is no such run. */
export async function listLeft({ q, t }: Reader, campaignId: Id): Promise<Id[]> {
  const { discrepancies: d, reconciliations: r } = t
  const itsRun = q.select({ id: r.id }).from(r).where(eq(r.id, d.reconciliationId))
  const left = and(eq(d.campaignId, campaignId), isNotNull(d.reconciliationId), notExists(itsRun))
  return (await q.select({ id: d.id }).from(d).where(left)).map(({ id }) => id)
}

/** Has discrepancies belong to a run, also if another has opened them. */
export async function takeOver({ q, t }: Tx, ids: readonly Id[], reconciliationId: Id): Promise<void> {
  for (const some of portions(ids))
    await q
      .update(t.discrepancies)
      .set({ reconciliationId })
      .where(inArray(t.discrepancies.id, [...some]))
}

/** The run with this id. Raises `not_found`. */
export function getReconciliation(reader: Reader, id: Id): Promise<ReconciliationRow> {
  return getById(reader, reader.t.reconciliations, id, 'reconciliation')
}

/** The campaign's runs, the newest first. */
export function listReconciliations(
  { q, t }: Reader,
  campaignId: Id,
  page: PageQuery,
): Promise<Page<ReconciliationRun>> {
  const { reconciliations: r } = t
  return pageDescending(q.select(runColumns(t)).from(r), r, 'id', page, eq(r.campaignId, campaignId))
}

/** The latest signed run that was made while the campaign was closing. */
export async function findSignedWhileClosing({ q, t }: Reader, campaignId: Id): Promise<ReconciliationRun | undefined> {
  const r = t.reconciliations
  const signed = and(eq(r.campaignId, campaignId), eq(r.status, 'signed'), eq(r.campaignStatus, 'closing'))
  return (await q.select(runColumns(t)).from(r).where(signed).orderBy(desc(r.id)).limit(1))[0]
}

/** Signs a run; undefined when it is signed already. */
export async function markSigned(
  { q, t: { reconciliations: r } }: Tx,
  id: Id,
  by: { signedById: string; signedAt: Instant },
): Promise<ReconciliationRow | undefined> {
  const unsigned = and(eq(r.id, id), inArray(r.status, ['clean', 'findings']))
  const signed = { ...by, status: 'signed' } as const
  return (await q.update(r).set(signed).where(unsigned).returning())[0]
}

/** The discrepancies with these ids, as they are now, in the order in which they were opened first, some at a time. */
export async function* pagesOfDiscrepancies(
  { q, t }: Reader,
  ids: readonly Id[],
): AsyncGenerator<Discrepancy[], void, undefined> {
  for (const some of portions(ids)) {
    const ofThese = inArray(t.discrepancies.id, [...some])
    yield await q.select().from(t.discrepancies).where(ofThese).orderBy(t.discrepancies.id)
  }
}

/** Every device that has been set up and not cut off. */
export async function listDevicesInUse({ q, t }: Reader): Promise<StaleDevice[]> {
  const { devices: d, schools: s } = t
  const inUse = and(isNotNull(d.provisionedAt), isNull(d.revokedAt))
  const rows = await q
    .select({ device: d, schoolName: s.name, communityId: s.communityId })
    .from(d)
    .innerJoin(s, eq(s.id, d.schoolId))
    .where(inUse)
    .orderBy(s.name, d.id)
  return rows.map(({ device: { id, schoolId, lastSeenAt, provisionedAt, pendingScans }, ...school }) => ({
    ...{ id, schoolId, ...school },
    heardAt: lastSeenAt ?? provisionedAt!,
    pendingScans: pendingScans ?? 0,
  }))
}

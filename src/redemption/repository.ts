import { and, count, desc, eq, gte, inArray, isNull, lt, lte, sql } from 'drizzle-orm'
import { prepared } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { ScanResult } from '../shared/judge-scan.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import type { Instant } from '../shared/time.ts'
import type { Redemption } from './rules.ts'

/** One attempt as it is kept. */
export type ScanRow = Tables['scans']['$inferSelect']

/** The attempt that the scanner calls `scanId`. */
export async function findScan(reader: Reader, scanId: string): Promise<ScanRow | undefined> {
  const find = prepared(reader, 'scans:by-scan-id', ({ q, t }) =>
    q
      .select()
      .from(t.scans)
      .where(eq(t.scans.scanId, sql.placeholder('scanId'))),
  )
  return (await find.execute({ scanId }))[0]
}

/** Appends an attempt. */
export async function insertScan(tx: Tx, scan: ScanRow): Promise<void> {
  const insert = prepared(tx, 'scans:insert', ({ q, t }) =>
    q.insert(t.scans).values({
      id: sql.placeholder('id'),
      scanId: sql.placeholder('scanId'),
      campaignId: sql.placeholder('campaignId'),
      schoolId: sql.placeholder('schoolId'),
      voucherId: sql.placeholder('voucherId'),
      redemptionId: sql.placeholder('redemptionId'),
      discrepancyId: sql.placeholder('discrepancyId'),
      result: sql.placeholder('result'),
      raw: sql.placeholder('raw'),
      handedOut: sql.placeholder('handedOut'),
      collectedBy: sql.placeholder('collectedBy'),
      actorId: sql.placeholder('actorId'),
      scannedAt: sql.placeholder('scannedAt'),
      recordedAt: sql.placeholder('recordedAt'),
      facts: sql.placeholder('facts'),
    }),
  )
  await insert.execute(scan)
}

/** Adds a hand-out by `actorId`. */
export async function insertRedemption(tx: Tx, redemption: Redemption, actorId: string): Promise<void> {
  const insert = prepared(tx, 'redemptions:insert', ({ q, t }) =>
    q.insert(t.redemptions).values({
      id: sql.placeholder('id'),
      voucherId: sql.placeholder('voucherId'),
      campaignId: sql.placeholder('campaignId'),
      schoolId: sql.placeholder('schoolId'),
      collectedBy: sql.placeholder('collectedBy'),
      actorId: sql.placeholder('actorId'),
      redeemedAt: sql.placeholder('redeemedAt'),
      recordedAt: sql.placeholder('recordedAt'),
    }),
  )
  await insert.execute({ ...redemption, actorId })
}

/** The hand-out with this id. Raises `not_found`. */
export async function getRedemption({ q, t }: Reader, id: Id): Promise<Redemption> {
  const [redemption] = await q.select().from(t.redemptions).where(eq(t.redemptions.id, id))
  if (!redemption) throw notFound({ what: 'redemption' })
  return redemption
}

/** Undoes a hand-out; undefined when it was undone before. */
export async function markUndone(
  { q, t }: Tx,
  id: Id,
  { at, reason }: { at: Instant; reason: string },
): Promise<Redemption | undefined> {
  const [row] = await q
    .update(t.redemptions)
    .set({ undoneAt: at, undoReason: reason })
    .where(and(eq(t.redemptions.id, id), isNull(t.redemptions.undoneAt)))
    .returning()
  return row
}

/** The movement by which a hand-out left the school. */
export async function movementOfHandOut({ q, t }: Reader, redemptionId: Id): Promise<Id> {
  const handOut = and(eq(t.movements.causeId, redemptionId), eq(t.movements.kind, 'handout'))
  const [movement] = await q.select({ id: t.movements.id }).from(t.movements).where(handOut)
  return movement!.id
}

/** How many kits each school has handed out against vouchers in a campaign, those undone not counted. */
export async function redeemedBySchool({ q, t }: Reader, campaignId: Id): Promise<Map<Id, number>> {
  const rows = await q
    .select({ schoolId: t.redemptions.schoolId, redeemed: count() })
    .from(t.redemptions)
    .where(and(eq(t.redemptions.campaignId, campaignId), isNull(t.redemptions.undoneAt)))
    .groupBy(t.redemptions.schoolId)
  return new Map(rows.map(({ schoolId, redeemed }) => [schoolId, redeemed]))
}

/** Which attempts to list; instants are of the scan, `only` limits to these schools. */
export interface ScanFilter {
  campaignId: Id
  schoolId?: Id | undefined
  result?: ScanResult | undefined
  from?: Instant | undefined
  to?: Instant | undefined
  only?: Id[] | undefined
}

/** Attempts, the last recorded first. */
export async function listScans({ q, t }: Reader, filter: ScanFilter, page: PageQuery): Promise<Page<ScanRow>> {
  const after = decodeCursor(page.cursor, 1)
  const rows = await q
    .select()
    .from(t.scans)
    .where(
      and(
        eq(t.scans.campaignId, filter.campaignId),
        filter.schoolId ? eq(t.scans.schoolId, filter.schoolId) : undefined,
        filter.only ? inArray(t.scans.schoolId, filter.only) : undefined,
        filter.result ? eq(t.scans.result, filter.result) : undefined,
        filter.from ? gte(t.scans.scannedAt, filter.from) : undefined,
        filter.to ? lte(t.scans.scannedAt, filter.to) : undefined,
        after ? lt(t.scans.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(desc(t.scans.id))
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (row) => [row.id])
}

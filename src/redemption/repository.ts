import { and, count, eq, gte, inArray, isNull, lte, sql } from 'drizzle-orm'
import { getById, insertRows, pageDescending, prepared } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { ScanResult } from '../shared/judge-scan.ts'
import type { Page, PageQuery } from '../shared/page.ts'
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
export function insertScan(tx: Tx, scan: ScanRow): Promise<void> {
  return insertRows(tx, tx.t.scans, [scan])
}

/** Adds a hand-out by `actorId`. */
export function insertRedemption(tx: Tx, redemption: Redemption, actorId: string): Promise<void> {
  return insertRows(tx, tx.t.redemptions, [{ ...redemption, actorId }])
}

/** The hand-out with this id. Raises `not_found`. */
export function getRedemption(reader: Reader, id: Id): Promise<Redemption> {
  return getById(reader, reader.t.redemptions, id, 'redemption')
}

/** Undoes a hand-out; undefined when it was undone before. */
export async function markUndone(
  { q, t: { redemptions: r } }: Tx,
  id: Id,
  { at, reason }: { at: Instant; reason: string },
): Promise<Redemption | undefined> {
  const standing = and(eq(r.id, id), isNull(r.undoneAt))
  return (await q.update(r).set({ undoneAt: at, undoReason: reason }).where(standing).returning())[0]
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
export function listScans({ q, t: { scans: s } }: Reader, filter: ScanFilter, page: PageQuery): Promise<Page<ScanRow>> {
  const wanted = and(
    eq(s.campaignId, filter.campaignId),
    filter.schoolId ? eq(s.schoolId, filter.schoolId) : undefined,
    filter.only ? inArray(s.schoolId, filter.only) : undefined,
    filter.result ? eq(s.result, filter.result) : undefined,
    filter.from ? gte(s.scannedAt, filter.from) : undefined,
    filter.to ? lte(s.scannedAt, filter.to) : undefined,
  )
  return pageDescending(q.select().from(s), s, 'id', page, wanted)
}

import { and, desc, eq, gt, gte, inArray } from 'drizzle-orm'
import { getById } from '../../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Instant } from '../../shared/time.ts'

/** What was counted of one kit, and what the book said; the latter is known once posted. */
export type CountLine = Omit<Tables['countLines']['$inferSelect'], 'countId'>

/** A stock count at a location. */
export type Count = Tables['counts']['$inferSelect'] & { lines: CountLine[] }

/** Adds a count with its lines. */
export async function insertCount({ q, t }: Tx, { lines, ...count }: Count): Promise<void> {
  await q.insert(t.counts).values(count)
  await q.insert(t.countLines).values(lines.map((line) => ({ ...line, countId: count.id })))
}

/** The count with this id. Raises `not_found`. */
export async function getCount(reader: Reader, id: Id): Promise<Count> {
  const { q, t } = reader
  const count = await getById(reader, t.counts, id, 'count')
  const { kitId, counted, expected, countId } = t.countLines
  const lines = q.select({ kitId, counted, expected }).from(t.countLines).where(eq(countId, id))
  return { ...count, lines: await lines.orderBy(kitId) }
}

/** Ends an open count; false when it was no longer open. */
export async function endCount(
  { q, t }: Tx,
  id: Id,
  change: Pick<Tables['counts']['$inferInsert'], 'status' | 'postedById' | 'postedAt'>,
): Promise<boolean> {
  const open = and(eq(t.counts.id, id), eq(t.counts.status, 'open'))
  return (await q.update(t.counts).set(change).where(open).returning()).length > 0
}

/** Keeps what the book said of a kit at the cut-off. */
export async function storeExpected({ q, t }: Tx, countId: Id, kitId: Id, expected: number): Promise<void> {
  const line = and(eq(t.countLines.countId, countId), eq(t.countLines.kitId, kitId))
  await q.update(t.countLines).set({ expected }).where(line)
}

/**
 * When a kit was last counted at one of these locations, at `since` or later, or later than `after`, and posted; undefined if it was not.
 */
export async function findLatestCount(
  { q, t: { counts, countLines } }: Reader,
  locationIds: Id[],
  kitId: Id,
  { since, after }: { since: Instant; after?: undefined } | { since?: undefined; after: Instant },
): Promise<Instant | undefined> {
  const { countedAt } = counts
  const inTime = after === undefined ? gte(countedAt, since) : gt(countedAt, after)
  const posted = and(eq(counts.status, 'posted'), inArray(counts.locationId, locationIds), inTime)
  const [row] = await q
    .select({ countedAt })
    .from(counts)
    .innerJoin(countLines, eq(countLines.countId, counts.id))
    .where(and(posted, eq(countLines.kitId, kitId)))
    .orderBy(desc(countedAt))
    .limit(1)
  return row?.countedAt
}

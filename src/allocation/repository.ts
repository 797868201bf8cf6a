import { and, eq, gt, inArray, or } from 'drizzle-orm'
import { getById, insertRows, pageDescending } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, portions, toPage } from '../shared/page.ts'
import type { Instant } from '../shared/time.ts'
import type { AllocationRun, PromisedLine } from './rules.ts'

/** A line of a run with the school's name. */
export type LineRow = Omit<Tables['allocationLines']['$inferSelect'], 'allocationId'> & { schoolName: string }

/** Adds a run with its lines, which may be made as they are asked for. */
export async function insertAllocation(
  tx: Tx,
  run: AllocationRun,
  lines: Iterable<Tables['allocationLines']['$inferInsert']>,
): Promise<void> {
  await tx.q.insert(tx.t.allocations).values(run)
  await insertRows(tx, tx.t.allocationLines, lines)
}

/** The run with this id, without its lines. Raises `not_found`. */
export function getAllocation(reader: Reader, id: Id): Promise<AllocationRun> {
  return getById(reader, reader.t.allocations, id, 'allocation')
}

/** The campaign's runs, the newest first. */
export function listAllocations({ q, t }: Reader, campaignId: Id, page: PageQuery): Promise<Page<AllocationRun>> {
  const ofCampaign = eq(t.allocations.campaignId, campaignId)
  return pageDescending(q.select().from(t.allocations), t.allocations, 'id', page, ofCampaign)
}

const lineColumns = ({ allocationLines, schools }: Tables) => ({
  schoolId: allocationLines.schoolId,
  schoolName: schools.name,
  need: allocationLines.need,
  shipped: allocationLines.shipped,
  quantity: allocationLines.quantity,
  grounds: allocationLines.grounds,
})

/** All lines of a run, by the school's name, some at a time: the schools are put in order once, and then asked for. */
export async function* pagesOfLines({ q, t }: Reader, allocationId: Id): AsyncGenerator<LineRow[], void, undefined> {
  const ofRun = eq(t.allocationLines.allocationId, allocationId)
  const itsSchool = eq(t.schools.id, t.allocationLines.schoolId)
  const ordered = await q
    .select({ id: t.schools.id })
    .from(t.allocationLines)
    .innerJoin(t.schools, itsSchool)
    .where(ofRun)
    .orderBy(t.schools.name, t.schools.id)
  for (const some of portions(ordered)) {
    const ids = some.map(({ id }) => id)
    yield await q
      .select(lineColumns(t))
      .from(t.allocationLines)
      .innerJoin(t.schools, itsSchool)
      .where(and(ofRun, inArray(t.allocationLines.schoolId, ids)))
      .orderBy(t.schools.name, t.schools.id)
  }
}

/** The lines of a run, by the school's name. */
export async function listLines({ q, t }: Reader, allocationId: Id, page: PageQuery): Promise<Page<LineRow>> {
  const after = decodeCursor(page.cursor, 2)?.map(String)
  const behind = after
    ? or(gt(t.schools.name, after[0]!), and(eq(t.schools.name, after[0]!), gt(t.schools.id, after[1]!)))
    : undefined
  const rows = await q
    .select(lineColumns(t))
    .from(t.allocationLines)
    .innerJoin(t.schools, eq(t.schools.id, t.allocationLines.schoolId))
    .where(and(eq(t.allocationLines.allocationId, allocationId), behind))
    .orderBy(t.schools.name, t.schools.id)
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (line) => [line.schoolName, line.schoolId])
}

/** What a run gives to each school. */
export async function promisedLines({ q, t }: Reader, allocationId: Id): Promise<PromisedLine[]> {
  const { schoolId, quantity, shipped } = t.allocationLines
  return q
    .select({ schoolId, quantity, shipped })
    .from(t.allocationLines)
    .where(eq(t.allocationLines.allocationId, allocationId))
}

/** Confirms a proposed run; undefined when it was no longer proposed: somebody was faster. */
export async function markConfirmed(
  { q, t: { allocations: a } }: Tx,
  id: Id,
  by: { confirmedById: string; confirmedAt: Instant },
): Promise<AllocationRun | undefined> {
  const proposed = and(eq(a.id, id), eq(a.status, 'proposed'))
  const confirmed = { ...by, status: 'confirmed' } as const
  return (await q.update(a).set(confirmed).where(proposed).returning())[0]
}

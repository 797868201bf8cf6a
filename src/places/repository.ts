import { and, eq, gt, inArray, like, ne, or, sql } from 'drizzle-orm'
import { insertRows } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import type { Community, Location, LocationKind, School } from './rules.ts'

/** The community with this id. */
export async function findCommunity({ q, t }: Reader, id: Id): Promise<Community | undefined> {
  return (await q.select().from(t.communities).where(eq(t.communities.id, id)))[0]
}

/** Every community, by code. There are few. */
export async function allCommunities({ q, t }: Reader): Promise<Community[]> {
  return q.select().from(t.communities).orderBy(t.communities.code)
}

/** Communities by code. */
export async function listCommunities({ q, t }: Reader, page: PageQuery): Promise<Page<Community>> {
  const after = decodeCursor(page.cursor, 1)
  const behind = after ? gt(t.communities.code, String(after[0])) : undefined
  const rows = await q
    .select()
    .from(t.communities)
    .where(behind)
    .orderBy(t.communities.code)
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (row) => [row.code])
}

/** Adds a community. A taken code breaks `communities_code`. */
export async function insertCommunity({ q, t }: Tx, row: Tables['communities']['$inferInsert']): Promise<Community> {
  return (await q.insert(t.communities).values(row).returning())[0]!
}

/** Changes a community and counts its version up; undefined when the version is no longer `ifVersion`. */
export async function updateCommunity(
  { q, t }: Tx,
  id: Id,
  change: Partial<Community>,
  ifVersion: number | undefined,
): Promise<Community | undefined> {
  const [row] = await q
    .update(t.communities)
    .set({ ...change, version: sql`${t.communities.version} + 1` })
    .where(and(eq(t.communities.id, id), ifVersion === undefined ? undefined : eq(t.communities.version, ifVersion)))
    .returning()
  return row
}

/** The school with this id. */
export async function findSchool({ q, t }: Reader, id: Id): Promise<School | undefined> {
  return (await q.select().from(t.schools).where(eq(t.schools.id, id)))[0]
}

/** The school with this id. Raises `not_found`. */
export async function getSchool(reader: Reader, id: Id): Promise<School> {
  const school = await findSchool(reader, id)
  if (!school) throw notFound({ what: 'school' })
  return school
}

/** What is asked of a school among all of a campaign's, of which there may be tens of thousands. */
export type SchoolInBrief = Pick<School, 'id' | 'name' | 'communityId' | 'locationId'>

/** The schools of these communities, by ministry code. */
export async function schoolsInCommunities({ q, t }: Reader, communityIds: Id[]): Promise<SchoolInBrief[]> {
  const { id, name, communityId, locationId, ministryCode } = t.schools
  return q
    .select({ id, name, communityId, locationId })
    .from(t.schools)
    .where(inArray(communityId, communityIds))
    .orderBy(ministryCode)
}

/** Which schools to list. `q` is folded and looked for in name and code; `only` limits to these ids. */
export interface SchoolFilter {
  communityId?: Id | undefined
  q?: string | undefined
  only?: Id[] | undefined
}

/** Schools by ministry code. */
export async function listSchools({ q, t }: Reader, filter: SchoolFilter, page: PageQuery): Promise<Page<School>> {
  const after = decodeCursor(page.cursor, 1)
  const found = filter.q
    ? or(
        like(t.schools.folded, `%${filter.q}%`),
        like(sql`lower(replace(${t.schools.ministryCode}, '-', ''))`, `${filter.q}%`),
      )
    : undefined
  const rows = await q
    .select()
    .from(t.schools)
    .where(
      and(
        filter.communityId ? eq(t.schools.communityId, filter.communityId) : undefined,
        filter.only ? inArray(t.schools.id, filter.only) : undefined,
        found,
        after ? gt(t.schools.ministryCode, String(after[0])) : undefined,
      ),
    )
    .orderBy(t.schools.ministryCode)
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (row) => [row.ministryCode])
}

/** Adds a school. A taken code breaks `schools_ministry_code`. */
export async function insertSchool({ q, t }: Tx, row: Tables['schools']['$inferInsert']): Promise<School> {
  return (await q.insert(t.schools).values(row).returning())[0]!
}

/** Adds schools and their yards in few statements. A taken code breaks `schools_ministry_code`. */
export async function insertSchools(tx: Tx, schools: readonly Tables['schools']['$inferInsert'][]): Promise<void> {
  const yards = schools.map(({ locationId: id, name }) => ({ id, kind: 'school' as const, name }))
  await insertRows(tx, tx.t.locations, yards)
  await insertRows(tx, tx.t.schools, schools)
}

/** Changes a school and counts its version up; undefined when the version is no longer `ifVersion`. */
export async function updateSchool(
  { q, t }: Tx,
  id: Id,
  change: Partial<Tables['schools']['$inferInsert']>,
  ifVersion: number | undefined,
): Promise<School | undefined> {
  const [row] = await q
    .update(t.schools)
    .set({ ...change, version: sql`${t.schools.version} + 1` })
    .where(and(eq(t.schools.id, id), ifVersion === undefined ? undefined : eq(t.schools.version, ifVersion)))
    .returning()
  return row
}

/** Adds a location. A taken name of a warehouse breaks `locations_warehouse_name`. */
export async function insertLocation({ q, t }: Tx, row: Tables['locations']['$inferInsert']): Promise<void> {
  await q.insert(t.locations).values(row)
}

/** Gives a location another name. */
export async function renameLocation({ q, t }: Tx, id: Id, name: string): Promise<void> {
  await q.update(t.locations).set({ name }).where(eq(t.locations.id, id))
}

const locationColumns = (t: Tables) => ({
  id: t.locations.id,
  kind: t.locations.kind,
  name: t.locations.name,
  schoolId: t.schools.id,
})

/** The location with this id. Raises `not_found`. */
export async function getLocation({ q, t }: Reader, id: Id): Promise<Location> {
  const [row] = await q
    .select(locationColumns(t))
    .from(t.locations)
    .leftJoin(t.schools, eq(t.schools.locationId, t.locations.id))
    .where(eq(t.locations.id, id))
  if (!row) throw notFound({ what: 'location' })
  return row
}

/** Which locations to list. `schools` limits the yards to those of these schools, `warehouses` the warehouses to these. */
export interface LocationFilter {
  kind?: LocationKind | undefined
  schools?: Id[] | undefined
  warehouses?: Id[] | undefined
}

/** Locations, the virtual ones first. */
export async function listLocations(
  { q, t }: Reader,
  filter: LocationFilter,
  page: PageQuery,
): Promise<Page<Location>> {
  const after = decodeCursor(page.cursor, 1)
  const rows = await q
    .select(locationColumns(t))
    .from(t.locations)
    .leftJoin(t.schools, eq(t.schools.locationId, t.locations.id))
    .where(
      and(
        filter.kind ? eq(t.locations.kind, filter.kind) : undefined,
        filter.schools ? or(ne(t.locations.kind, 'school'), inArray(t.schools.id, filter.schools)) : undefined,
        filter.warehouses
          ? or(ne(t.locations.kind, 'warehouse'), inArray(t.locations.id, filter.warehouses))
          : undefined,
        after ? gt(t.locations.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(t.locations.id)
    .limit(page.limit + 1)
  return toPage(rows, page.limit, (row) => [row.id])
}

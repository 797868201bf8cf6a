import { and, eq, inArray, like, ne, or, sql } from 'drizzle-orm'
import { findById, getById, insertRows, pageAscending, updateVersion } from '../platform/db/index.ts'
import type { Reader, Tables, Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound } from '../shared/problem.ts'
import type { Community, Location, LocationKind, School } from './rules.ts'

/** The community with this id. */
export function findCommunity(reader: Reader, id: Id): Promise<Community | undefined> {
  return findById(reader, reader.t.communities, id)
}

/** Every community, by code. There are few. */
export async function allCommunities({ q, t }: Reader): Promise<Community[]> {
  return q.select().from(t.communities).orderBy(t.communities.code)
}

/** Communities by code. */
export function listCommunities({ q, t }: Reader, page: PageQuery): Promise<Page<Community>> {
  return pageAscending(q.select().from(t.communities), t.communities, 'code', page)
}

/** Adds a community. A taken code breaks `communities_code`. */
export async function insertCommunity({ q, t }: Tx, row: Tables['communities']['$inferInsert']): Promise<Community> {
  return (await q.insert(t.communities).values(row).returning())[0]!
}

/** Changes a community and counts its version up; undefined when the version is no longer `ifVersion`. */
export function updateCommunity(
  tx: Tx,
  id: Id,
  change: Partial<Community>,
  ifVersion: number | undefined,
): Promise<Community | undefined> {
  return updateVersion(tx, tx.t.communities, id, change, ifVersion)
}

/** The school with this id. */
export function findSchool(reader: Reader, id: Id): Promise<School | undefined> {
  return findById(reader, reader.t.schools, id)
}

/** The school with this id. Raises `not_found`. */
export function getSchool(reader: Reader, id: Id): Promise<School> {
  return getById(reader, reader.t.schools, id, 'school')
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
export function listSchools({ q, t }: Reader, filter: SchoolFilter, page: PageQuery): Promise<Page<School>> {
  const { schools: s } = t
  const code = sql`lower(replace(${s.ministryCode}, '-', ''))`
  const wanted = and(
    filter.communityId ? eq(s.communityId, filter.communityId) : undefined,
    filter.only ? inArray(s.id, filter.only) : undefined,
    filter.q ? or(like(s.folded, `%${filter.q}%`), like(code, `${filter.q}%`)) : undefined,
  )
  return pageAscending(q.select().from(s), s, 'ministryCode', page, wanted)
}

/** The schools with these codes, by code; some hundreds at most. */
export async function findSchoolsByCode({ q, t }: Reader, codes: string[]): Promise<Map<string, School>> {
  const rows = await q.select().from(t.schools).where(inArray(t.schools.ministryCode, codes))
  return new Map(rows.map((row) => [row.ministryCode, row]))
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
export function updateSchool(
  tx: Tx,
  id: Id,
  change: Partial<Tables['schools']['$inferInsert']>,
  ifVersion: number | undefined,
): Promise<School | undefined> {
  return updateVersion(tx, tx.t.schools, id, change, ifVersion)
}

/** Adds a location. A taken name of a warehouse breaks `locations_warehouse_name`. */
export async function insertLocation({ q, t }: Tx, row: Tables['locations']['$inferInsert']): Promise<void> {
  await q.insert(t.locations).values(row)
}

/** Gives a location another name. */
export async function renameLocation({ q, t }: Tx, id: Id, name: string): Promise<void> {
  await q.update(t.locations).set({ name }).where(eq(t.locations.id, id))
}

/** Every location, and whose yard it is. */
const allLocations = ({ q, t: { locations, schools } }: Reader) =>
  q
    .select({ id: locations.id, kind: locations.kind, name: locations.name, schoolId: schools.id })
    .from(locations)
    .leftJoin(schools, eq(schools.locationId, locations.id))

/** The location with this id. Raises `not_found`. */
export async function getLocation(reader: Reader, id: Id): Promise<Location> {
  const [row] = await allLocations(reader).where(eq(reader.t.locations.id, id))
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
export function listLocations(reader: Reader, filter: LocationFilter, page: PageQuery): Promise<Page<Location>> {
  const { locations, schools } = reader.t
  const { kind, id } = locations
  const wanted = and(
    filter.kind ? eq(kind, filter.kind) : undefined,
    filter.schools ? or(ne(kind, 'school'), inArray(schools.id, filter.schools)) : undefined,
    filter.warehouses ? or(ne(kind, 'warehouse'), inArray(id, filter.warehouses)) : undefined,
  )
  return pageAscending(allLocations(reader), locations, 'id', page, wanted)
}

import { type Campaign, liveCampaignsOfKit } from '../../campaigns/index.ts'
import type { Scope } from '../../identity/index.ts'
import { findSchool, getLocation, type Location } from '../../places/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { notFound } from '../../shared/problem.ts'

/** The warehouse with this id. Raises `not_found`, also for a location of another kind. */
export async function getWarehouse(reader: Reader, id: Id): Promise<Location> {
  const location = await getLocation(reader, id)
  if (location.kind !== 'warehouse') throw notFound({ what: 'warehouse' })
  return location
}

/** Whose place a location is, for authorization: a school's, or the staff's of a warehouse, or neither's. */
export function placeOf({ id, kind, schoolId }: Location): { schoolId: Id | null; warehouseId: Id | null } {
  return { schoolId, warehouseId: kind === 'warehouse' ? id : null }
}

/** The yards and warehouses of a scope; undefined for all locations there are. */
export async function locationsIn(reader: Reader, scope: Scope | undefined): Promise<Id[] | undefined> {
  if (!scope) return undefined
  const schools = await Promise.all(scope.schoolIds.map((id) => findSchool(reader, id)))
  return [...schools.flatMap((school) => (school ? [school.locationId] : [])), ...scope.warehouseIds]
}

/** The campaigns under way that a kit at a location concerns, the newest first: at a school, those that it belongs to. */
export async function campaignsAt(reader: Reader, { schoolId }: Location, kitId: Id): Promise<Campaign[]> {
  const campaigns = await liveCampaignsOfKit(reader, kitId)
  const school = schoolId === null ? undefined : await findSchool(reader, schoolId)
  return school ? campaigns.filter(({ communityIds }) => communityIds.includes(school.communityId)) : campaigns
}

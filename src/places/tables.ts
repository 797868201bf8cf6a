import { sql } from 'drizzle-orm'
import type { Columns } from '../platform/db/index.ts'
import type { LocationKind } from './rules.ts'

/** Communities, schools, and every location that stock can be at. */
export const placesTables = (c: Columns) => {
  const communities = c.table(
    'communities',
    {
      id: c.id('id').primaryKey(),
      /** "A".."E" in Piraeus. */
      code: c.text('code').notNull(),
      name: c.text('name').notNull(),
      nameLatin: c.text('name_latin'),
      version: c.int('version').notNull().default(1),
    },
    (t) => [c.uniqueIndex('communities_code').on(t.code)],
  )
  const locations = c.table(
    'locations',
    {
      id: c.id('id').primaryKey(),
      kind: c.word<LocationKind>('kind').notNull(),
      name: c.text('name').notNull(),
    },
    (t) => [
      c
        .uniqueIndex('locations_one_of_a_kind')
        .on(t.kind)
        .where(sql`kind in ('supplier', 'transit', 'handed_out', 'written_off')`),
      c.uniqueIndex('locations_warehouse_name').on(t.name).where(sql`kind = 'warehouse'`),
    ],
  )
  const schools = c.table(
    'schools',
    {
      id: c.id('id').primaryKey(),
      /** The authority's code: seven digits in Greece. */
      ministryCode: c.text('ministry_code').notNull(),
      name: c.text('name').notNull(),
      /** The name as it is searched: without case and accents. */
      folded: c.text('folded').notNull(),
      communityId: c.idOf('community_id', () => communities.id),
      locationId: c.idOf('location_id', () => locations.id),
      address: c.text('address'),
      postalCode: c.text('postal_code'),
      latitude: c.degrees('latitude'),
      longitude: c.degrees('longitude'),
      email: c.text('email'),
      phone: c.text('phone'),
      version: c.int('version').notNull().default(1),
    },
    (t) => [
      c.uniqueIndex('schools_ministry_code').on(t.ministryCode),
      c.uniqueIndex('schools_location').on(t.locationId),
      c.index('schools_community').on(t.communityId),
    ],
  )
  return { communities, locations, schools }
}

/** The tables of places, for those that refer to them. */
export type PlacesTables = ReturnType<typeof placesTables>

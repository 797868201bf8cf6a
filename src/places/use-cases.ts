import { recordEvent, recordEvents } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf, warehousesOf } from '../identity/index.ts'
import { isUniqueViolation, refusedAs } from '../platform/db/index.ts'
import { fold } from '../platform/tabular/index.ts'
import type { Tx } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { notFound, staleVersion } from '../shared/problem.ts'
import {
  findCommunity,
  findSchool,
  getSchool,
  insertCommunity,
  insertLocation,
  insertSchool,
  insertSchools,
  listCommunities,
  listLocations,
  listSchools,
  renameLocation,
  type SchoolFilter,
  updateCommunity,
  updateSchool,
} from './repository.ts'
import {
  type Community,
  communityCodeTaken,
  type Location,
  type LocationKind,
  ministryCodeTaken,
  type School,
  unknownCommunity,
  warehouseNameTaken,
} from './rules.ts'

/** What a community is made of. */
export type NewCommunity = Pick<Community, 'code' | 'name'> & { nameLatin?: string | null | undefined }

/** What a school is made of. */
export type NewSchool = Pick<School, 'ministryCode' | 'name' | 'communityId'> &
  Partial<Pick<School, 'address' | 'postalCode' | 'latitude' | 'longitude' | 'email' | 'phone'>>

/** Communities by code. */
export async function readCommunities(
  { db }: Deps,
  actor: Actor | undefined,
  page: PageQuery,
): Promise<Page<Community>> {
  authorize(actor, 'place:read')
  return listCommunities(db.read, page)
}

/** Adds a community. Raises `community_code_taken`. */
export function createCommunity(deps: Deps, actor: Actor | undefined, command: NewCommunity): Promise<Community> {
  return deps.db.transact((tx) => {
    authorize(actor, 'place:write')
    return addCommunity(deps, tx, actor, command)
  })
}

/** Adds a community within a transaction. Raises `community_code_taken`. */
export async function addCommunity(deps: Deps, tx: Tx, actor: Actor, command: NewCommunity): Promise<Community> {
  const { code, name, nameLatin } = command
  const community = await insertCommunity(tx, { id: deps.newId(), code, name, nameLatin }).catch(
    refusedAs(isUniqueViolation, () => communityCodeTaken({ code })),
  )
  await recordEvent(deps, tx, actor, 'community.created', community.id, { code })
  return community
}

/** Changes a community. Raises `stale_version` and `community_code_taken`. */
export function changeCommunity(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  change: Partial<NewCommunity>,
  ifVersion: number | undefined,
): Promise<Community> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'place:write')
    if (!(await findCommunity(tx, id))) throw notFound({ what: 'community' })
    const { code, name, nameLatin } = change
    const community = await updateCommunity(tx, id, { code, name, nameLatin }, ifVersion).catch(
      refusedAs(isUniqueViolation, () => communityCodeTaken({ code: String(code) })),
    )
    if (!community) throw staleVersion()
    await recordEvent(deps, tx, actor, 'community.changed', id, { code, name, nameLatin })
    return community
  })
}

/** Schools by ministry code; school staff see their own alone. */
export async function readSchools(
  { db }: Deps,
  actor: Actor | undefined,
  filter: SchoolFilter,
  page: PageQuery,
): Promise<Page<School>> {
  authorize(actor, 'place:read')
  const q = filter.q && fold(filter.q)
  return listSchools(db.read, { ...filter, q, only: schoolsOf(actor, 'place:read') }, page)
}

/** One school. */
export async function readSchool({ db }: Deps, actor: Actor | undefined, id: Id): Promise<School> {
  authorize(actor, 'place:read', { schoolId: id })
  return getSchool(db.read, id)
}

/** Adds a school and its yard. Raises `ministry_code_taken` and `unknown_community`. */
export function createSchool(deps: Deps, actor: Actor | undefined, command: NewSchool): Promise<School> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'place:write')
    if (!(await findCommunity(tx, command.communityId))) throw unknownCommunity()
    const { ministryCode, name } = command
    const locationId = deps.newId()
    await insertLocation(tx, { id: locationId, kind: 'school', name })
    const row = { ...columnsOf(command), ministryCode, name, communityId: command.communityId, folded: fold(name) }
    const school = await insertSchool(tx, { ...row, id: deps.newId(), locationId }).catch(
      refusedAs(isUniqueViolation, () => ministryCodeTaken({ ministryCode })),
    )
    await recordEvent(deps, tx, actor, 'school.created', school.id, { ministryCode })
    return school
  })
}

/** Adds schools of communities that are there, and their yards, within a transaction. None has the code of another. */
export async function addSchools(deps: Deps, tx: Tx, actor: Actor, commands: readonly NewSchool[]): Promise<void> {
  const schools = commands.map((command) => {
    const { ministryCode, name, communityId } = command
    const ids = { id: deps.newId(), locationId: deps.newId() }
    return { ...columnsOf(command), ...ids, ministryCode, name, communityId, folded: fold(name) }
  })
  await insertSchools(tx, schools)
  const happenings = schools.map(({ id: subjectId, ministryCode }) => ({
    action: 'school.created',
    subjectId,
    change: { ministryCode },
  }))
  await recordEvents(deps, tx, actor, happenings)
}

/** Changes a school. Raises `stale_version`, `ministry_code_taken` and `unknown_community`. */
export function changeSchool(
  deps: Deps,
  actor: Actor | undefined,
  id: Id,
  change: Partial<NewSchool>,
  ifVersion?: number | undefined,
): Promise<School> {
  return deps.db.transact((tx) => {
    authorize(actor, 'place:write')
    return alterSchool(deps, tx, actor, id, change, ifVersion)
  })
}

/** Changes a school within a transaction. Raises `stale_version`, `ministry_code_taken` and `unknown_community`. */
export async function alterSchool(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  id: Id,
  change: Partial<NewSchool>,
  ifVersion?: number | undefined,
): Promise<School> {
  if (!(await findSchool(tx, id))) throw notFound({ what: 'school' })
  const { ministryCode, name, communityId } = change
  if (communityId && !(await findCommunity(tx, communityId))) throw unknownCommunity()
  const columns = { ...columnsOf(change), ministryCode, name, communityId, ...(name && { folded: fold(name) }) }
  const school = await updateSchool(tx, id, columns, ifVersion).catch(
    refusedAs(isUniqueViolation, () => ministryCodeTaken({ ministryCode: String(ministryCode) })),
  )
  if (!school) throw staleVersion()
  if (name) await renameLocation(tx, school.locationId, name)
  await recordEvent(deps, tx, actor, 'school.changed', id, { fields: Object.keys(change) })
  return school
}

/** Locations, the virtual ones first; of the yards school staff see their own alone, of the warehouses staff of one theirs. */
export async function readLocations(
  { db }: Deps,
  actor: Actor | undefined,
  filter: { kind?: LocationKind | undefined },
  page: PageQuery,
): Promise<Page<Location>> {
  authorize(actor, 'stock:read')
  const own = { schools: schoolsOf(actor, 'stock:read'), warehouses: warehousesOf(actor, 'stock:read') }
  return listLocations(db.read, { ...filter, ...own }, page)
}

/** Adds a warehouse. Raises `warehouse_name_taken`. */
export function createWarehouse(deps: Deps, actor: Actor | undefined, { name }: { name: string }): Promise<Location> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'place:write')
    const id = deps.newId()
    await insertLocation(tx, { id, kind: 'warehouse', name }).catch(
      refusedAs(isUniqueViolation, () => warehouseNameTaken({ name })),
    )
    await recordEvent(deps, tx, actor, 'warehouse.created', id, { name })
    return { id, kind: 'warehouse', name, schoolId: null }
  })
}

function columnsOf({ address, postalCode, latitude, longitude, email, phone }: Partial<NewSchool>) {
  return { address, postalCode, latitude, longitude, email, phone }
}

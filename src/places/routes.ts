import type { Deps } from '../deps.ts'
import { type App, IdParams, ifMatch, routesOf } from '../platform/http/index.ts'
import {
  CommunityChangeSchema,
  CommunitySchema,
  LocationQuerySchema,
  LocationSchema,
  NewCommunitySchema,
  NewSchoolSchema,
  NewWarehouseSchema,
  SchoolChangeSchema,
  SchoolQuerySchema,
  SchoolSchema,
} from './schemas.ts'
import { schoolImportRoutes } from './school-imports/routes.ts'
import {
  changeCommunity,
  changeSchool,
  createCommunity,
  createSchool,
  createWarehouse,
  readCommunities,
  readLocations,
  readSchool,
  readSchools,
} from './use-cases.ts'

/** Communities, schools and the locations of stock. */
export async function placesRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command, patch } = routesOf(app, deps, 'Places')
  await app.register(schoolImportRoutes, { deps })
  list('/communities', { summary: 'List communities', items: CommunitySchema }, (deps, { actor }, page) =>
    readCommunities(deps, actor, page),
  )
  command(
    '/communities',
    { summary: 'Add a community', body: NewCommunitySchema, response: { 201: CommunitySchema } },
    (deps, { actor, body }) => createCommunity(deps, actor, body),
  )
  patch(
    '/communities/:id',
    {
      summary: 'Change a community',
      params: IdParams,
      body: CommunityChangeSchema,
      response: { 200: CommunitySchema },
    },
    (deps, { actor, params, body, headers }) => changeCommunity(deps, actor, params.id, body, ifMatch(headers)),
  )

  list(
    '/schools',
    { summary: 'List schools', querystring: SchoolQuerySchema, items: SchoolSchema },
    (deps, { actor, query }, page) => readSchools(deps, actor, query, page),
  )
  command(
    '/schools',
    { summary: 'Add a school', body: NewSchoolSchema, response: { 201: SchoolSchema } },
    (deps, { actor, body }) => createSchool(deps, actor, body),
  )
  get(
    '/schools/:id',
    { summary: 'Read a school', params: IdParams, response: { 200: SchoolSchema } },
    (deps, { actor, params }) => readSchool(deps, actor, params.id),
  )
  patch(
    '/schools/:id',
    { summary: 'Change a school', params: IdParams, body: SchoolChangeSchema, response: { 200: SchoolSchema } },
    (deps, { actor, params, body, headers }) => changeSchool(deps, actor, params.id, body, ifMatch(headers)),
  )

  list(
    '/locations',
    { summary: 'List locations', querystring: LocationQuerySchema, items: LocationSchema },
    (deps, { actor, query }, page) => readLocations(deps, actor, query, page),
  )
  command(
    '/warehouses',
    { summary: 'Add a warehouse', body: NewWarehouseSchema, response: { 201: LocationSchema } },
    (deps, { actor, body }) => createWarehouse(deps, actor, body),
  )
}

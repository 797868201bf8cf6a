import type { Deps } from '../deps.ts'
import {
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  ifMatch,
  listAnswers,
  PageQuerySchema,
  ref,
  withVersion,
} from '../platform/http/index.ts'
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

const tags = ['Places']

/** Communities, schools and the locations of stock. */
export async function placesRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  await app.register(schoolImportRoutes, { deps })
  app.get(
    '/communities',
    {
      schema: {
        tags,
        summary: 'List communities',
        querystring: PageQuerySchema,
        response: listAnswers(CommunitySchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, CommunitySchema, (deps, page) => readCommunities(deps, request.actor, page)),
  )
  command(
    '/communities',
    {
      schema: {
        tags,
        summary: 'Add a community',
        body: NewCommunitySchema,
        response: answers(201, ref(CommunitySchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await createCommunity(deps, actor, body))
    },
  )
  app.patch(
    '/communities/:id',
    {
      schema: {
        tags,
        summary: 'Change a community',
        params: IdParams,
        body: CommunityChangeSchema,
        response: answers(200, ref(CommunitySchema)),
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await changeCommunity(deps, actor, params.id, body, ifMatch(request)))
    },
  )

  app.get(
    '/schools',
    { schema: { tags, summary: 'List schools', querystring: SchoolQuerySchema, response: listAnswers(SchoolSchema) } },
    (request, reply) =>
      answerList(deps, request, reply, SchoolSchema, (deps, page) =>
        readSchools(deps, request.actor, request.query, page),
      ),
  )
  command(
    '/schools',
    { schema: { tags, summary: 'Add a school', body: NewSchoolSchema, response: answers(201, ref(SchoolSchema)) } },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await createSchool(deps, actor, body))
    },
  )
  app.get(
    '/schools/:id',
    { schema: { tags, summary: 'Read a school', params: IdParams, response: answers(200, ref(SchoolSchema)) } },
    async ({ actor, params }, reply) => withVersion(reply, await readSchool(deps, actor, params.id)),
  )
  app.patch(
    '/schools/:id',
    {
      schema: {
        tags,
        summary: 'Change a school',
        params: IdParams,
        body: SchoolChangeSchema,
        response: answers(200, ref(SchoolSchema)),
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await changeSchool(deps, actor, params.id, body, ifMatch(request)))
    },
  )

  app.get(
    '/locations',
    {
      schema: {
        tags,
        summary: 'List locations',
        querystring: LocationQuerySchema,
        response: listAnswers(LocationSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, LocationSchema, (deps, page) =>
        readLocations(deps, request.actor, request.query, page),
      ),
  )
  command(
    '/warehouses',
    {
      schema: {
        tags,
        summary: 'Add a warehouse',
        body: NewWarehouseSchema,
        response: answers(201, ref(LocationSchema)),
      },
    },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return createWarehouse(deps, actor, body)
    },
  )
}

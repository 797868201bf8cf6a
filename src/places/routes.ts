import {
  type App,
  answerList,
  answers,
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
export async function placesRoutes(app: App): Promise<void> {
  await app.register(schoolImportRoutes)
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
      answerList(request, reply, CommunitySchema, (page) => readCommunities(request.deps, request.actor, page)),
  )
  app.post(
    '/communities',
    {
      schema: {
        tags,
        summary: 'Add a community',
        body: NewCommunitySchema,
        response: answers(201, ref(CommunitySchema)),
      },
    },
    async ({ deps, actor, body }, reply) => {
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
      const { deps, actor, params, body } = request
      return withVersion(reply, await changeCommunity(deps, actor, params.id, body, ifMatch(request)))
    },
  )

  app.get(
    '/schools',
    { schema: { tags, summary: 'List schools', querystring: SchoolQuerySchema, response: listAnswers(SchoolSchema) } },
    (request, reply) =>
      answerList(request, reply, SchoolSchema, (page) => readSchools(request.deps, request.actor, request.query, page)),
  )
  app.post(
    '/schools',
    { schema: { tags, summary: 'Add a school', body: NewSchoolSchema, response: answers(201, ref(SchoolSchema)) } },
    async ({ deps, actor, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await createSchool(deps, actor, body))
    },
  )
  app.get(
    '/schools/:id',
    { schema: { tags, summary: 'Read a school', params: IdParams, response: answers(200, ref(SchoolSchema)) } },
    async ({ deps, actor, params }, reply) => withVersion(reply, await readSchool(deps, actor, params.id)),
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
      const { deps, actor, params, body } = request
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
      answerList(request, reply, LocationSchema, (page) =>
        readLocations(request.deps, request.actor, request.query, page),
      ),
  )
  app.post(
    '/warehouses',
    {
      schema: {
        tags,
        summary: 'Add a warehouse',
        body: NewWarehouseSchema,
        response: answers(201, ref(LocationSchema)),
      },
    },
    async ({ deps, actor, body }, reply) => {
      reply.code(201)
      return createWarehouse(deps, actor, body)
    },
  )
}

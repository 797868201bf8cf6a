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
  CampaignChangeSchema,
  CampaignSchema,
  KitSchema,
  NewCampaignSchema,
  NewKitSchema,
  OccurredSchema,
} from './schemas.ts'
import {
  changeCampaign,
  createCampaign,
  createKit,
  openCampaign,
  readCampaign,
  readCampaigns,
  readKit,
  readKits,
} from './use-cases.ts'

const tags = ['Campaigns']

/** Kits and campaigns. */
export async function campaignRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  app.get(
    '/kits',
    { schema: { tags, summary: 'List kits', querystring: PageQuerySchema, response: listAnswers(KitSchema) } },
    (request, reply) =>
      answerList(deps, request, reply, KitSchema, (deps, page) => readKits(deps, request.actor, page)),
  )
  command(
    '/kits',
    { schema: { tags, summary: 'Add a kit', body: NewKitSchema, response: answers(201, ref(KitSchema)) } },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return createKit(deps, actor, body)
    },
  )
  app.get(
    '/kits/:id',
    { schema: { tags, summary: 'Read a kit', params: IdParams, response: answers(200, ref(KitSchema)) } },
    ({ actor, params }) => readKit(deps, actor, params.id),
  )

  app.get(
    '/campaigns',
    {
      schema: { tags, summary: 'List campaigns', querystring: PageQuerySchema, response: listAnswers(CampaignSchema) },
    },
    (request, reply) =>
      answerList(deps, request, reply, CampaignSchema, (deps, page) => readCampaigns(deps, request.actor, page)),
  )
  command(
    '/campaigns',
    {
      schema: { tags, summary: 'Add a campaign', body: NewCampaignSchema, response: answers(201, ref(CampaignSchema)) },
    },
    async (deps, { actor, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await createCampaign(deps, actor, body))
    },
  )
  app.get(
    '/campaigns/:id',
    { schema: { tags, summary: 'Read a campaign', params: IdParams, response: answers(200, ref(CampaignSchema)) } },
    async ({ actor, params }, reply) => withVersion(reply, await readCampaign(deps, actor, params.id)),
  )
  app.patch(
    '/campaigns/:id',
    {
      schema: {
        tags,
        summary: 'Change a campaign',
        params: IdParams,
        body: CampaignChangeSchema,
        response: answers(200, ref(CampaignSchema)),
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await changeCampaign(deps, actor, params.id, body, ifMatch(request)))
    },
  )
  command(
    '/campaigns/:id/open',
    {
      schema: {
        tags,
        summary: 'Open a campaign',
        params: IdParams,
        body: OccurredSchema,
        response: answers(200, ref(CampaignSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await openCampaign(deps, actor, params.id, body ?? {})),
  )
}

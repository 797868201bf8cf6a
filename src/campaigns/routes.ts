import type { Deps } from '../deps.ts'
import { type App, IdParams, ifMatch, routesOf } from '../platform/http/index.ts'
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

/** Kits and campaigns. */
export async function campaignRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command, patch } = routesOf(app, deps, 'Campaigns')
  list('/kits', { summary: 'List kits', items: KitSchema }, (deps, { actor }, page) => readKits(deps, actor, page))
  command(
    '/kits',
    { summary: 'Add a kit', body: NewKitSchema, response: { 201: KitSchema } },
    (deps, { actor, body }) => createKit(deps, actor, body),
  )
  get(
    '/kits/:id',
    { summary: 'Read a kit', params: IdParams, response: { 200: KitSchema } },
    (deps, { actor, params }) => readKit(deps, actor, params.id),
  )

  list('/campaigns', { summary: 'List campaigns', items: CampaignSchema }, (deps, { actor }, page) =>
    readCampaigns(deps, actor, page),
  )
  command(
    '/campaigns',
    { summary: 'Add a campaign', body: NewCampaignSchema, response: { 201: CampaignSchema } },
    (deps, { actor, body }) => createCampaign(deps, actor, body),
  )
  get(
    '/campaigns/:id',
    { summary: 'Read a campaign', params: IdParams, response: { 200: CampaignSchema } },
    (deps, { actor, params }) => readCampaign(deps, actor, params.id),
  )
  patch(
    '/campaigns/:id',
    { summary: 'Change a campaign', params: IdParams, body: CampaignChangeSchema, response: { 200: CampaignSchema } },
    (deps, { actor, params, body, headers }) => changeCampaign(deps, actor, params.id, body, ifMatch(headers)),
  )
  command(
    '/campaigns/:id/open',
    { summary: 'Open a campaign', params: IdParams, body: OccurredSchema, response: { 200: CampaignSchema } },
    (deps, { actor, params, body }) => openCampaign(deps, actor, params.id, body ?? {}),
  )
}

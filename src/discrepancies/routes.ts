import type { Deps } from '../deps.ts'
import { AccessReasonHeaders, type App, IdParams, ifMatch, routesOf } from '../platform/http/index.ts'
import { DiscrepancyAnswerSchema, DiscrepancyQuery, DiscrepancySchema } from './schemas.ts'
import { answerDiscrepancy, readDiscrepancies, readDiscrepancy } from './use-cases.ts'

/** What does not add up, who looks after it, and how it was settled. */
export async function discrepancyRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, patch } = routesOf(app, deps, 'Reconciliation')
  list(
    '/campaigns/:id/discrepancies',
    {
      summary: 'List discrepancies',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: DiscrepancyQuery,
      items: DiscrepancySchema,
    },
    (deps, { actor, params, query }, page) => {
      const { status, code } = query
      return readDiscrepancies(deps, actor, { campaignId: params.id, status, code }, page)
    },
  )
  get(
    '/discrepancies/:id',
    {
      summary: 'Read a discrepancy',
      headers: AccessReasonHeaders,
      params: IdParams,
      response: { 200: DiscrepancySchema },
    },
    (deps, { actor, params }) => readDiscrepancy(deps, actor, params.id),
  )
  patch(
    '/discrepancies/:id',
    {
      summary: 'Assign or resolve a discrepancy',
      params: IdParams,
      body: DiscrepancyAnswerSchema,
      response: { 200: DiscrepancySchema },
    },
    (deps, { actor, params, body, headers }) => answerDiscrepancy(deps, actor, params.id, body, ifMatch(headers)),
  )
}

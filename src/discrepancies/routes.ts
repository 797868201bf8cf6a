import type { Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  IdParams,
  ifMatch,
  listAnswers,
  ref,
  withVersion,
} from '../platform/http/index.ts'
import { DiscrepancyAnswerSchema, DiscrepancyQuery, DiscrepancySchema } from './schemas.ts'
import { answerDiscrepancy, readDiscrepancies, readDiscrepancy } from './use-cases.ts'

const tags = ['Reconciliation']
const discrepancy = answers(200, ref(DiscrepancySchema))

/** What does not add up, who looks after it, and how it was settled. */
export async function discrepancyRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  app.get(
    '/campaigns/:id/discrepancies',
    {
      schema: {
        tags,
        summary: 'List discrepancies',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: DiscrepancyQuery,
        response: listAnswers(DiscrepancySchema),
      },
    },
    (request, reply) => {
      const { status, code } = request.query
      const filter = { campaignId: request.params.id, status, code }
      return answerList(deps, request, reply, DiscrepancySchema, (deps, page) =>
        readDiscrepancies(deps, request.actor, filter, page),
      )
    },
  )
  app.get(
    '/discrepancies/:id',
    {
      schema: {
        tags,
        summary: 'Read a discrepancy',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: discrepancy,
      },
    },
    async ({ actor, params }, reply) => withVersion(reply, await readDiscrepancy(deps, actor, params.id)),
  )
  app.patch(
    '/discrepancies/:id',
    {
      schema: {
        tags,
        summary: 'Assign or resolve a discrepancy',
        params: IdParams,
        body: DiscrepancyAnswerSchema,
        response: discrepancy,
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await answerDiscrepancy(deps, actor, params.id, body, ifMatch(request)))
    },
  )
}

import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { CampaignSchema, OccurredSchema } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { DiscrepancySchema } from '../discrepancies/index.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answerLong,
  answers,
  commandsOf,
  IdParams,
  listAnswers,
  PageQuerySchema,
  problemResponses,
  ref,
  withVersion,
} from '../platform/http/index.ts'
import { portions } from '../shared/page.ts'
import { closeCampaign } from './closing/close.ts'
import { reconciliationWorkbook } from './report/workbook.ts'
import { runReconciliation } from './run.ts'
import {
  CommunitySummarySchema,
  ComparisonSchema,
  ReconciliationRunSchema,
  ReconciliationSchema,
  SchoolSummarySchema,
  SummarySchema,
} from './schemas.ts'
import { readSummary } from './summary.ts'
import {
  type OpenedReconciliation,
  openReconciliation,
  printReconciliation,
  readReconciliations,
  signReconciliation,
} from './use-cases.ts'

const tags = ['Reconciliation']
const reconciliation = ref(ReconciliationSchema)
const discrepancy = ref(DiscrepancySchema)
const campaignSummary = ref(SummarySchema)
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const workbookAnswer = {
  200: { description: 'An XLSX workbook.', content: { [xlsx]: { schema: Type.String({ format: 'binary' }) } } },
  ...problemResponses,
}
const reportAnswer = {
  200: {
    description: 'The run on A4, to file and to sign.',
    content: { 'application/pdf': { schema: Type.String({ format: 'binary', examples: ['…'] }) } },
  },
  ...problemResponses,
}

/** Runs of all checks, their signature, and the end of a campaign; its figures at any time. */
export async function reconciliationRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  command(
    '/campaigns/:id/reconciliations',
    {
      config: { idempotency: 'after' },
      schema: {
        tags,
        summary: 'Run all checks over a campaign',
        params: IdParams,
        response: answers(201, reconciliation),
      },
    },
    async (deps, { actor, params }, reply, once) => {
      reply.code(201)
      return answerRun(reply, await runReconciliation(deps, actor, params.id, once))
    },
  )
  app.get(
    '/campaigns/:id/reconciliations',
    {
      schema: {
        tags,
        summary: 'List reconciliations',
        params: IdParams,
        querystring: PageQuerySchema,
        response: listAnswers(ReconciliationRunSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, ReconciliationRunSchema, (deps, page) =>
        readReconciliations(deps, request.actor, request.params.id, page),
      ),
  )
  app.get(
    '/reconciliations/:id',
    {
      schema: {
        tags,
        summary: 'Read a reconciliation',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: answers(200, reconciliation),
      },
    },
    async ({ actor, params }, reply) => answerRun(reply, await openReconciliation(deps, actor, params.id)),
  )
  app.get(
    '/reconciliations/:id.xlsx',
    {
      schema: {
        tags,
        summary: 'A reconciliation as a workbook',
        headers: AccessReasonHeaders,
        params: IdParams,
        response: workbookAnswer,
      },
    },
    async ({ actor, params }, reply) => {
      const workbook = reconciliationWorkbook(await openReconciliation(deps, actor, params.id))
      return reply.type(xlsx).send(workbook as never)
    },
  )
  app.get(
    '/reconciliations/:id.pdf',
    { schema: { tags, summary: 'Print a reconciliation', params: IdParams, response: reportAnswer } },
    async ({ actor, params }, reply) => {
      const report = await printReconciliation(deps, actor, params.id)
      return reply.type('application/pdf').send(report as never)
    },
  )
  command(
    '/reconciliations/:id/sign',
    { schema: { tags, summary: 'Sign a reconciliation', params: IdParams, response: answers(200, reconciliation) } },
    async (deps, { actor, params }, reply) => answerRun(reply, await signReconciliation(deps, actor, params.id)),
  )

  command(
    '/campaigns/:id/close',
    {
      schema: {
        tags: ['Campaigns'],
        summary: 'End the pickup, then the campaign',
        params: IdParams,
        body: OccurredSchema,
        response: answers(200, ref(CampaignSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await closeCampaign(deps, actor, params.id, body ?? {})),
  )
  app.get(
    '/campaigns/:id/summary',
    {
      schema: {
        tags: ['Campaigns'],
        summary: 'Where a campaign stands',
        params: IdParams,
        response: answers(200, campaignSummary),
      },
    },
    async ({ actor, params }, reply) => {
      const { bySchool, byCommunity, ...summary } = await readSummary(deps, actor, params.id)
      return answerLong(reply, campaignSummary, summary, {
        bySchool: { Item: SchoolSummarySchema, pages: portions(bySchool) },
        byCommunity: { Item: CommunitySummarySchema, pages: portions(byCommunity) },
      })
    },
  )
}

function answerRun(reply: FastifyReply, { run: { comparison, ...run }, discrepancies }: OpenedReconciliation) {
  return answerLong(reply, reconciliation, run, {
    comparison: { Item: ComparisonSchema, pages: portions(comparison) },
    discrepancies: { Item: discrepancy, pages: discrepancies },
  })
}

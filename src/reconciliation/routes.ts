import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { CampaignSchema, OccurredSchema } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { DiscrepancySchema } from '../discrepancies/index.ts'
import {
  AccessReasonHeaders,
  type App,
  answerLong,
  fileAnswer,
  IdParams,
  ref,
  routesOf,
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

const reconciliation = ref(ReconciliationSchema)
const discrepancy = ref(DiscrepancySchema)
const campaignSummary = ref(SummarySchema)
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const workbook = {
  description: 'An XLSX workbook.',
  content: { [xlsx]: { schema: Type.String({ format: 'binary' }) } },
}

/** Runs of all checks, their signature, and the end of a campaign; its figures at any time. */
export async function reconciliationRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command } = routesOf(app, deps, 'Reconciliation')
  command(
    '/campaigns/:id/reconciliations',
    {
      summary: 'Run all checks over a campaign',
      config: { idempotency: 'after' },
      params: IdParams,
      response: { 201: ReconciliationSchema },
    },
    async (deps, { actor, params }, reply, once) =>
      answerRun(reply, await runReconciliation(deps, actor, params.id, once)),
  )
  list(
    '/campaigns/:id/reconciliations',
    { summary: 'List reconciliations', params: IdParams, items: ReconciliationRunSchema },
    (deps, { actor, params }, page) => readReconciliations(deps, actor, params.id, page),
  )
  get(
    '/reconciliations/:id',
    {
      summary: 'Read a reconciliation',
      headers: AccessReasonHeaders,
      params: IdParams,
      response: { 200: ReconciliationSchema },
    },
    async (deps, { actor, params }, reply) => answerRun(reply, await openReconciliation(deps, actor, params.id)),
  )
  get(
    '/reconciliations/:id.xlsx',
    {
      summary: 'A reconciliation as a workbook',
      headers: AccessReasonHeaders,
      params: IdParams,
      response: { 200: workbook },
    },
    async (deps, { actor, params }, reply) => {
      const opened = await openReconciliation(deps, actor, params.id)
      return reply.type(xlsx).send(reconciliationWorkbook(opened))
    },
  )
  get(
    '/reconciliations/:id.pdf',
    {
      summary: 'Print a reconciliation',
      params: IdParams,
      response: { 200: fileAnswer('application/pdf', 'The run on A4, to file and to sign.') },
    },
    async (deps, { actor, params }, reply) => {
      const report = await printReconciliation(deps, actor, params.id)
      return reply.type('application/pdf').send(report)
    },
  )
  command(
    '/reconciliations/:id/sign',
    { summary: 'Sign a reconciliation', params: IdParams, response: { 200: ReconciliationSchema } },
    async (deps, { actor, params }, reply) => answerRun(reply, await signReconciliation(deps, actor, params.id)),
  )

  command(
    '/campaigns/:id/close',
    {
      tags: ['Campaigns'],
      summary: 'End the pickup, then the campaign',
      params: IdParams,
      body: OccurredSchema,
      response: { 200: CampaignSchema },
    },
    (deps, { actor, params, body }) => closeCampaign(deps, actor, params.id, body ?? {}),
  )
  get(
    '/campaigns/:id/summary',
    { tags: ['Campaigns'], summary: 'Where a campaign stands', params: IdParams, response: { 200: SummarySchema } },
    async (deps, { actor, params }, reply) => {
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

import type { FastifyRequest } from 'fastify'
import type { AllDeps, Deps } from '../deps.ts'
import { AccessReasonHeaders, type App, IdParams, problemBody, problemType, routesOf } from '../platform/http/index.ts'
import { invalidInput, type Problem } from '../shared/problem.ts'
import { toInstant } from '../shared/time.ts'
import { problemOf, type SentScan, toAccepted, toBatchResult, toScan } from './answers.ts'
import {
  AcceptedSchema,
  BatchResultsSchema,
  BatchSchema,
  NewRedemptionSchema,
  RedemptionSchema,
  ScanQuery,
  ScanSchema,
  scansAtOnce,
  UndoSchema,
} from './schemas.ts'
import { undoRedemption } from './undo.ts'
import { readScans, redeemBatch, redeemVoucher } from './use-cases.ts'

/** Scans, the hand-outs that they make, and taking one back. */
export async function redemptionRoutes(app: App, { deps }: { deps: Deps & Pick<AllDeps, 'metrics'> }): Promise<void> {
  const { list, command } = routesOf(app, deps, 'Redemptions')
  command(
    '/redemptions',
    {
      summary: 'Scan a voucher',
      config: { rate: 'scan' },
      body: NewRedemptionSchema,
      response: { 201: AcceptedSchema },
    },
    async (deps, { actor, body, id }, reply) => {
      const scanned = await redeemVoucher(deps, actor, toScan(body))
      deps.metrics.scans.inc({ result: scanned.scan.result })
      const problem = problemOf(deps, scanned)
      if (!problem) return toAccepted(deps, scanned)
      reply.code(problem.status).header('Content-Type', problemType)
      return problemBody(problem, id) as never
    },
  )
  command(
    '/redemption-batches',
    {
      summary: 'Send the scans of a device that was offline',
      config: { rate: 'scan' },
      attachValidation: true,
      body: BatchSchema,
      response: { 200: BatchResultsSchema },
    },
    async (deps, request) => {
      const { actor, body } = request
      const faults = faultsOf(request)
      const sound = body.scans.filter((_, i) => !faults[i])
      const made = await redeemBatch(deps, actor, sound.map(toScan))
      for (const one of made) if ('scan' in one) deps.metrics.scans.inc({ result: one.scan.result })
      const answered = faults.map((fault) => fault ?? made.shift()!)
      return { results: body.scans.map(({ scanId }, i) => toBatchResult(deps, scanId, answered[i]!)) }
    },
  )
  command(
    '/redemptions/:id/undo',
    { summary: 'Take a kit back', params: IdParams, body: UndoSchema, response: { 200: RedemptionSchema } },
    (deps, { actor, params, body }) => undoRedemption(deps, actor, { redemptionId: params.id, ...body }),
  )
  list(
    '/campaigns/:id/scans',
    {
      summary: 'List scans',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: ScanQuery,
      items: ScanSchema,
    },
    (deps, { actor, params, query }, page) => {
      const { schoolId, result, from, to } = query
      const span = { from: from && toInstant(from), to: to && toInstant(to) }
      return readScans(deps, actor, { campaignId: params.id, schoolId, result, ...span }, page)
    },
  )
}

/**
 * What is wrong with each scan of a batch, in the order given: one that is not well-formed does not sink the others. Throws
 * where not even its `scanId` is there to answer to.
 */
function faultsOf(request: FastifyRequest & { body: { scans: SentScan[] } }): (Problem | undefined)[] {
  if (!request.validationError) return request.body.scans.map(() => undefined)
  if (!canBeAnswered(request.body)) throw request.validationError
  const check = request.compileValidationSchema(NewRedemptionSchema, 'body') as (scan: unknown) => true | CheckFailed
  return request.body.scans.map((scan, i) => {
    const checked = check(scan)
    if (checked === true) return undefined
    const [fault] = checked.error
    return invalidInput({ errors: [{ pointer: `/scans/${i}${fault!.instancePath}`, message: fault!.message }] })
  })
}

interface CheckFailed {
  error: { instancePath: string; message: string }[]
}

function canBeAnswered(body: { scans?: unknown } | null): boolean {
  const scans = body?.scans
  const hasScanId = (scan: { scanId?: unknown } | null) => typeof scan?.scanId === 'string'
  return Array.isArray(scans) && scans.length <= scansAtOnce && scans.every(hasScanId)
}

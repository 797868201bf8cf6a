import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  depsForLists,
  IdParams,
  listAnswers,
  PageQuerySchema,
  problemResponses,
  ref,
} from '../platform/http/index.ts'
import { toInstant } from '../shared/time.ts'
import {
  CheckpointSchema,
  ConsistencyProofSchema,
  ConsistencyQuery,
  EventQuery,
  EventSchema,
  InclusionProofSchema,
  SizeParams,
  VerificationSchema,
} from './schemas.ts'
import { readCheckpoints } from './sealing/checkpoints.ts'
import { readTrail } from './trail.ts'
import { exportTrail } from './verification/export.ts'
import { proveConsistency, proveEvent } from './verification/proofs.ts'
import { sharedVerification } from './verification/use-cases.ts'

const tags = ['Audit']
const exportAnswers = {
  200: {
    description: 'The whole trail: every entry with its seal, and every checkpoint. `saka verify-audit` reads it.',
    content: { 'application/x-ndjson': { schema: Type.String({ examples: ['{"kind":"trail","version":1}'] }) } },
  },
  ...problemResponses,
}

/** The trail, to read, to prove and to take along. */
export async function auditRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  app.get(
    '/audit/events',
    {
      schema: {
        tags,
        summary: 'Read the trail',
        headers: AccessReasonHeaders,
        querystring: EventQuery,
        response: listAnswers(EventSchema),
      },
    },
    (request, reply) => {
      const { from, to, ...filter } = request.query
      const span = { from: from && toInstant(from), to: to && toInstant(to) }
      return answerList(deps, request, reply, EventSchema, (deps, page) =>
        readTrail(deps, request.actor, { ...filter, ...span }, page),
      )
    },
  )
  const proof = answers(200, ref(InclusionProofSchema))
  app.get(
    '/audit/events/:id/proof',
    { schema: { tags, summary: 'Prove that an event is in the trail', params: IdParams, response: proof } },
    ({ actor, params }) => proveEvent(deps, actor, params.id),
  )
  app.get(
    '/audit/checkpoints',
    {
      schema: {
        tags,
        summary: 'List the checkpoints of the trail',
        querystring: PageQuerySchema,
        response: listAnswers(CheckpointSchema),
      },
    },
    (request, reply) =>
      answerList(deps, request, reply, CheckpointSchema, (deps, page) => readCheckpoints(deps, request.actor, page)),
  )
  app.get(
    '/audit/checkpoints/:size/consistency',
    {
      schema: {
        tags,
        summary: 'Prove that a checkpoint continues an earlier one',
        params: SizeParams,
        querystring: ConsistencyQuery,
        response: answers(200, ref(ConsistencyProofSchema)),
      },
    },
    ({ actor, params, query }) => proveConsistency(deps, actor, params.size, query.from),
  )
  const verifyTrail = sharedVerification()
  app.get(
    '/audit/verification',
    {
      config: { rate: 'heavy' },
      schema: { tags, summary: 'Verify the whole trail', response: answers(200, ref(VerificationSchema)) },
    },
    ({ actor }) => verifyTrail(deps, actor),
  )
  app.get(
    '/audit/export',
    { config: { rate: 'heavy' }, schema: { tags, summary: 'Export the whole trail', response: exportAnswers } },
    async ({ actor }, reply) => {
      const lines = await exportTrail(await depsForLists(deps), actor)
      return reply
        .type('application/x-ndjson')
        .header('Content-Disposition', 'attachment; filename="saka-trail.ndjson"')
        .send(Readable.from(lines))
    },
  )
}

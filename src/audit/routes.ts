import { Readable } from 'node:stream'
import { Type } from 'typebox'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
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
export async function auditRoutes(app: App): Promise<void> {
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
      return answerList(request, reply, EventSchema, (page) =>
        readTrail(request.deps, request.actor, { ...filter, ...span }, page),
      )
    },
  )
  const proof = answers(200, ref(InclusionProofSchema))
  app.get(
    '/audit/events/:id/proof',
    { schema: { tags, summary: 'Prove that an event is in the trail', params: IdParams, response: proof } },
    ({ deps, actor, params }) => proveEvent(deps, actor, params.id),
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
      answerList(request, reply, CheckpointSchema, (page) => readCheckpoints(request.deps, request.actor, page)),
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
    ({ deps, actor, params, query }) => proveConsistency(deps, actor, params.size, query.from),
  )
  const verifyTrail = sharedVerification()
  app.get(
    '/audit/verification',
    {
      config: { rate: 'heavy' },
      schema: { tags, summary: 'Verify the whole trail', response: answers(200, ref(VerificationSchema)) },
    },
    ({ deps, actor }) => verifyTrail(deps, actor),
  )
  app.get(
    '/audit/export',
    { config: { rate: 'heavy' }, schema: { tags, summary: 'Export the whole trail', response: exportAnswers } },
    async ({ deps, actor }, reply) => {
      const lines = await exportTrail(deps, actor)
      return reply
        .type('application/x-ndjson')
        .header('Content-Disposition', 'attachment; filename="saka-trail.ndjson"')
        .send(Readable.from(lines))
    },
  )
}

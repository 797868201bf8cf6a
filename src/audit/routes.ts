import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { Deps } from '../deps.ts'
import { AccessReasonHeaders, type App, depsForLists, IdParams, routesOf } from '../platform/http/index.ts'
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

const exported = {
  description: 'The whole trail: every entry with its seal, and every checkpoint. `saka verify-audit` reads it.',
  content: { 'application/x-ndjson': { schema: Type.String({ examples: ['{"kind":"trail","version":1}'] }) } },
}

/** The trail, to read, to prove and to take along. */
export async function auditRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get } = routesOf(app, deps, 'Audit')
  list(
    '/audit/events',
    { summary: 'Read the trail', headers: AccessReasonHeaders, querystring: EventQuery, items: EventSchema },
    (deps, { actor, query }, page) => {
      const { from, to, ...filter } = query
      const span = { from: from && toInstant(from), to: to && toInstant(to) }
      return readTrail(deps, actor, { ...filter, ...span }, page)
    },
  )
  get(
    '/audit/events/:id/proof',
    { summary: 'Prove that an event is in the trail', params: IdParams, response: { 200: InclusionProofSchema } },
    (deps, { actor, params }) => proveEvent(deps, actor, params.id),
  )
  list(
    '/audit/checkpoints',
    { summary: 'List the checkpoints of the trail', items: CheckpointSchema },
    (deps, { actor }, page) => readCheckpoints(deps, actor, page),
  )
  get(
    '/audit/checkpoints/:size/consistency',
    {
      summary: 'Prove that a checkpoint continues an earlier one',
      params: SizeParams,
      querystring: ConsistencyQuery,
      response: { 200: ConsistencyProofSchema },
    },
    (deps, { actor, params, query }) => proveConsistency(deps, actor, params.size, query.from),
  )
  const verifyTrail = sharedVerification()
  get(
    '/audit/verification',
    { summary: 'Verify the whole trail', config: { rate: 'heavy' }, response: { 200: VerificationSchema } },
    (deps, { actor }) => verifyTrail(deps, actor),
  )
  get(
    '/audit/export',
    { summary: 'Export the whole trail', config: { rate: 'heavy' }, response: { 200: exported } },
    async (deps, { actor }, reply) => {
      const lines = await exportTrail(await depsForLists(deps), actor)
      return reply
        .type('application/x-ndjson')
        .header('Content-Disposition', 'attachment; filename="saka-trail.ndjson"')
        .send(Readable.from(lines))
    },
  )
}

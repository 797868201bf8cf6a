import { Type } from 'typebox'
import { toInstant } from '../kernel/time.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  IdSchema,
  InstantSchema,
  listAnswers,
  named,
  nullable,
  PageQuerySchema,
} from '../platform/http/index.ts'
import { readTrail } from './trail.ts'

/** An event, as it is answered. */
export const EventSchema = named(
  'AuditEvent',
  Type.Object({
    id: IdSchema,
    at: InstantSchema,
    actorKind: Type.String({ examples: ['user'] }),
    actorId: Type.String(),
    action: Type.String({ examples: ['voucher.revoked'] }),
    subjectId: Type.String(),
    change: Type.Record(Type.String(), Type.Unknown(), { examples: [{ reason: 'lost' }] }),
    requestId: nullable(Type.String()),
    salts: Type.Record(Type.String(), Type.String(), {
      examples: [{ reason: 'Yx0m0vWBHkyvPzB6eYxj6b1kXhJ0cX5m1m2w3n4o5p8' }],
    }),
  }),
)
const EventQuery = Type.Object({
  ...PageQuerySchema.properties,
  subjectId: Type.Optional(Type.String()),
  actorId: Type.Optional(Type.String()),
  action: Type.Optional(Type.String()),
  from: Type.Optional(InstantSchema),
  to: Type.Optional(InstantSchema),
})

/** The trail, to read. */
export async function auditRoutes(app: App): Promise<void> {
  app.get(
    '/audit/events',
    {
      schema: {
        tags: ['Audit'],
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
}

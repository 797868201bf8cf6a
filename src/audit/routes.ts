import { Type } from 'typebox'
import { toInstant } from '../kernel/time.ts'
import {
  type App,
  answerList,
  IdSchema,
  InstantSchema,
  listAnswers,
  named,
  nullable,
  PageQuerySchema,
} from '../platform/http/index.ts'
import { readTrail } from './use-cases.ts'

const EventSchema = named(
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

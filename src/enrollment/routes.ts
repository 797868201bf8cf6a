import type { Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  ifMatch,
  listAnswers,
  ref,
  withVersion,
} from '../platform/http/index.ts'
import { importRoutes } from './imports/routes.ts'
import {
  EnrollmentChangeSchema,
  EnrollmentQuerySchema,
  EnrollmentSchema,
  NewEnrollmentSchema,
  WithdrawalSchema,
} from './schemas.ts'
import { changeEnrollment, enroll, readEnrollment, readEnrollments, withdrawEnrollment } from './use-cases.ts'

const tags = ['Enrollments']
const response = answers(200, ref(EnrollmentSchema))

/** Enrollments: imports, to list, to read, to change, one late arrival, a withdrawal. */
export async function enrollmentRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const command = commandsOf(app, deps)
  await app.register(importRoutes, { deps })
  app.get(
    '/campaigns/:id/enrollments',
    {
      schema: {
        tags,
        summary: 'List enrollments',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: EnrollmentQuerySchema,
        response: listAnswers(EnrollmentSchema),
      },
    },
    (request, reply) => {
      const { schoolId, status, q } = request.query
      const filter = { campaignId: request.params.id, schoolId, status, q }
      return answerList(deps, request, reply, EnrollmentSchema, (deps, page) =>
        readEnrollments(deps, request.actor, filter, page),
      )
    },
  )
  command(
    '/campaigns/:id/enrollments',
    {
      schema: {
        tags,
        summary: 'Enroll one child',
        params: IdParams,
        body: NewEnrollmentSchema,
        response: answers(201, ref(EnrollmentSchema)),
      },
    },
    async (deps, { actor, params, body }, reply) => {
      reply.code(201)
      return withVersion(reply, await enroll(deps, actor, { ...body, campaignId: params.id }))
    },
  )
  app.get(
    '/enrollments/:id',
    { schema: { tags, summary: 'Read an enrollment', headers: AccessReasonHeaders, params: IdParams, response } },
    async ({ actor, params }, reply) => withVersion(reply, await readEnrollment(deps, actor, params.id)),
  )
  app.patch(
    '/enrollments/:id',
    {
      schema: {
        tags,
        summary: 'Change what is known of a child',
        params: IdParams,
        body: EnrollmentChangeSchema,
        response,
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      return withVersion(reply, await changeEnrollment(deps, actor, params.id, body, ifMatch(request)))
    },
  )
  command(
    '/enrollments/:id/withdraw',
    { schema: { tags, summary: 'Withdraw an enrollment', params: IdParams, body: WithdrawalSchema, response } },
    async (deps, { actor, params, body }, reply) =>
      withVersion(reply, await withdrawEnrollment(deps, actor, { enrollmentId: params.id, reason: body.reason })),
  )
}

import type { Deps } from '../deps.ts'
import { AccessReasonHeaders, type App, IdParams, ifMatch, routesOf } from '../platform/http/index.ts'
import { importRoutes } from './imports/routes.ts'
import {
  EnrollmentChangeSchema,
  EnrollmentQuerySchema,
  EnrollmentSchema,
  NewEnrollmentSchema,
  WithdrawalSchema,
} from './schemas.ts'
import { changeEnrollment, enroll, readEnrollment, readEnrollments, withdrawEnrollment } from './use-cases.ts'

const response = { 200: EnrollmentSchema }

/** Enrollments: imports, to list, to read, to change, one late arrival, a withdrawal. */
export async function enrollmentRoutes(app: App, { deps }: { deps: Deps }): Promise<void> {
  const { list, get, command, patch } = routesOf(app, deps, 'Enrollments')
  await app.register(importRoutes, { deps })
  list(
    '/campaigns/:id/enrollments',
    {
      summary: 'List enrollments',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: EnrollmentQuerySchema,
      items: EnrollmentSchema,
    },
    (deps, { actor, params, query }, page) => {
      const { schoolId, status, q } = query
      return readEnrollments(deps, actor, { campaignId: params.id, schoolId, status, q }, page)
    },
  )
  command(
    '/campaigns/:id/enrollments',
    { summary: 'Enroll one child', params: IdParams, body: NewEnrollmentSchema, response: { 201: EnrollmentSchema } },
    (deps, { actor, params, body }) => enroll(deps, actor, { ...body, campaignId: params.id }),
  )
  get(
    '/enrollments/:id',
    { summary: 'Read an enrollment', headers: AccessReasonHeaders, params: IdParams, response },
    (deps, { actor, params }) => readEnrollment(deps, actor, params.id),
  )
  patch(
    '/enrollments/:id',
    { summary: 'Change what is known of a child', params: IdParams, body: EnrollmentChangeSchema, response },
    (deps, { actor, params, body, headers }) => changeEnrollment(deps, actor, params.id, body, ifMatch(headers)),
  )
  command(
    '/enrollments/:id/withdraw',
    { summary: 'Withdraw an enrollment', params: IdParams, body: WithdrawalSchema, response },
    (deps, { actor, params, body }) =>
      withdrawEnrollment(deps, actor, { enrollmentId: params.id, reason: body.reason }),
  )
}

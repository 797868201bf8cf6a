import { Type } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  fileAnswer,
  IdParams,
  IdSchema,
  ifMatch,
  routesOf,
} from '../platform/http/index.ts'
import { takeBounces } from './messages/bounces.ts'
import { sendReminders } from './messages/reminders.ts'
import { readMessages } from './messages/use-cases.ts'
import { printPhoneList, readPhoneList } from './phone-list/use-cases.ts'
import { changePlan, readPlan } from './plan/use-cases.ts'
import {
  BouncesSchema,
  MessageQuery,
  MessageSchema,
  NewReminderPlanSchema,
  PhoneListEntrySchema,
  PhoneListQuery,
  ReminderPlanSchema,
  ReminderRequestSchema,
  RemindersSchema,
  TakenBouncesSchema,
} from './schemas.ts'

/** Reminders to guardians: their plan, what became of each, and whom the school has to tell. */
export async function notificationRoutes(
  app: App,
  { deps }: { deps: Deps & Pick<AllDeps, 'mailer' | 'sms'> },
): Promise<void> {
  const { list, get, command, put } = routesOf(app, deps, 'Reminders')
  get(
    '/campaigns/:id/reminder-plan',
    { summary: 'Read the reminder plan', params: IdParams, response: { 200: ReminderPlanSchema } },
    (deps, { actor, params }) => readPlan(deps, actor, params.id),
  )
  put(
    '/campaigns/:id/reminder-plan',
    {
      summary: 'Change the reminder plan',
      params: IdParams,
      body: NewReminderPlanSchema,
      response: { 200: ReminderPlanSchema },
    },
    (deps, { actor, params, body, headers }) => {
      const plan = { campaignId: params.id, consentRequired: false, ...body }
      return changePlan(deps, actor, plan, ifMatch(headers))
    },
  )
  command(
    '/campaigns/:id/reminders',
    {
      summary: 'Send a step now, or look who would get it',
      config: { idempotency: 'after', rate: 'heavy' },
      params: IdParams,
      body: ReminderRequestSchema,
      response: { 200: RemindersSchema },
    },
    (deps, { actor, params, body }) => sendReminders(deps, actor, { campaignId: params.id, ...body }),
  )
  list(
    '/campaigns/:id/messages',
    {
      summary: 'List messages',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: MessageQuery,
      items: MessageSchema,
    },
    (deps, { actor, params, query }, page) => {
      const { status, channel } = query
      return readMessages(deps, actor, { campaignId: params.id, status, channel }, page)
    },
  )
  list(
    '/campaigns/:id/phone-list',
    {
      summary: 'List whom no message reaches',
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: PhoneListQuery,
      items: PhoneListEntrySchema,
    },
    (deps, { actor, params, query }, page) =>
      readPhoneList(deps, actor, { campaignId: params.id, schoolId: query.schoolId }, page),
  )
  get(
    '/campaigns/:id/phone-list.pdf',
    {
      summary: 'Print the phone list',
      config: { rate: 'heavy' },
      headers: AccessReasonHeaders,
      params: IdParams,
      querystring: Type.Object({ schoolId: Type.Optional(IdSchema) }),
      response: { 200: fileAnswer('application/pdf', 'The list on A4, each school from a new page.') },
    },
    async (deps, { actor, params, query }, reply) => {
      const sheet = await printPhoneList(deps, actor, { campaignId: params.id, schoolId: query.schoolId })
      return reply.type('application/pdf').send(sheet)
    },
  )
  command(
    '/message-bounces',
    { summary: 'Report messages that came back', body: BouncesSchema, response: { 200: TakenBouncesSchema } },
    (deps, { actor, body }) => takeBounces(deps, actor, body.bounces),
  )
}

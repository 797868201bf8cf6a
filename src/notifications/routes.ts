import { Type } from 'typebox'
import type { AllDeps, Deps } from '../deps.ts'
import {
  AccessReasonHeaders,
  type App,
  answerList,
  answers,
  commandsOf,
  IdParams,
  IdSchema,
  ifMatch,
  listAnswers,
  problemResponses,
  ref,
  withVersion,
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

const tags = ['Reminders']
const sheetAnswer = {
  200: {
    description: 'The list on A4, each school from a new page.',
    content: { 'application/pdf': { schema: Type.String({ format: 'binary', examples: ['…'] }) } },
  },
  ...problemResponses,
}

/** Reminders to guardians: their plan, what became of each, and whom the school has to tell. */
export async function notificationRoutes(
  app: App,
  { deps }: { deps: Deps & Pick<AllDeps, 'mailer' | 'sms'> },
): Promise<void> {
  const command = commandsOf(app, deps)
  app.get(
    '/campaigns/:id/reminder-plan',
    {
      schema: {
        tags,
        summary: 'Read the reminder plan',
        params: IdParams,
        response: answers(200, ref(ReminderPlanSchema)),
      },
    },
    async ({ actor, params }, reply) => withVersion(reply, await readPlan(deps, actor, params.id)),
  )
  app.put(
    '/campaigns/:id/reminder-plan',
    {
      schema: {
        tags,
        summary: 'Change the reminder plan',
        params: IdParams,
        body: NewReminderPlanSchema,
        response: answers(200, ref(ReminderPlanSchema)),
      },
    },
    async (request, reply) => {
      const { actor, params, body } = request
      const plan = { campaignId: params.id, consentRequired: false, ...body }
      return withVersion(reply, await changePlan(deps, actor, plan, ifMatch(request)))
    },
  )
  command(
    '/campaigns/:id/reminders',
    {
      config: { idempotency: 'after', rate: 'heavy' },
      schema: {
        tags,
        summary: 'Send a step now, or look who would get it',
        params: IdParams,
        body: ReminderRequestSchema,
        response: answers(200, ref(RemindersSchema)),
      },
    },
    (deps, { actor, params, body }) => sendReminders(deps, actor, { campaignId: params.id, ...body }),
  )
  app.get(
    '/campaigns/:id/messages',
    {
      schema: {
        tags,
        summary: 'List messages',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: MessageQuery,
        response: listAnswers(MessageSchema),
      },
    },
    (request, reply) => {
      const { status, channel } = request.query
      const filter = { campaignId: request.params.id, status, channel }
      return answerList(deps, request, reply, MessageSchema, (deps, page) =>
        readMessages(deps, request.actor, filter, page),
      )
    },
  )
  app.get(
    '/campaigns/:id/phone-list',
    {
      schema: {
        tags,
        summary: 'List whom no message reaches',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: PhoneListQuery,
        response: listAnswers(PhoneListEntrySchema),
      },
    },
    (request, reply) => {
      const chosen = { campaignId: request.params.id, schoolId: request.query.schoolId }
      return answerList(deps, request, reply, PhoneListEntrySchema, (deps, page) =>
        readPhoneList(deps, request.actor, chosen, page),
      )
    },
  )
  app.get(
    '/campaigns/:id/phone-list.pdf',
    {
      config: { rate: 'heavy' },
      schema: {
        tags,
        summary: 'Print the phone list',
        headers: AccessReasonHeaders,
        params: IdParams,
        querystring: Type.Object({ schoolId: Type.Optional(IdSchema) }),
        response: sheetAnswer,
      },
    },
    async ({ actor, params, query }, reply) => {
      const sheet = await printPhoneList(deps, actor, { campaignId: params.id, schoolId: query.schoolId })
      return reply.type('application/pdf').send(sheet as never)
    },
  )
  command(
    '/message-bounces',
    {
      schema: {
        tags,
        summary: 'Report messages that came back',
        body: BouncesSchema,
        response: answers(200, TakenBouncesSchema),
      },
    },
    (deps, { actor, body }) => takeBounces(deps, actor, body.bounces),
  )
}

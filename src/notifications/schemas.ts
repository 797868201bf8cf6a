import { Type } from 'typebox'
import {
  DateSchema,
  IdSchema,
  InstantSchema,
  named,
  nullable,
  oneOf,
  PageQuerySchema,
  QuantitySchema,
} from '../platform/http/index.ts'
import { timeOfDayPattern } from '../shared/local-time.ts'
import { bounceKinds, messageStatuses } from './messages/rules.ts'
import { audiences, channels, windowEnds } from './plan/rules.ts'

const TimeSchema = Type.String({ pattern: timeOfDayPattern, examples: ['10:00'] })
const StepNameSchema = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,59}$', examples: ['last-days'] })
const ChannelSchema = { ...oneOf(channels), examples: ['email'] }

const ReminderStepSchema = Type.Object(
  {
    name: StepNameSchema,
    when: Type.Object(
      {
        on: { ...oneOf(windowEnds), examples: ['closing'] },
        offsetDays: Type.Integer({ minimum: -60, maximum: 60, examples: [-2] }),
        at: TimeSchema,
      },
      { additionalProperties: false },
    ),
    to: { ...oneOf(audiences), examples: ['unredeemed'] },
    channels: Type.Array(ChannelSchema, { minItems: 1, maxItems: channels.length }),
  },
  { additionalProperties: false },
)
const QuietHoursSchema = Type.Object({ from: TimeSchema, to: TimeSchema }, { additionalProperties: false })

const plan = {
  steps: Type.Array(ReminderStepSchema, { maxItems: 20 }),
  quietHours: nullable(QuietHoursSchema),
}

/** Which reminders a campaign sends, and when. */
export const ReminderPlanSchema = named('ReminderPlan', {
  campaignId: IdSchema,
  ...plan,
  consentRequired: Type.Boolean({ examples: [false] }),
  version: Type.Integer({ examples: [1] }),
})

/** A plan as it is put in the place of another. */
export const NewReminderPlanSchema = Type.Object(
  { ...plan, consentRequired: Type.Optional(Type.Boolean({ examples: [false] })) },
  { additionalProperties: false },
)

/** Which step to send now. */
export const ReminderRequestSchema = Type.Object(
  { step: StepNameSchema, dryRun: Type.Boolean({ default: false, examples: [true] }) },
  { additionalProperties: false },
)

const TallySchema = (example: Record<string, number>) =>
  Type.Record(Type.String(), Type.Integer(), { examples: [example] })

/** Who is told by a step, how, and in which language. */
export const RemindersSchema = named('Reminders', {
  step: StepNameSchema,
  dryRun: Type.Boolean({ examples: [true] }),
  goesAt: InstantSchema,
  messages: QuantitySchema,
  byChannel: TallySchema({ email: 812, sms: 340, print: 12 }),
  byLanguage: TallySchema({ el: 900, sq: 210, ar: 54 }),
  leftOut: TallySchema({ told: 30, stopped: 2 }),
  items: Type.Array(
    Type.Object({
      channel: ChannelSchema,
      language: Type.String({ examples: ['sq'] }),
      to: nullable(Type.String({ examples: ['parent@example.org'] })),
      enrollmentIds: Type.Array(IdSchema),
      voucherIds: Type.Array(IdSchema),
    }),
  ),
})

/** One reminder to one guardian. */
export const MessageSchema = named('Message', {
  id: IdSchema,
  campaignId: IdSchema,
  recipientId: IdSchema,
  enrollmentIds: Type.Array(IdSchema),
  step: StepNameSchema,
  edition: Type.Integer({ examples: [0] }),
  about: Type.String({ examples: ['closing'] }),
  channel: ChannelSchema,
  status: { ...oneOf(messageStatuses), examples: ['sent'] },
  cause: nullable(Type.String({ examples: ['collected'] })),
  language: nullable(Type.String({ examples: ['sq'] })),
  to: nullable(Type.String({ examples: ['parent@example.org'] })),
  day: nullable(DateSchema),
  plannedAt: InstantSchema,
  notAfter: InstantSchema,
  sentAt: nullable(InstantSchema),
  toldFrom: nullable(DateSchema),
  toldUntil: nullable(DateSchema),
})

/** A message as its recipient is told of it, who asks what is held. */
export const SentMessageSchema = named('SentMessage', {
  id: IdSchema,
  step: StepNameSchema,
  about: Type.String({ examples: ['closing'] }),
  channel: ChannelSchema,
  status: { ...oneOf(messageStatuses), examples: ['sent'] },
  language: nullable(Type.String({ examples: ['sq'] })),
  plannedAt: InstantSchema,
  sentAt: nullable(InstantSchema),
})

/** Which messages to list. */
export const MessageQuery = Type.Object({
  ...PageQuerySchema.properties,
  status: Type.Optional({ ...oneOf(messageStatuses), examples: ['sent'] }),
  channel: Type.Optional(ChannelSchema),
})

/** A guardian whom no message reaches, and a child of theirs whose kit waits. */
export const PhoneListEntrySchema = named('PhoneListEntry', {
  schoolId: IdSchema,
  schoolName: Type.String({ examples: ['1ο Δημοτικό Σχολείο Πειραιά'] }),
  enrollmentId: IdSchema,
  section: nullable(Type.String({ examples: ['Α1'] })),
  pupilRef: nullable(Type.String({ examples: ['17'] })),
  familyName: nullable(Type.String({ examples: ['Φωτοπούλου'] })),
  givenName: nullable(Type.String({ examples: ['Ελένη'] })),
  guardianName: nullable(Type.String({ examples: ['Μαρία Φωτοπούλου'] })),
  phone: nullable(Type.String({ examples: ['+306902128003'] })),
  language: nullable(Type.String({ examples: ['el'] })),
  why: { ...oneOf(['no_contact', 'shared_address', 'no_consent', 'refused', 'failed']), examples: ['no_contact'] },
})

/** Which school's phone list. */
export const PhoneListQuery = Type.Object({ ...PageQuerySchema.properties, schoolId: Type.Optional(IdSchema) })

/** What came back: each report names a message, as its Message-ID does, or an address. */
export const BouncesSchema = Type.Object(
  {
    bounces: Type.Array(
      Type.Object(
        {
          kind: { ...oneOf(bounceKinds), examples: ['hard'] },
          messageId: Type.Optional(
            Type.String({
              maxLength: 300,
              examples: ['<message-01890a5d-ac96-774b-bcce-b302099a8057@saka.example.org>'],
            }),
          ),
          address: Type.Optional(Type.String({ maxLength: 300, examples: ['parent@example.org'] })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
)

/** How many reports were of use. */
export const TakenBouncesSchema = Type.Object({
  marked: QuantitySchema,
  ignored: QuantitySchema,
})

import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, PageQuerySchema, ref } from '../platform/http/index.ts'
import { type FailureReason, failureWords } from './failure-rules.ts'
import { runStatuses } from './rules.ts'
import { taskStatuses } from './tasks/rules.ts'

/** A job's name in an address. */
export const JobParams = Type.Object({
  name: Type.String({ pattern: '^[a-z-]{1,60}$', examples: ['forget-answers'] }),
})

const WordingSchema = (el: string, en: string) =>
  Type.Object({ el: Type.String({ examples: [el] }), en: Type.String({ examples: [en] }) })

/** Why it failed: as the one who runs the service reads it, and as everybody does. */
const failure = {
  failure: nullable(Type.String({ examples: ['the mail server did not answer'] })),
  reason: nullable(
    Type.Object({
      code: { ...oneOf(Object.keys(failureWords) as FailureReason[]), examples: ['channel_down'] },
      meaning: WordingSchema(failureWords.channel_down.el, failureWords.channel_down.en),
    }),
  ),
}

/** One run of a job. */
export const JobRunSchema = named('JobRun', {
  id: IdSchema,
  job: Type.String({ examples: ['forget-answers'] }),
  status: { ...oneOf(runStatuses), examples: ['done'] },
  actorId: nullable(Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] })),
  dueAt: nullable(InstantSchema),
  startedAt: InstantSchema,
  endedAt: nullable(InstantSchema),
  figures: Type.Record(Type.String(), Type.Integer(), {
    examples: [{ lookedAt: 3, done: 2, skipped: 1, failed: 0 }],
  }),
  summary: WordingSchema('εξετάστηκαν: 3 · έγιναν: 2', 'looked at: 3 · done: 2'),
  ...failure,
})

/** Every job. */
export const JobsSchema = named('Jobs', {
  items: Type.Array(
    Type.Object({
      name: Type.String({ examples: ['forget-answers'] }),
      meaning: Type.Object({
        el: Type.String({ examples: ['Ξεχνά παλιές απαντήσεις.'] }),
        en: Type.String({ examples: ['Forgets old answers.'] }),
      }),
      pattern: nullable(Type.String({ examples: ['30 3 * * *'] })),
      nextRunAt: nullable(InstantSchema),
      late: Type.Boolean({ examples: [false] }),
      lastRun: nullable(ref(JobRunSchema)),
      tasks: nullable(Type.Record(Type.String(), Type.Integer(), { examples: [{ queued: 3, done: 1200, failed: 1 }] })),
    }),
  ),
})

const TaskIdSchema = Type.String({ maxLength: 200, examples: ['message-01890a5d-ac96-774b-bcce-b302099a8057'] })

/** One piece of work of a job. */
export const TaskSchema = named('Task', {
  id: TaskIdSchema,
  job: Type.String({ examples: ['send-mail'] }),
  status: { ...oneOf(taskStatuses), examples: ['failed'] },
  runAt: InstantSchema,
  attempts: Type.Integer({ examples: [10] }),
  ...failure,
  createdAt: InstantSchema,
  endedAt: nullable(InstantSchema),
})

/** Which tasks to list. */
export const TaskQuery = Type.Object({
  ...PageQuerySchema.properties,
  status: Type.Optional({ ...oneOf(taskStatuses), examples: ['failed'] }),
})

/** Which tasks to retry or to cancel: all, if none is named. */
export const TaskChoiceSchema = Type.Object(
  { taskIds: Type.Optional(Type.Array(TaskIdSchema, { minItems: 1, maxItems: 1000 })) },
  { additionalProperties: false },
)

/** How many tasks were queued again. */
export const RetriedSchema = Type.Object({ retried: Type.Integer({ examples: [3] }) })

/** How many tasks, or runs, were cancelled. */
export const CancelledSchema = Type.Object({ cancelled: Type.Integer({ examples: [3] }) })

import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, ref } from '../platform/http/index.ts'
import { runStatuses } from './rules.ts'

/** A job's name in an address. */
export const JobParams = Type.Object({
  name: Type.String({ pattern: '^[a-z-]{1,60}$', examples: ['forget-answers'] }),
})

/** One run of a job. */
export const JobRunSchema = named(
  'JobRun',
  Type.Object({
    id: IdSchema,
    job: Type.String({ examples: ['forget-answers'] }),
    status: { ...oneOf(runStatuses), examples: ['done'] },
    actorId: nullable(Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] })),
    startedAt: InstantSchema,
    endedAt: nullable(InstantSchema),
    figures: Type.Record(Type.String(), Type.Integer(), { examples: [{ forgotten: 12 }] }),
    failure: nullable(Type.String({ examples: ['the mail server did not answer'] })),
  }),
)

/** Every job. */
export const JobsSchema = named(
  'Jobs',
  Type.Object({
    items: Type.Array(
      Type.Object({
        name: Type.String({ examples: ['forget-answers'] }),
        meaning: Type.Object({
          el: Type.String({ examples: ['Ξεχνά παλιές απαντήσεις.'] }),
          en: Type.String({ examples: ['Forgets old answers.'] }),
        }),
        pattern: Type.String({ examples: ['30 3 * * *'] }),
        nextRunAt: nullable(InstantSchema),
        late: Type.Boolean({ examples: [false] }),
        lastRun: nullable(ref(JobRunSchema)),
      }),
    ),
  }),
)

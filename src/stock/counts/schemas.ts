import { Type } from 'typebox'
import { IdSchema, InstantSchema, named, nullable, oneOf, QuantitySchema } from '../../platform/http/index.ts'
import { countStatuses } from '../rules.ts'

const line = { kitId: IdSchema, counted: QuantitySchema }
const ActorSchema = Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] })

/** A count, as it is answered: `expected` and `variance` are null until it is posted. */
export const CountSchema = named('Count', {
  id: IdSchema,
  locationId: IdSchema,
  countedAt: InstantSchema,
  status: { ...oneOf(countStatuses), examples: ['posted'] },
  lines: Type.Array(
    Type.Object({
      ...line,
      expected: nullable(Type.Integer({ examples: [25] })),
      variance: nullable(Type.Integer({ examples: [0] })),
    }),
  ),
  createdById: ActorSchema,
  createdAt: InstantSchema,
  postedById: nullable(ActorSchema),
  postedAt: nullable(InstantSchema),
})
/** What was counted, and when. */
export const NewCountSchema = Type.Object({
  locationId: IdSchema,
  countedAt: InstantSchema,
  lines: Type.Array(Type.Object(line), { minItems: 1, maxItems: 1000 }),
})
/** Whether what is promised to schools may be released where too little is left. */
export const PostingSchema = nullable(
  Type.Object({ releaseReserved: Type.Optional(Type.Boolean({ examples: [false] })) }),
)

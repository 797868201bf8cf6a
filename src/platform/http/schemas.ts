import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { idPattern } from '../../shared/ids.ts'

/** A UUIDv7. */
export const IdSchema = Type.String({ pattern: idPattern, examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] })

/** RFC 3339 with any offset on the way in, of the years 1900 to 2199 in UTC; UTC with milliseconds on the way out. */
export const InstantSchema = Type.String({ format: 'date-time', examples: ['2023-09-11T06:30:00.000Z'] })

/** `YYYY-MM-DD`, local to the municipality, of the years 1900 to 2199. */
export const DateSchema = Type.String({ format: 'date', examples: ['2023-09-11'] })

/** A count of things, zero or more. */
export const QuantitySchema = Type.Integer({ minimum: 0, maximum: 1_000_000_000, examples: [25] })

/** A count of things, one or more. */
export const PositiveQuantitySchema = Type.Integer({ minimum: 1, maximum: 1_000_000_000, examples: [25] })

/** Integer euro cents. */
export const CentsSchema = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, examples: [12000] })

/** A line of text that says something. */
export const TextSchema = Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', examples: ['Σακίδιο'] })

/** `schema` or null. */
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** One of `words`. */
export const oneOf = <const Templates extends readonly string[]>(words: Templates) =>
  Type.Unsafe<Templates[number]>({ type: 'string', enum: words })

/** An address with the id of a record in it. */
export const IdParams = Type.Object({ id: IdSchema })

/** What every list takes: how many at once, and behind which cursor. */
export const PageQuerySchema = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, examples: [50] }),
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
})

/** Why somebody looks at personal data: an auditor is shown none without a reason. */
export const AccessReasonHeaders = Type.Object({
  'access-reason': Type.Optional(
    Type.String({
      maxLength: 2400,
      description: 'Why you look: 1 to 200 characters, percent-encoded UTF-8. An auditor sees pseudonyms without it.',
      examples: ['Complaint%2017'],
    }),
  ),
})

/** A problem (RFC 9457). Kinds of problem carry further members of their own. */
const ProblemSchema = Type.Object(
  {
    type: Type.String({ examples: ['/problems/not-found'] }),
    title: Type.String({ examples: ['Not there'] }),
    status: Type.Integer({ examples: [404] }),
    detail: Type.String({ examples: ['There is no such school, or it is not yours to see. Check the address.'] }),
    code: Type.String({ examples: ['not_found'] }),
    requestId: Type.String({ examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] }),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', additionalProperties: true },
)

const references = new Map<string, TSchema>()

/** An object with a name, which the contract defines once and refers to where it is used. */
export function named<Properties extends TProperties>($id: string, properties: Properties): TObject<Properties> {
  const known = { ...Type.Object(properties), $id }
  references.set($id, known)
  return known
}

/** Every named schema. */
export function namedSchemas(): TSchema[] {
  return [ProblemSchema, ...references.values()]
}

/** A reference to a named schema, typed as the schema itself. */
export const ref = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S>>(Type.Ref((schema as unknown as { $id: string }).$id))

const problemContent = { 'application/problem+json': { schema: Type.Ref('Problem') } }

/** The problems that any answer may be instead. */
export const problemResponses = { '4xx': { description: 'A problem', content: problemContent } }

/** An answer that is a file. */
export interface FileAnswer {
  description: string
  content: Record<string, { schema: TSchema }>
}

/** An answer that is a file of this media type. */
export const fileAnswer = (mediaType: string, description: string): FileAnswer => ({
  description,
  content: { [mediaType]: { schema: Type.String({ format: 'binary', examples: ['…'] }) } },
})

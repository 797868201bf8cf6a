import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import t from 'tap'
import { contract } from '../support/contract.ts'
import { startSaka } from '../support/saka.ts'

const { deps } = await startSaka(t)
const document = await contract(deps)
const ajv = new Ajv2020({ strict: false, validateFormats: true })
;(formats as unknown as (ajv: Ajv2020) => void)(ajv)
ajv.addSchema(document, 'contract')

/** What an operation is given and what it answers: the place in the document, the media type, and what is said of it. */
const messages = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
  Object.entries<any>(methods).flatMap(([method, operation]) => {
    const name = `${method.toUpperCase()} ${path}`
    const at = ['paths', path, method]
    const bodies = [
      [...at, 'requestBody'],
      ...Object.keys(operation.responses).map((status) => [...at, 'responses', status]),
    ]
    return bodies.flatMap((place) => {
      const content: object = place.reduce((node: any, key) => node?.[key], document)?.content ?? {}
      return Object.entries<any>(content).map(([type, media]) => ({
        name: `${name}: ${place[3]} ${place[4] ?? ''} ${type}`,
        type,
        media,
        place,
      }))
    })
  }),
)

const pointer = (place: string[]) =>
  `contract#/${place.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

t.test('every body and every answer of the contract has an example, and each is of its own schema', async (t) => {
  t.ok(messages.length > 100, 'the messages were found')
  const faults = messages.flatMap(({ name, type, media, place }) => {
    if (!('example' in media)) return [`${name} has no example`]
    if (!/json/.test(type) || /ndjson/.test(type)) return []
    const validate = ajv.getSchema(pointer([...place, 'content', type, 'schema']))!
    return validate(media.example) ? [] : [`${name}: ${ajv.errorsText(validate.errors)}`]
  })
  t.same(faults, [])
})

t.test(
  'every operation has a summary, a tag of the list, an id of its own, and the problems that it may answer',
  async (t) => {
    const allTags = document.tags.map(({ name }: any) => name)
    const operations = Object.values<any>(document.paths).flatMap((methods) => Object.values<any>(methods))
    t.ok(operations.length > 100, 'the operations were found')
    const isWhole = ({ summary, tags, responses }: any) => {
      const answers = Object.keys(responses)
      return (
        /^[A-Z].*[^.]$/.test(summary) &&
        tags?.length === 1 &&
        allTags.includes(tags[0]) &&
        answers.some((status) => /^[23]/.test(status)) &&
        answers.some((status) => status.startsWith('4'))
      )
    }
    t.same(
      operations
        .filter((operation) => !isWhole(operation))
        .map(({ operationId, summary, tags, responses }) => [operationId, summary, tags, Object.keys(responses)]),
      [],
    )
    const ids = operations.map(({ operationId }) => operationId)
    t.same(
      ids.filter((id, i) => !id || ids.indexOf(id) !== i),
      [],
    )
  },
)

t.test('every schema of the contract is used', async (t) => {
  const text = JSON.stringify(document)
  t.same(
    Object.keys(document.components.schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`)),
    [],
  )
})

t.test('every number that may be sent has bounds, within what both engines keep exactly', async (t) => {
  const parameters = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    Object.values<any>(methods).flatMap(({ parameters: sent = [] }) =>
      sent.map(({ name, schema }: any) => ({ name: `${path} ${name}`, schema })),
    ),
  )
  const bodies = messages
    .filter(({ place }) => place[3] === 'requestBody')
    .map(({ name, media }) => ({ name, schema: media.schema }))
  const unbounded = [...parameters, ...bodies].flatMap(({ name, schema }) =>
    numbersIn(schema)
      .filter(({ minimum, maximum }) => !(minimum >= -Number.MAX_SAFE_INTEGER && maximum <= Number.MAX_SAFE_INTEGER))
      .map(() => name),
  )
  t.ok(parameters.length + bodies.length > 100, 'they were found')
  t.same(unbounded, [])
})

/** The schemas of numbers inside a schema, those that it refers to among them. */
function numbersIn(schema: any): any[] {
  if (schema === null || typeof schema !== 'object') return []
  if (schema.$ref) return numbersIn(document.components.schemas[schema.$ref.split('/').at(-1)])
  const own = schema.type === 'integer' || schema.type === 'number' ? [schema] : []
  return [...own, ...Object.entries(schema).flatMap(([key, part]) => (key === 'examples' ? [] : numbersIn(part)))]
}

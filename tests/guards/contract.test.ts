// biome-ignore-all lint/suspicious/noExplicitAny: an OpenAPI document is walked as it comes.
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
  for (const { name, type, media, place } of messages) {
    t.ok('example' in media, `${name} has an example`)
    if (!/json/.test(type) || /ndjson/.test(type)) continue
    const validate = ajv.getSchema(pointer([...place, 'content', type, 'schema']))!
    t.ok(validate(media.example), `${name}: ${ajv.errorsText(validate.errors)}`)
  }
})

t.test(
  'every operation has a summary, a tag of the list, an id of its own, and the problems that it may answer',
  async (t) => {
    const tags = document.tags.map(({ name }: any) => name)
    const ids = new Set<string>()
    for (const [path, methods] of Object.entries<any>(document.paths)) {
      for (const [method, { summary, tags: own, operationId, responses }] of Object.entries<any>(methods)) {
        const name = `${method.toUpperCase()} ${path}`
        t.match(summary, /^[A-Z].*[^.]$/, name)
        t.ok(own?.length === 1 && tags.includes(own[0]), `${name} is under ${own}`)
        t.notOk(ids.has(operationId), `${name}: ${operationId}`)
        ids.add(operationId)
        const answers = Object.keys(responses)
        t.ok(
          answers.some((status) => /^[23]/.test(status)) && answers.some((status) => status.startsWith('4')),
          `${name} answers ${answers}`,
        )
      }
    }
  },
)

t.test('every schema of the contract is used', async (t) => {
  const text = JSON.stringify(document)
  for (const name of Object.keys(document.components.schemas)) t.match(text, `"#/components/schemas/${name}"`, name)
})

import t from 'tap'
import { busyCampaign, callRoute } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, routesOf } from '../support/routes.ts'

const { saka, mine } = await busyCampaign(t)
const document = writtenContract()

/** Values that nothing else here has, so that each is found wherever it got to. */
const marks = {
  id: '0189ffff-ffff-7fff-bfff-ffffffffff01',
  instant: '1987-06-05T04:03:02.001Z',
  number: 987_654_321,
  word: 'smuggled-in',
}

/** What somebody might add to a body, in the hope that it is stored. */
const smuggled: Record<string, unknown> = {
  id: marks.id,
  role: marks.word,
  roles: [{ role: 'admin', schoolId: marks.id }],
  status: marks.word,
  version: marks.number,
  createdAt: marks.instant,
  createdById: marks.id,
  recordedAt: marks.instant,
  actorId: marks.id,
  passwordHash: marks.word,
  password_hash: marks.word,
  keyHash: marks.word,
  tokenHash: marks.word,
  active: false,
  kind: marks.word,
  onHand: marks.number,
  reserved: marks.number,
  redeemedAt: marks.instant,
  revokedAt: marks.instant,
  postedAt: marks.instant,
  signedAt: marks.instant,
  openedAt: marks.instant,
  closedAt: marks.instant,
  lastUsedAt: marks.instant,
  replacedById: marks.id,
  folded: marks.word,
  seed: marks.word,
  total: marks.number,
}

const resolve = (schema: any): any =>
  schema?.$ref
    ? schema.$ref
        .slice(2)
        .split('/')
        .reduce((node: any, key: string) => node[key], document)
    : schema

/** `body` with everything smuggled in that its schema does not name, in what it holds too. */
function withExtras(body: any, schema: any): any {
  const known = resolve(schema)
  if (Array.isArray(body)) return body.map((item) => withExtras(item, known?.items))
  if (body === null || typeof body !== 'object') return body
  const named = known?.properties ?? {}
  const inside = Object.entries(body).map(([field, value]) => [field, withExtras(value, named[field])])
  const extras = Object.entries(smuggled).filter(([field]) => !(field in named))
  return { ...Object.fromEntries(inside), ...Object.fromEntries(extras) }
}

const changes = routesOf(document)
  .map((route) => ({ ...route, schema: route.operation.requestBody?.content?.['application/json']?.schema }))
  .filter(({ schema }) => schema)

/** Everything that the database holds, as text. */
async function everythingStored(): Promise<string> {
  const { q, t: tables } = saka.deps.db.read
  const rows = await Promise.all(Object.values(tables).map((table) => q.select().from(table as any)))
  return JSON.stringify(rows)
}

const isMarked = (text: string) => Object.values(marks).filter((mark) => text.includes(String(mark)))

t.test('what is stored under a name of the contract would be seen', async (t) => {
  await saka.api.made('/communities', { code: 'M', name: marks.word })
  t.same(isMarked(await everythingStored()), [marks.word])
  marks.word = 'smuggled-again'
  for (const field of Object.keys(smuggled)) if (smuggled[field] === 'smuggled-in') smuggled[field] = marks.word
})

t.test(
  `none of ${Object.keys(smuggled).length} fields that ${changes.length} commands do not name is stored or told`,
  async (t) => {
    t.ok(changes.length > 30)
    const statuses: number[] = []
    const faults: string[] = []
    for (const route of changes) {
      const change = (body: any) => withExtras(body, route.schema)
      const { status, text } = await callRoute(document, saka.api, route, { ids: mine, change })
      statuses.push(status)
      const told = isMarked(text)
      if (status >= 500 || told.length > 0) faults.push(`${nameOf(route)} answers ${status} and tells ${told}`)
    }
    t.same(faults, [])
    t.ok(statuses.filter((status) => status < 300).length > 15, 'many of them were carried out')
    t.same(isMarked(await everythingStored()), [])
  },
)

t.test('no command makes its caller or anybody an administrator by a field that it does not name', async (t) => {
  const { items } = (await saka.api.get('/users')).json
  t.ok(items.length > 0)
  for (const user of items) t.notMatch(JSON.stringify(user.roles), marks.id)
})

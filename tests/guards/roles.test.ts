import t from 'tap'
import { type Action, permissions, reach } from '../../src/identity/rules.ts'
import {
  atWarehouse,
  busyCampaign,
  type CallerKind,
  callerKinds,
  callRoute,
  kindIn,
  type Records,
  roleOf,
} from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, type Route, routesOf } from '../support/routes.ts'
import type { Answer } from '../support/saka.ts'

const contract = writtenContract()
const { saka, callers, nobody, mine, theirs } = await busyCampaign(t)

/** What every school and warehouse has in common. */
const common = ['campaigns', 'kits', 'communities']
/** What staff of one warehouse may not see, as it is about all of them at once. */
const ofAllWarehouses: Action[] = ['summary:read', 'allocation:read']

/** The action of the table that a route asks for, as it tells somebody without any role; the others need none (`routes.test.ts`). */
const rules = new Map<string, Action>()
for (const route of routesOf(contract)) {
  const { status, json } = await callRoute(contract, nobody, route, { ids: mine })
  const action = status === 403 ? /include ([a-z_]+:[a-z]+)\./.exec(json.detail)?.[1] : undefined
  if (action && action in permissions) rules.set(nameOf(route), action as Action)
}
const routes = routesOf(contract).filter((route) => rules.has(nameOf(route)))

/** What kind of caller is held to: whose records it calls a route on, and what the table says of that. */
interface Pair {
  route: Route
  kind: CallerKind
  whose: 'mine' | 'theirs'
  expected: 'allowed' | 'not allowed' | 'not there' | 'own only'
}

const isOfAPlace = (kind: CallerKind) => kind === 'one warehouse' || reach[roleOf(kind)] === 'school'

function expectedOf(route: Route, kind: CallerKind, whose: Pair['whose']): Pair['expected'] {
  const action = rules.get(nameOf(route))!
  if (!(permissions[action] as readonly string[]).includes(roleOf(kind))) return 'not allowed'
  if (kind === 'one warehouse' && ofAllWarehouses.includes(action)) return 'not there'
  if (!isOfAPlace(kind)) return 'allowed'
  const isMineAlone = kind === 'one warehouse' ? !/^(place|campaign):/.test(action) : action !== 'campaign:read'
  const named = kindIn(route)
  const isAtOnePlace = route.method !== 'GET' || (named !== undefined && !common.includes(named))
  if (!isAtOnePlace) return 'own only'
  return whose === 'mine' || !isMineAlone ? 'allowed' : 'not there'
}

const pairs: Pair[] = routes.flatMap((route) =>
  callerKinds.flatMap((kind) =>
    (['mine', 'theirs'] as const).map((whose) => ({ route, kind, whose, expected: expectedOf(route, kind, whose) })),
  ),
)
const recordsOf = ({ kind, whose }: Pair): Records => {
  const records = whose === 'mine' ? mine : theirs
  return kind === 'one warehouse' ? atWarehouse(records) : records
}
const ask = (pair: Pair, more: object = {}) =>
  callRoute(contract, callers[pair.kind], pair.route, { ids: recordsOf(pair), ...more })
const is404 = ({ status, json }: Answer) => status === 404 && json?.code === 'not_found'
const labelOf = ({ route, kind, whose }: Pair) => `${kind}, on ${whose}: ${nameOf(route)}`
const pairsThatAre = (expected: Pair['expected']) => pairs.filter((pair) => pair.expected === expected)

/** The pairs among `asked` that are not answered as they should be, each with its answer. */
async function wronglyAnswered(asked: Pair[], isRight: (answer: Answer) => boolean, more = {}): Promise<string[]> {
  const wrong: string[] = []
  for (const pair of asked) {
    const answer = await ask(pair, more)
    if (!isRight(answer)) wrong.push(`${labelOf(pair)} answers ${answer.status} ${answer.text.slice(0, 300)}`)
  }
  return wrong
}

t.test(`not one of ${pairsThatAre('not allowed').length} pairs that the table does not name is let in`, async (t) => {
  t.ok(routes.length > 70, 'the routes were found')
  t.same(await wronglyAnswered(pairsThatAre('not allowed'), ({ status }) => status === 403), [])
})

/** What programs in front of others sometimes believe of a caller, in headers and in a body. */
const claims = {
  headers: {
    'x-role': 'admin',
    'x-user-role': 'admin',
    'x-user-id': mine.users!,
    'x-original-url': '/api/v1/me',
    'x-rewrite-url': '/api/v1/me',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-user': 'admin',
    forwarded: 'for=127.0.0.1',
    'x-http-method-override': 'GET',
  },
  change: (body: any) => {
    const asAdmin = {
      role: 'admin',
      roles: [{ role: 'admin' }],
      actor: { kind: 'system' },
      kind: 'system',
      admin: true,
    }
    return body && typeof body === 'object' ? { ...asAdmin, ...body } : body
  },
}

t.test('nor is one of them by saying that it is another', async (t) => {
  const refused = pairsThatAre('not allowed').filter(({ whose }) => whose === 'mine')
  t.ok(refused.length > 200)
  t.same(await wronglyAnswered(refused, ({ status }) => status === 403, claims), [])
})

t.test(
  `${pairsThatAre('not there').length} pairs of a role and another place answer as if nothing were there`,
  async (t) => {
    // A batch is answered scan by scan.
    const isRight = ({ status, json }: Answer) => {
      const answered: { status: number; result: string }[] = json?.results ?? [{ status, result: json?.code }]
      return answered.length > 0 && answered.every((one) => one.status === 404 && one.result === 'not_found')
    }
    t.same(await wronglyAnswered(pairsThatAre('not there'), isRight), [])
  },
)

/** Ids and words by which something of the other school or warehouse would show. */
const foreignTo = (kind: CallerKind): string[] =>
  (kind === 'one warehouse'
    ? ['warehouses', 'warehouseCounts', 'shipments']
    : ['schools', 'enrollments', 'vouchers', 'shipments', 'redemptions', 'locations', 'counts', 'devices']
  ).map((word) => theirs[word]!)

const forms = ['application/json', 'text/csv', 'application/x-ndjson']

t.test('lists, exports, searches and sheets of a role with a place tell nothing of another, in any form', async (t) => {
  const school = (await saka.api.get(`/schools/${theirs.schools}`)).json
  const questions: [string, ...string[]][] = [
    ['', ...forms],
    [`?schoolId=${theirs.schools}`, 'application/json'],
    [`?locationId=${theirs.warehouses}`, 'application/json'],
    [`?q=${encodeURI(school.name)}`, 'application/json'],
  ]
  const faults: string[] = []
  for (const pair of pairsThatAre('own only').filter(({ route }) => route.method === 'GET')) {
    const ids = recordsOf(pair)
    for (const [query, ...accepted] of questions) {
      for (const accept of accepted) {
        const url = `/${pair.route.url.replace(':id', ids[kindIn(pair.route) ?? ''] ?? '')}${query}`
        const { text, status } = await callers[pair.kind].get(url, { accept })
        if (![200, 404].includes(status)) faults.push(`${labelOf(pair)} ${query} answers ${status}`)
        const shown = foreignTo(pair.kind).filter((id) => text.includes(id) && !query.includes(id))
        const isOwn = pair.route.url.startsWith('/api/v1/campaigns/:id/') || !pair.route.url.includes('campaigns')
        if (isOwn && shown.length > 0) faults.push(`${labelOf(pair)} ${query} as ${accept} shows ${shown}`)
      }
    }
  }
  t.same(faults, [])
  const all = (await saka.api.get('/shipments')).text
  t.ok(all.includes(theirs.shipments!), 'who may see the other one’s does')
})

t.test('what a device may read names no child, no guardian and no code, in any form', async (t) => {
  const { api } = saka
  const guardian = { name: 'Μαρία Φωτοπούλου', email: 'maria@example.org', phone: '+306902128000' }
  const enrollments = `/campaigns/${mine.campaigns}/enrollments`
  t.match(await api.patch(`/enrollments/${mine.enrollments}`, { guardians: [guardian] }), { status: 200 })
  const vouchers = (await api.get(`/campaigns/${mine.campaigns}/vouchers`)).json.items
  const codes = vouchers.flatMap(({ code }: any) => [code, code.replaceAll('-', '')])
  const told = ['Ελένη', 'Φωτοπούλου', 'Μαρία', guardian.email, guardian.phone, ...codes]
  t.ok(told.some((text) => JSON.stringify(vouchers).includes(text)))
  const read = new Set<string>()
  for (const { url } of [...routes.filter(({ method }) => method === 'GET'), { url: '/api/v1/scanner/roster' }]) {
    for (const accept of forms) {
      const path = `/${url.replace(':id', mine[kindIn({ method: 'GET', url }) ?? ''] ?? '')}`
      const { status, text } = await callers.device.get(path, { accept })
      if (status === 200) read.add(url.replace('/api/v1', ''))
      t.same(
        told.filter((word) => text.includes(word)),
        [],
        `${url} as ${accept}`,
      )
    }
  }
  t.match((await api.get(enrollments)).text, /Ελένη.*maria@example\.org/s, 'who may see them does')
  t.same(
    [...read].sort(),
    [
      '/balances',
      '/campaigns',
      '/campaigns/:id',
      '/communities',
      '/counts/:id',
      '/kits',
      '/kits/:id',
      '/locations',
      '/movements',
      '/scanner/roster',
      '/schools',
      '/schools/:id',
      '/shipments',
      '/shipments/:id',
      '/shipments/:id/delivery-note.pdf',
    ],
    'its roster, its school’s counts and deliveries, and what every school has in common',
  )
})

t.test('a device is told of a child whose voucher is shown to it', async (t) => {
  const { api } = saka
  const child = { schoolId: mine.schools, pupilRef: 'δ1', givenName: 'Νίκος', familyName: 'Ράλλης', section: 'Α2' }
  const { id } = await api.made(`/campaigns/${mine.campaigns}/enrollments`, child)
  await api.made(`/campaigns/${mine.campaigns}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${mine.campaigns}/vouchers?limit=500`)).json.items
  const { code } = vouchers.find(({ enrollmentId }: any) => enrollmentId === id)
  const scanned = await callers.device.post('/redemptions', { code, schoolId: mine.schools, scanId: 'at the gate' })
  t.match(scanned, { status: 201, json: { enrollment: { givenName: 'Νίκος', familyName: 'Ράλλης', section: 'Α2' } } })
  t.match(await callers.device.post(`/redemptions/${scanned.json.redemption.id}/undo`, { reason: 'λάθος' }), {
    status: 200,
  })
})

t.test('staff of one warehouse count, find and download their own alone', async (t) => {
  const worker = callers['one warehouse']
  const everyone = callers.warehouse
  for (const path of ['/shipments', '/balances', '/movements', '/locations?kind=warehouse']) {
    const own = (await worker.get(path)).json.items
    t.ok(own.length > 0, `${path}: there is something of theirs`)
    t.ok(own.length < (await everyone.get(path)).json.items.length, `${path}: and less than of all`)
  }
  t.match(await worker.get(`/shipments/${mine.shipments}/delivery-note.pdf`), { status: 200 })
  t.ok(is404(await worker.get(`/shipments/${theirs.shipments}/delivery-note.pdf`)))
  t.match((await worker.get(`/balances?at=${saka.clock.now()}`)).json.items, [{ locationId: mine.warehouses }])
})

t.test('who is of a school and of a warehouse sees these two and no third place', async (t) => {
  const both = await saka.as(
    { role: 'school', schoolId: mine.schools! },
    { role: 'warehouse', warehouseId: theirs.warehouses! },
  )
  const ids = (await both.get('/balances')).json.items.map(({ locationId }: any) => locationId)
  t.same(new Set(ids), new Set([mine.locations, theirs.warehouses]))
  t.match(await both.get(`/shipments/${mine.shipments}`), { status: 200 })
  t.match(await both.get(`/shipments/${theirs.shipments}`), { status: 200 })
  t.match(await both.get(`/counts/${theirs.counts}`), { status: 404 })
  t.match(await both.get(`/counts/${mine.warehouseCounts}`), { status: 404 })
})

t.test('a school grant without a school reaches nothing', async (t) => {
  const nowhere = await saka.as({ role: 'school' })
  for (const path of ['/schools', '/shipments', '/balances', `/campaigns/${mine.campaigns}/vouchers`])
    t.same((await nowhere.get(path)).json.items, [], path)
  t.match(await nowhere.get(`/schools/${mine.schools}`), { status: 404 })
})

// Last, as it changes what the others look at.
t.test(`${pairsThatAre('allowed').length} pairs that the table names are let in`, async (t) => {
  const reading = pairsThatAre('allowed').filter(({ route }) => route.method === 'GET')
  const changing = pairsThatAre('allowed').filter(({ route }) => route.method !== 'GET')
  const isLetIn = (answer: Answer) => ![401, 403].includes(answer.status) && !is404(answer) && answer.status < 500
  t.same(await wronglyAnswered([...reading, ...changing], isLetIn), [])
})

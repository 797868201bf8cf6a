import t from 'tap'
import { busyCampaign, type CallerKind, callRoute, kindIn } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, type Route, routesOf } from '../support/routes.ts'

const { saka, callers, nobody, mine, theirs } = await busyCampaign(t)
const document = writtenContract()
/** What everybody has in common is nobody’s secret. */
const common = [
  'campaigns',
  'kits',
  'communities',
  'allocations',
  'reconciliations',
  'discrepancies',
  'users',
  'api-keys',
]
const foreign = Object.entries(theirs).filter(([kind, id]) => !common.includes(kind) && mine[kind] !== id)
const withId = routesOf(document).filter(({ url }) => url.includes(':id'))
const attackers: CallerKind[] = ['school', 'device', 'one warehouse']

/** Ids of the other place that staff of a warehouse may well see: schools are to be found, and yards. */
const isOpenTo = (kind: CallerKind, what: string, { url }: Route) =>
  kind === 'one warehouse' && what === 'schools' && url === '/api/v1/schools/:id'

t.test(
  `${foreign.length} foreign ids open nothing in ${withId.length} addresses to any of ${attackers.length} attackers`,
  async (t) => {
    t.ok(foreign.length >= 9 && withId.length > 40)
    const opened: string[] = []
    for (const [what, id] of foreign) {
      for (const route of withId) {
        for (const kind of attackers.filter((kind) => !isOpenTo(kind, what, route))) {
          const ids = { ...theirs, [kindIn(route)!]: id! }
          const { status } = await callRoute(document, callers[kind], route, { ids })
          if (![400, 403, 404].includes(status)) opened.push(`${kind}: ${what} in ${nameOf(route)} answers ${status}`)
        }
      }
    }
    t.same(opened, [])
  },
)

t.test('the same ids open what is theirs to who may see it', async (t) => {
  for (const kind of ['schools', 'enrollments', 'shipments', 'vouchers', 'counts'])
    t.equal((await saka.api.get(`/${kind}/${theirs[kind]}`)).status, 200, kind)
})

t.test('a command cannot name the other place in its body', async (t) => {
  const scan = { code: 'ABCD-EFGH-JKMC', schoolId: theirs.schools, scanId: 'attack-1' }
  for (const kind of ['school', 'device'] as const) {
    t.match(await callers[kind].post('/redemptions', scan), { status: 404, json: { code: 'not_found' } })
    t.match(await callers[kind].post('/redemption-batches', { scans: [{ ...scan, handedOut: true }] }), {
      json: { results: [{ status: 404, result: 'not_found' }] },
    })
  }
  const worker = callers['one warehouse']
  const { warehouses: warehouseId, schools: schoolId, kits: kitId, campaigns: campaignId } = theirs
  const carried = { warehouseId, schoolId, kitId, campaignId, quantity: 1 }
  const commands: [string, object][] = [
    ['/shipments', carried],
    ['/returns', { ...carried, reason: 'x' }],
    ['/receipts', { ...carried, damagedQuantity: 0, unitCostCents: 1, supplier: 'x', documentNumber: 'x' }],
    ['/adjustments', { locationId: warehouseId, kitId, quantity: -1, reason: 'lost' }],
    ['/counts', { locationId: warehouseId, countedAt: saka.clock.now(), lines: [{ kitId, counted: 0 }] }],
    [`/campaigns/${campaignId}/shipment-plans`, { warehouseId }],
    [`/campaigns/${campaignId}/shipment-plans`, {}],
  ]
  for (const [path, body] of commands) t.equal((await worker.post(path, body)).status, 404, path)
  t.not((await callers.warehouse.post('/adjustments', commands[3]![1])).status, 404, 'staff of all warehouses may')
})

t.test('an answer that is kept for one is not told to another who has the same key', async (t) => {
  const key = { 'idempotency-key': 'the same for both' }
  const made = await saka.api.post('/warehouses', { name: 'Κρυφή αποθήκη' }, key)
  t.equal(made.status, 201)
  for (const kind of attackers) {
    const answer = await callers[kind].post('/warehouses', { name: 'Κρυφή αποθήκη' }, key)
    t.equal(answer.status, 403, kind)
    t.notMatch(answer.text, made.json.id)
  }
  t.match((await saka.api.post('/warehouses', { name: 'Κρυφή αποθήκη' }, key)).headers, {
    'idempotency-replayed': 'true',
  })
})

t.test('a cursor is a place in a list and no way around its limits', async (t) => {
  const page = (await saka.api.get('/shipments?limit=1')).json
  t.ok(page.nextCursor)
  const shown = (await callers.school.get(`/shipments?cursor=${page.nextCursor}`)).text
  t.notMatch(shown, theirs.shipments)
})

t.test('addresses of no record, of a record and of another’s record look alike', async (t) => {
  const answerTo = async (id: string) => {
    const { status, json } = await callers.school.get(`/shipments/${id}`)
    return { status, ...json, requestId: '' }
  }
  t.same(await answerTo(theirs.shipments!), {
    ...(await answerTo('01890a5d-ac96-774b-bcce-b302099a8057')),
    detail: 'There is no such record, or it is not yours to see. Check the address.',
  })
  t.equal((await nobody.get(`/shipments/${theirs.shipments}`)).status, 403)
})

t.test('an address written otherwise leads nowhere else', async (t) => {
  const spellings = [
    '/api/v1//users',
    '/api/v1/./users',
    '/api/v1/x/../users',
    '/api/v1/%75sers',
    '/API/V1/users',
    '/api/v1/users/',
    '/api/v1/users;x=1',
    '/api/v1/users%00',
    '/api/v1/users%2f',
    '/api/v1/users.json',
    '//api/v1/users',
    '/docs/../api/v1/users',
    '/v/%2e%2e/api/v1/users',
  ]
  const open: string[] = []
  for (const path of spellings) {
    for (const api of [saka.stranger, callers.school]) {
      const { status } = await api.get(`/${path}`)
      if (![400, 401, 403, 404].includes(status)) open.push(`${path} answers ${status}`)
    }
  }
  t.same(open, [])
  t.equal((await saka.api.get('//api/v1/users')).status, 200)
})

t.test('a token is good for what it is and nothing else', async (t) => {
  const made = await saka.api.made('/devices', { name: 'Κινητό', schoolId: mine.schools })
  const setUp = { authorization: `Bearer ${made.provisioningToken}` }
  t.equal((await saka.stranger.get('/me', setUp)).status, 401, 'what sets a device up is no device')
  const wrong = [
    'Bearer',
    'Bearer ',
    'Bearer null',
    'Bearer undefined',
    'Basic YWRtaW46YWRtaW4=',
    'Bearer saka_session_',
    `Bearer ${mine['api-keys']}`,
    'Bearer system',
    "Bearer ' OR 1=1 --",
  ]
  const stored = await saka.deps.db.read.q.select().from(saka.deps.db.read.t.apiKeys)
  t.ok(stored.length > 5)
  for (const authorization of [...wrong, ...stored.map(({ keyHash }) => `Bearer ${keyHash}`)])
    t.equal((await saka.stranger.get('/me', { authorization })).status, 401, authorization)
})

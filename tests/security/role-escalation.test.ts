import t from 'tap'
import { busyCampaign, type CallerKind, callerKinds, callRoute } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, type Route, routesOf } from '../support/routes.ts'

const { saka, callers, mine } = await busyCampaign(t)
const document = writtenContract()
const lowly = callerKinds.filter((kind) => kind !== 'admin')
const routes = routesOf(document)

/** What programs in front of others sometimes believe. */
const claims = {
  'x-role': 'admin',
  'x-user-role': 'admin',
  'x-user-id': mine.users!,
  'x-original-url': '/api/v1/me',
  'x-rewrite-url': '/api/v1/me',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-user': 'admin',
  forwarded: 'for=127.0.0.1',
  'x-http-method-override': 'GET',
}
const asAdmin = { role: 'admin', roles: [{ role: 'admin' }], actor: { kind: 'system' }, kind: 'system', admin: true }

/** Whether a caller gets further on `route` with claims than without: the refusal is the same, but for who was asked. */
async function outcome(kind: CallerKind, route: Route, claiming: boolean) {
  const change = (body: any) => (claiming && body && typeof body === 'object' ? { ...asAdmin, ...body } : body)
  const { status } = await callRoute(document, callers[kind], route, {
    ids: mine,
    headers: claiming ? claims : {},
    change,
  })
  return status
}

t.test(`no role gets further on ${routes.length} routes by saying that it is another`, async (t) => {
  let refused = 0
  const further: string[] = []
  for (const kind of lowly) {
    for (const route of routes.filter(({ url }) => !url.endsWith('/session'))) {
      const plain = await outcome(kind, route, false)
      if (plain !== 403) continue
      refused++
      const status = await outcome(kind, route, true)
      if (status !== 403) further.push(`${kind}: ${nameOf(route)} answers ${status}, not 403`)
    }
  }
  t.ok(refused > 400)
  t.same(further, [])
})

t.test('nobody but an administrator makes anybody more than they are', async (t) => {
  const roles = [{ role: 'admin' }]
  for (const kind of lowly) {
    const api = callers[kind]
    const attempts = [
      await api.post('/users', {
        email: `${kind.replace(' ', '-')}@example.org`,
        name: 'x',
        roles,
        password: 'a long enough password',
      }),
      await api.patch(`/users/${mine.users}`, { roles }),
      await api.post('/api-keys', { name: 'x', roles }),
      await api.delete(`/api-keys/${mine['api-keys']}`),
    ]
    t.same(
      attempts.map(({ status }) => status),
      [403, 403, 403, 403],
      kind,
    )
  }
  const { items } = (await saka.api.get('/users')).json
  t.same(
    items.filter((user: any) => user.roles.length > 0),
    [],
    'nobody has become anything',
  )
  t.equal((await saka.api.patch(`/users/${mine.users}`, { roles })).status, 200, 'an administrator does')
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

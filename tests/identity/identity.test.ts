import t from 'tap'
import { hashToken, newToken } from '../../src/identity/secrets.ts'
import { authenticator } from '../../src/identity/sessions/authenticator.ts'
import { openDeps } from '../../src/open-deps.ts'
import { firstMorning, type Saka, startSaka } from '../support/saka.ts'
import { admin, adminEnv, afterASecond, bearer, maria, nowhere, oneSchool, signIn } from '../support/sign-in.ts'
import { until } from '../support/until.ts'

const env = { ...adminEnv, ADMIN_EMAIL: 'Admin@Example.org' }

const actionsOf = async ({ api }: Saka) => (await api.get('/audit/events')).json.items.map(({ action }: any) => action)

t.test('the first administrator is made once, on a database without users', async (t) => {
  const saka = await startSaka(t, { env })
  const { stranger, deps } = saka
  t.match(await stranger.post('/session', admin), { status: 201 })
  const again = await openDeps({ ...deps.config, adminPassword: 'another password' }, { log: deps.log })
  await again.close()
  t.match(await stranger.post('/session', { ...admin, password: 'another password' }), { status: 401 })
  t.equal((await saka.api.get('/users')).json.items.length, 1)
})

t.test('a wrong password and an unknown address are refused alike, and both are written down', async (t) => {
  const saka = await startSaka(t, { env })
  const { stranger } = saka
  const wrong = await stranger.post('/session', { ...admin, password: 'not the password' })
  const unknown = await stranger.post('/session', { ...admin, email: 'nobody@example.org' })
  for (const answer of [wrong, unknown]) {
    t.match(answer, { status: 401, json: { code: 'wrong_password' }, headers: { 'set-cookie': undefined } })
  }
  t.equal(wrong.json.detail, unknown.json.detail)
  t.same(await actionsOf(saka), ['session.refused', 'session.refused', 'user.created'])
  await saka.api.made('/users', { email: 'maria@example.org', name: 'Μαρία', roles: [] })
  t.match(
    await stranger.post('/session', { email: 'maria@example.org', password: '' }),
    { status: 401 },
    'nor without a password',
  )
})

t.test('an API key is shown once, stored hashed, and stops when it is ended or has run out', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger, deps, clock } = saka
  const expiresAt = '2023-09-12T00:00:00+03:00'
  const { key, id } = await api.made('/api-keys', { name: 'εισαγωγή', roles: [{ role: 'coordinator' }], expiresAt })
  const other = await api.made('/api-keys', { name: 'άλλο', roles: [{ role: 'coordinator' }] })
  t.match(key, /^saka_key_[\w-]{43}$/)
  t.notMatch((await api.get('/api-keys')).text, key)
  const rows = await deps.db.read.q.select().from(deps.db.read.t.apiKeys)
  t.notMatch(JSON.stringify(rows), key)
  t.match(await stranger.get('/me', bearer(key)), { json: { kind: 'api_key', id, roles: [{ role: 'coordinator' }] } })
  t.match(await stranger.get('/users', bearer(key)), { status: 403, json: { code: 'not_allowed' } })

  clock.set('2023-09-11T20:59:59.999Z')
  afterASecond(t)
  t.match(await stranger.get('/me', bearer(key)), { status: 200 })
  clock.set('2023-09-11T21:00:00.000Z')
  afterASecond(t)
  t.match(await stranger.get('/me', bearer(key)), { status: 401 }, 'it has run out')

  t.match(await stranger.get('/me', bearer(other.key)), { status: 200 })
  t.match(await api.delete(`/api-keys/${other.id}`), { status: 204 })
  t.match(await api.delete(`/api-keys/${other.id}`), { status: 204 }, 'ending it twice changes nothing')
  afterASecond(t)
  t.match(await stranger.get('/me', bearer(other.key)), { status: 401 }, 'it has been ended')
  const listed = async () => (await api.get('/api-keys')).json.items.find((row: any) => row.id === other.id)
  // Behind the request's back.
  await until('its use is noted', async () => (await listed()).lastUsedAt !== null)
  t.match(await listed(), { revokedAt: '2023-09-11T21:00:00.000Z', lastUsedAt: String })
  t.match(await stranger.get('/me', bearer('saka_key_nonsense')), { status: 401 })
})

t.test('users are added and changed by administrators alone; a coordinator cannot', async (t) => {
  const saka = await startSaka(t)
  const { api } = saka
  const someone = { ...maria, email: 'Maria@Example.org', name: 'Μαρία', roles: [{ role: 'coordinator' }] }
  const user = await api.made('/users', someone)
  t.match(user, { email: 'maria@example.org', active: true, version: 1 })
  t.match(await api.post('/users', { ...someone, email: 'MARIA@example.org' }), {
    status: 409,
    json: { code: 'email_taken' },
  })
  t.match(await api.post('/users', { ...someone, email: 'x@example.org', password: 'short' }), { status: 400 })
  t.match(await api.post('/users', { ...someone, email: 'x@example.org', roles: [{ role: 'mayor' }] }), { status: 400 })
  const coordinator = await saka.as({ role: 'coordinator' })
  t.match(await coordinator.get('/users'), { status: 403 })
  t.match(await coordinator.post('/users', someone), { status: 403 })
  t.match(await coordinator.patch(`/users/${user.id}`, { roles: [{ role: 'admin' }] }), { status: 403 })
  t.match(await coordinator.post('/api-keys', { name: 'x', roles: [{ role: 'admin' }] }), { status: 403 })
  t.match(await api.patch(`/users/${user.id}`, { name: 'Μαρία Π.' }, { 'if-match': '"1"' }), {
    status: 200,
    json: { version: 2 },
  })
  t.match(await api.patch(`/users/${user.id}`, { name: 'Άλλη' }, { 'if-match': '"1"' }), { status: 412 })
})

t.test('a new password and an end of the account sign a user out everywhere; a new role counts at once', async (t) => {
  const saka = await startSaka(t, { env })
  const { api, stranger } = saka
  const { id } = await api.made('/users', { ...maria, name: 'Μαρία', roles: [{ role: 'coordinator' }] })
  const first = await signIn(stranger, maria)
  t.match(await stranger.get('/campaigns', first), { status: 200 })

  await api.patch(`/users/${id}`, { roles: [] })
  afterASecond(t)
  t.match(await stranger.get('/campaigns', first), { status: 403 })
  await api.patch(`/users/${id}`, { password: 'another good password' })
  afterASecond(t)
  t.match(await stranger.get('/me', first), { status: 401 })
  t.match(await stranger.post('/session', maria), { status: 401 })
  const second = await signIn(stranger, { ...maria, password: 'another good password' })
  await api.patch(`/users/${id}`, { active: false })
  afterASecond(t)
  t.match(await stranger.get('/me', second), { status: 401 })
  t.match(await stranger.post('/session', { ...maria, password: 'another good password' }), { status: 401 })
})

t.test('somebody always administers the service', async (t) => {
  const saka = await startSaka(t, { env })
  const { api } = saka
  const [{ id }] = (await api.get('/users')).json.items
  const last = { status: 409, json: { code: 'last_admin' } }
  t.match(await api.patch(`/users/${id}`, { active: false }), last)
  t.match(await api.patch(`/users/${id}`, { roles: [{ role: 'auditor' }] }), last)
  t.match(
    (await api.get('/users')).json.items,
    [{ active: true, roles: [{ role: 'admin' }], version: 1 }],
    'nothing was changed',
  )
  t.match(await api.patch(`/users/${id}`, { name: 'Διαχειριστής' }), { status: 200 })
  const second = await api.made('/users', { email: 'b@example.org', name: 'Β', roles: [{ role: 'admin' }] })
  const both = await Promise.all([id, second.id].map((one) => api.patch(`/users/${one}`, { active: false })))
  t.same(both.map(({ status }) => status).sort(), [200, 409], 'not even two at once can leave nobody')
})

t.test('where no user is an administrator, other users can still be changed', async (t) => {
  const { api } = await startSaka(t)
  const { id } = await api.made('/users', { email: 'b@example.org', name: 'Β', roles: [{ role: 'auditor' }] })
  t.match(await api.patch(`/users/${id}`, { name: 'Βασίλης' }), { status: 200 })
})

t.test('a device is set up once, within ten minutes, and is cut off at once', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger, clock } = saka
  const school = await oneSchool(api)
  const tablet = { name: 'Τάμπλετ', schoolId: school.id }
  const made = await api.made('/devices', tablet)
  t.match(made, { provisioningToken: /^saka_setup_/, provisioningQr: /^<svg/, expiresAt: '2023-09-11T06:40:00.000Z' })
  const provision = (provisioningToken: string) => stranger.post('/devices/provision', { provisioningToken })

  const answers = await Promise.all([1, 2].map(() => provision(made.provisioningToken)))
  t.same(answers.map(({ status }) => status).sort(), [201, 422], 'of two at once one is first')
  const { deviceToken } = answers.find(({ status }) => status === 201)!.json
  t.match(await provision(made.provisioningToken), { status: 422, json: { code: 'provisioning_token_invalid' } })
  t.match(await provision('saka_setup_nonsense'), { status: 422 })
  t.match(await stranger.get('/me', bearer(deviceToken)), {
    json: { kind: 'device', id: made.id, roles: [{ role: 'device', schoolId: school.id }] },
  })
  t.notMatch((await api.get('/devices')).text, /saka_|Hash/)

  const late = await api.made('/devices', tablet)
  clock.set('2023-09-11T06:40:00.000Z')
  t.match(await provision(late.provisioningToken), { status: 422 }, 'ten minutes are over')

  t.match(await api.delete(`/devices/${made.id}`), { status: 204 })
  afterASecond(t)
  t.match(await stranger.get('/me', bearer(deviceToken)), { status: 401 })
  const unused = await api.made('/devices', tablet)
  await api.delete(`/devices/${unused.id}`)
  t.match(await provision(unused.provisioningToken), { status: 422 }, 'nor is one set up that was cut off before')
  t.match(await api.post('/devices', { ...tablet, schoolId: nowhere }), {
    status: 422,
    json: { code: 'unknown_school' },
  })
})

t.test('what somebody may do is written next to the deed', async (t) => {
  const saka = await startSaka(t, { env })
  const { api } = saka
  const { id } = await api.made('/users', { email: 'b@example.org', name: 'Βασιλική', roles: [{ role: 'auditor' }] })
  await api.patch(`/users/${id}`, { name: 'Β.', email: 'c@example.org' })
  const { items } = (await api.get(`/audit/events?subjectId=${id}`)).json
  t.match(items, [
    { action: 'user.changed', change: { fields: ['name', 'email'], roles: [{ role: 'auditor' }] } },
    { action: 'user.created', change: { roles: [{ role: 'auditor' }] } },
  ])
  t.notMatch(JSON.stringify(items), /Βασιλική|example\.org/)
})

t.test('what is no secret of ours is not looked for, and one that nobody holds is not remembered', async (t) => {
  const { deps } = await startSaka(t)
  const secret = newToken('key')
  const roles = [{ role: 'auditor' as const }]
  const key = { id: deps.newId(), name: 'έλεγχος', keyHash: hashToken(secret), roles, createdById: 'test' }
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.insert(tables.apiKeys).values({ ...key, createdAt: firstMorning })
  })
  let looks = 0
  const counted = (db: typeof deps.db) =>
    new Proxy(db, {
      get(target, name) {
        if (name === 'read') looks++
        return Reflect.get(target, name)
      },
    })
  const { authenticate } = authenticator({ ...deps, db: counted(deps.db) })
  const looksFor = async (text: string) => {
    const before = looks
    await authenticate(text)
    return looks - before
  }
  t.intercept(Date, 'now', { value: () => 1_700_000_000_000 })
  t.match(await authenticate(secret), { kind: 'api_key' })
  t.equal(await looksFor(secret), 0, 'a holder is remembered')
  const nobodys = newToken('key')
  t.same([await looksFor(nobodys), await looksFor(nobodys)], [1, 1], 'what nobody holds is not')
  for (const foreign of [
    `${secret}A`,
    `${secret}${'A'.repeat(15_000)}`,
    ` ${secret}`,
    secret.slice(0, -1),
    newToken('link'),
    'x',
    '',
  ])
    t.equal(await looksFor(foreign), 0, 'nor is what is not of our form looked for')
})

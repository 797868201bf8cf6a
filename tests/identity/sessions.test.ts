import t from 'tap'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { firstMorning, startSaka } from '../support/saka.ts'
import { admin, adminEnv, afterASecond, cookieOf, maria, nowhere, signIn } from '../support/sign-in.ts'
import { until } from '../support/until.ts'

const minutes = (count: number) => plusMilliseconds(firstMorning, count * 60_000)

t.test('one sees one’s own sessions and ends them one by one, at once', async (t) => {
  const { stranger, api, clock } = await startSaka(t, { env: adminEnv })
  await api.made('/users', { ...maria, name: 'Μαρία', roles: [] })
  const office = await signIn(stranger, admin, { 'user-agent': 'Firefox at the office' })
  clock.set(minutes(1))
  const phone = await signIn(stranger, admin, { 'user-agent': 'x'.repeat(1000) })
  const others = await signIn(stranger, maria)
  const { json, text } = await stranger.get('/me/sessions', office)
  t.match(json.items, [
    { createdAt: minutes(1), current: false, userAgent: 'x'.repeat(200) },
    { createdAt: firstMorning, current: true, userAgent: 'Firefox at the office' },
  ])
  t.equal(json.items.length, 2, 'nobody else’s')
  t.notMatch(text, /tokenHash|saka_session/)
  t.match(await stranger.get('/me/sessions?limit=1', office), {
    json: { items: [{ current: false }], nextCursor: String },
  })

  const [{ id }] = json.items
  t.match(await stranger.delete(`/me/sessions/${id}`, others), { status: 404 }, 'it is not hers')
  t.match(await stranger.get('/me', phone), { status: 200 })
  t.match(await stranger.delete(`/me/sessions/${id}`, office), { status: 204 })
  t.match(await stranger.get('/me', phone), { status: 401 }, 'without waiting for anything')
  t.match(await stranger.delete(`/me/sessions/${id}`, office), { status: 404 })
  t.match(await stranger.get('/me', office), { status: 200 })
})

t.test('every sign-in makes a token of its own, and ends the session that the browser had', async (t) => {
  const { stranger } = await startSaka(t, { env: adminEnv })
  const planted = { cookie: '__Host-saka_session=saka_session_planted-by-somebody-else' }
  const first = await signIn(stranger, admin, planted)
  t.not(first.cookie, planted.cookie)
  t.match(await stranger.get('/me', planted), { status: 401 })
  const second = await signIn(stranger, admin, first)
  t.not(second.cookie, first.cookie)
  for (const { cookie } of [first, second]) t.match(cookie, /^__Host-saka_session=saka_session_[\w-]{43}$/, '256 bits')
  t.match(await stranger.get('/me', first), { status: 401 })
  t.match(await stranger.get('/me', second), { status: 200 })
})

t.test('a session ends when it is not used for an hour, and goes on as long as it is', async (t) => {
  const { stranger, clock, deps } = await startSaka(t, { env: adminEnv })
  const used = await signIn(stranger)
  const left = await signIn(stranger)
  clock.set(minutes(59))
  afterASecond(t, 61_000)
  t.match(await stranger.get('/me', used), { status: 200 })
  const { q, t: tables } = deps.db.read
  // Behind the request’s back.
  await until('the use is noted', async () =>
    (await q.select().from(tables.sessions)).some(({ lastSeenAt }) => lastSeenAt === clock.now()),
  )
  clock.set(minutes(60))
  afterASecond(t, 122_000)
  t.match(await stranger.get('/me', left), { status: 401 })
  t.match(await stranger.get('/me', used), { status: 200 })
  t.match((await stranger.get('/me/sessions', used)).json.items, [{ createdAt: firstMorning, lastSeenAt: String }])
  t.equal((await stranger.get('/me/sessions', used)).json.items.length, 1, 'what ended is not listed')
})

t.test('a clock that is set back does not keep an ended session alive', async (t) => {
  const { stranger, deps } = await startSaka(t, { env: adminEnv })
  const session = await signIn(stranger)
  t.match(await stranger.get('/me', session), { status: 200 })
  afterASecond(t, -3_600_000)
  await deps.db.transact(async ({ q, t }) => void (await q.delete(t.sessions)))
  t.match(await stranger.get('/me', session), { status: 401 })
})

t.test('an administrator signs a user out everywhere; nobody else does', async (t) => {
  const saka = await startSaka(t, { env: adminEnv })
  const { stranger, api } = saka
  const { id } = await api.made('/users', { ...maria, name: 'Μαρία', roles: [{ role: 'coordinator' }] })
  const sessions = [await signIn(stranger, maria), await signIn(stranger, maria)]
  const coordinator = await saka.as({ role: 'coordinator' })
  t.match(await coordinator.delete(`/users/${id}/sessions`), { status: 403 })
  t.match(await api.delete(`/users/${nowhere}/sessions`), { status: 404 })
  t.match(await api.delete(`/users/${id}/sessions`), { status: 204 })
  for (const session of sessions) t.match(await stranger.get('/me', session), { status: 401 })
  t.match((await api.get(`/audit/events?subjectId=${id}`)).json.items, [{ action: 'session.all_ended' }])
})

t.test('a key and a device have no sessions', async (t) => {
  const { api } = await startSaka(t)
  const refused = { status: 403, json: { code: 'people_only' } }
  t.match(await api.get('/me/sessions'), refused)
  t.match(await api.delete(`/me/sessions/${nowhere}`), refused)
})

t.test('a browser is remembered for each account, the last twenty', async (t) => {
  const { stranger, deps, clock } = await startSaka(t, { env: adminEnv })
  for (let i = 0; i < 22; i++) {
    clock.set(minutes(i))
    await signIn(stranger)
  }
  const rows = await deps.db.read.q.select().from(deps.db.read.t.knownBrowsers)
  t.same(
    rows.map(({ createdAt }) => createdAt).sort(),
    Array.from({ length: 20 }, (_, i) => minutes(i + 2)),
  )
})

t.test('behind TLS a cookie is bound to this host, and one without the prefix opens nothing', async (t) => {
  const { stranger } = await startSaka(t, { env: adminEnv })
  const answer = await stranger.post('/session', admin)
  t.match(answer, { status: 201, json: { expiresAt: '2023-09-11T18:30:00.000Z' } })
  const cookies = answer.headers['set-cookie'] as unknown as string[]
  t.equal(cookies.length, 2)
  for (const cookie of cookies) {
    t.match(cookie, /^__Host-saka_(session|browser)=/)
    t.match(cookie, /; Path=\/;.* HttpOnly; Secure; SameSite=Lax/)
    t.notMatch(cookie, 'Domain', 'as the prefix asks')
  }
  const { cookie } = cookieOf(answer, '__Host-saka_session=')
  t.match(await stranger.get('/me', { cookie }), {
    json: { kind: 'user', email: admin.email, roles: [{ role: 'admin' }], name: 'Administrator' },
  })
  t.match(await stranger.get('/me', { cookie: cookie.replace('__Host-', '') }), { status: 401 }, 'a neighbour’s')
  const out = await stranger.delete('/session', { cookie })
  t.match(String(out.headers['set-cookie']), /__Host-saka_session=; .*Path=\/; .*HttpOnly; Secure/)
})

t.test('without TLS a cookie has no prefix, which a browser would refuse, and is good all the same', async (t) => {
  const { stranger } = await startSaka(t, { env: { ...adminEnv, BASE_URL: 'http://localhost:3000' } })
  const answer = await stranger.post('/session', admin)
  for (const cookie of answer.headers['set-cookie'] as unknown as string[]) {
    t.match(cookie, /^saka_(session|browser)=/)
    t.notMatch(cookie, 'Secure')
  }
  const session = cookieOf(answer, 'saka_session=')
  t.match(await stranger.get('/me', session), { status: 200 })
  t.match(String((await stranger.delete('/session', session)).headers['set-cookie']), /^saka_session=; .*Path=\/;/)
  t.match(await stranger.get('/me', session), { status: 401 })
})

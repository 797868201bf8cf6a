import t from 'tap'
import { startSaka } from '../support/saka.ts'
import { admin, adminEnv, cookieOf } from '../support/sign-in.ts'

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

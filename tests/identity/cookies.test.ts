import t from 'tap'
import { startSaka } from '../support/saka.ts'

const admin = { email: 'admin@example.org', password: 'correct horse battery' }
const env = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }

t.test('behind TLS a cookie is bound to this host, and one without the prefix opens nothing', async (t) => {
  const { stranger } = await startSaka(t, { env })
  const cookies = (await stranger.post('/session', admin)).headers['set-cookie'] as unknown as string[]
  t.equal(cookies.length, 2)
  for (const cookie of cookies) {
    t.match(cookie, /^__Host-saka_(session|browser)=/)
    t.match(cookie, /; Path=\/;.* HttpOnly; Secure; SameSite=Lax/)
    t.notMatch(cookie, 'Domain', 'as the prefix asks')
  }
  const session = cookies.find((one) => one.startsWith('__Host-saka_session='))!.split(';')[0]!
  t.match(await stranger.get('/me', { cookie: session }), { status: 200 })
  t.match(await stranger.get('/me', { cookie: session.replace('__Host-', '') }), { status: 401 }, 'a neighbour’s')
})

t.test('without TLS a cookie has no prefix, which a browser would refuse, and is good all the same', async (t) => {
  const { stranger } = await startSaka(t, { env: { ...env, BASE_URL: 'http://localhost:3000' } })
  const cookies = (await stranger.post('/session', admin)).headers['set-cookie'] as unknown as string[]
  for (const cookie of cookies) {
    t.match(cookie, /^saka_(session|browser)=/)
    t.notMatch(cookie, 'Secure')
  }
  const cookie = cookies.find((one) => one.startsWith('saka_session='))!.split(';')[0]!
  t.match(await stranger.get('/me', { cookie }), { status: 200 })
  t.match(String((await stranger.delete('/session', { cookie })).headers['set-cookie']), /^saka_session=; .*Path=\/;/)
  t.match(await stranger.get('/me', { cookie }), { status: 401 })
})

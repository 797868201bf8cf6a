import t, { type Test } from 'tap'
import { type Api, startSaka } from '../support/saka.ts'
import { afterASecond, bearer, maria, signIn } from '../support/sign-in.ts'

async function withUser(t: Test) {
  const saka = await startSaka(t)
  const roles = [{ role: 'coordinator' }]
  const user = await saka.api.made('/users', { ...maria, name: 'Μαρία', roles })
  return { ...saka, user }
}

const cookieOfUser = async (api: Api) => (await signIn(api, maria)).cookie

t.test('a session is taken from its cookie alone, not from an address or a body', async (t) => {
  const { stranger } = await withUser(t)
  const [, token] = (await cookieOfUser(stranger)).split('=')
  for (const path of [`/me?__Host-saka_session=${token}`, `/me?token=${token}`, `/me;__Host-saka_session=${token}`])
    t.ok([401, 404].includes((await stranger.get(path)).status), path)
  t.equal((await stranger.get('/me', { 'x-session': token! })).status, 401)
})

t.test('a stolen session is worth nothing once its owner has signed out', async (t) => {
  const { stranger } = await withUser(t)
  const cookie = await cookieOfUser(stranger)
  const made = { code: 'A', name: 'Α΄' }
  const key = { 'idempotency-key': 'before' }
  t.equal((await stranger.post('/communities', made, { cookie, ...key })).status, 201, 'the thief could')
  t.equal((await stranger.delete('/session', { cookie })).status, 204)
  t.equal((await stranger.get('/me', { cookie })).status, 401)
  t.equal((await stranger.get('/me', bearer(cookie.split('=')[1]!))).status, 401)
  t.equal((await stranger.post('/communities', made, { cookie, ...key })).status, 401, 'nor is an answer told again')
})

t.test('a session that has run out cannot be lengthened by using it', async (t) => {
  const { stranger, clock, deps } = await withUser(t)
  const cookie = await cookieOfUser(stranger)
  const { q, t: tables } = deps.db.read
  const isNoted = async () =>
    (await q.select().from(tables.sessions)).some(({ lastSeenAt }) => lastSeenAt === clock.now())
  for (let minutes = 50; minutes < 12 * 60; minutes += 50) {
    clock.set(new Date(Date.parse('2023-09-11T06:30:00.000Z') + minutes * 60_000).toISOString())
    afterASecond(t, 50 * 60_000)
    t.equal((await stranger.get('/me', { cookie })).status, 200, `after ${minutes} minutes`)
    // Its use is noted behind the answer.
    while (!(await isNoted())) await new Promise((next) => setTimeout(next, 5))
  }
  clock.set('2023-09-11T18:29:59.999Z')
  afterASecond(t)
  t.equal((await stranger.get('/me', { cookie })).status, 200)
  clock.set('2023-09-11T18:30:00.000Z')
  afterASecond(t)
  t.equal((await stranger.get('/me', { cookie })).status, 401)
})

t.test('whether an account is there cannot be told from the work that a sign-in is', async (t) => {
  const { api, stranger } = await withUser(t)
  const names = Array.from({ length: 4 }, (_, i) => `user${i}`)
  for (const name of names.slice(0, 2))
    await api.made('/users', { email: `${name}@example.org`, name, roles: [], password: maria.password })
  await api.made('/users', { email: 'nopassword@example.org', name: 'x', roles: [] })
  /** CPU of this process, its worker threads too, in milliseconds: what the answer is waited for, whatever else runs here. */
  const workOf = async (email: string) => {
    const before = process.cpuUsage()
    const { status } = await stranger.post('/session', { email, password: 'not the password' })
    const { user, system } = process.cpuUsage(before)
    t.equal(status, 401)
    return (user + system) / 1000
  }
  await workOf('warm-up@example.org')
  const known = [await workOf('user0@example.org'), await workOf('user1@example.org')]
  const unknown = [
    await workOf('user2@example.org'),
    await workOf('user3@example.org'),
    await workOf('nopassword@example.org'),
  ]
  // Hashing is more than ten milliseconds, all the rest of a refusal less than two.
  const leastKnown = Math.min(...known)
  for (const work of unknown) t.ok(work > leastKnown / 3, `${work} ms, where a known one takes ${leastKnown}`)
  const { cpuUsage } = process
  const start = cpuUsage()
  await stranger.get('/me')
  const light = cpuUsage(start)
  t.ok((light.user + light.system) / 1000 < leastKnown / 3, 'work that is left out would be seen')
})

t.test('a password is good for as long as nobody changes it', async (t) => {
  const { stranger, clock } = await withUser(t)
  clock.set('2033-09-11T06:30:00.000Z')
  t.match(await cookieOfUser(stranger), /^__Host-saka_session=/)
})

import { generate } from 'otplib'
import t, { type Test } from 'tap'
import { newAuthenticator } from '../support/authenticator.ts'
import { writtenContract } from '../support/contract.ts'
import { routesOf } from '../support/routes.ts'
import { firstMorning, startSaka } from '../support/saka.ts'
import { admin, adminEnv, cookieOf, maria, nowhere, oneSchool, stopWaits } from '../support/sign-in.ts'

const held = (secondFactor: string) => ({ status: 403, json: { code: 'second_factor_missing', secondFactor } })

/** A service that asks `roles` for a second factor, an administrator and a coordinator, and how they sign in. */
async function asking(t: Test, roles = 'admin, coordinator') {
  const env = { ...adminEnv, REQUIRE_SECOND_FACTOR: roles }
  const saka = await startSaka(t, { env })
  stopWaits(t)
  const { api, stranger } = saka
  await api.made('/users', { ...maria, name: 'Μαρία', roles: [{ role: 'coordinator' }] })
  const signIn = async (person = admin, proof: object = {}) => {
    const answer = await stranger.post('/session', { ...person, ...proof })
    return { answer, headers: cookieOf(answer) }
  }
  /** Sets an app up; answers what its codes are made of. */
  const setUp = async (headers: Record<string, string>) => {
    const { secret } = (await stranger.post('/me/totp', undefined, headers)).json
    const code = await generate({ secret, epoch: Date.parse(firstMorning) / 1000 })
    return { secret, confirmed: await stranger.post('/me/totp/confirm', { code }, headers) }
  }
  return { ...saka, signIn, setUp }
}

t.test('whose role asks for a second factor sets one up before anything else', async (t) => {
  const { stranger, signIn, setUp, clock } = await asking(t)
  const { answer, headers } = await signIn()
  t.equal(answer.status, 201, 'the password lets them in as far as that')
  t.match(await stranger.get('/me', headers), { status: 200, json: { email: admin.email, secondFactor: 'set_up' } })
  for (const path of ['/users', '/campaigns', '/audit/events', '/me/sessions', '/nowhere'])
    t.match(await stranger.get(path, headers), path === '/nowhere' ? { status: 404 } : held('set_up'), path)
  t.match(await stranger.post('/api-keys', { name: 'x', roles: [{ role: 'admin' }] }, headers), held('set_up'))
  t.match(await stranger.post('/me/totp/removal', {}, headers), held('set_up'))
  const { secret, confirmed } = await setUp(headers)
  t.equal(confirmed.status, 201)
  t.match(await stranger.get('/users', headers), { status: 200 }, 'then everything is as it was')
  t.notMatch((await stranger.get('/me', headers)).json, { secondFactor: String })

  clock.set('2023-09-11T06:31:00.000Z')
  const totp = await generate({ secret, epoch: Date.parse('2023-09-11T06:31:00.000Z') / 1000 })
  const again = await signIn(admin, { totp })
  t.match(await stranger.get('/users', again.headers), { status: 200 }, 'and so it is the next time, with the code')
})

t.test('of all routes of the contract none is open before the second factor but those that lead to it', async (t) => {
  const { stranger, signIn } = await asking(t)
  const { headers } = await signIn()
  const open: string[] = []
  for (const { method, url } of routesOf(writtenContract())) {
    const path = url.replace(/:\w+/g, nowhere)
    const { json } = await stranger.call(method, `/${path}`, undefined, headers)
    if (json?.code !== 'second_factor_missing') open.push(`${method.toLowerCase()} ${url.replace('/api/v1', '')}`)
    if (url.endsWith('/session') && method === 'DELETE') headers.cookie = (await signIn()).headers.cookie
  }
  t.same(open.sort(), [
    'delete /session',
    'get /me',
    'get /me/totp',
    'post /devices/provision',
    'post /me/passkeys',
    'post /me/passkeys/options',
    'post /me/totp',
    'post /me/totp/confirm',
    'post /password-reset',
    'post /session',
    'post /session/passkey',
    'post /session/passkey/options',
  ])
})

t.test('a passkey is a second factor, and a password alone is none beside it', async (t) => {
  const { stranger, signIn } = await asking(t)
  const { headers } = await signIn(maria)
  const authenticator = newAuthenticator()
  const { json: options } = await stranger.post('/me/passkeys/options', undefined, headers)
  const response = authenticator.create(options)
  t.match(await stranger.post('/me/passkeys', { name: 'Κινητό', response }, headers), { status: 201 })
  t.match(await stranger.get('/campaigns', headers), { status: 200 })

  const guessed = await signIn(maria)
  t.match(await stranger.get('/me', guessed.headers), { json: { secondFactor: 'show' } })
  t.match(await stranger.get('/campaigns', guessed.headers), held('show'))
  for (const path of ['/me/totp', '/me/passkeys/options'])
    t.match(await stranger.post(path, undefined, guessed.headers), held('show'), 'and sets no other up')
  t.match(await stranger.delete('/session', guessed.headers), { status: 204 })

  const { json: asked } = await stranger.post('/session/passkey/options')
  const shown = await stranger.post('/session/passkey', { response: authenticator.get(asked) })
  t.match(await stranger.get('/campaigns', cookieOf(shown)), { status: 200 })
})

t.test('an administrator who takes somebody’s factor away makes them set up another', async (t) => {
  const { api, stranger, signIn, setUp } = await asking(t)
  await setUp((await signIn(maria)).headers)
  const [{ id }] = (await api.get('/users')).json.items.filter(({ email }: any) => email === maria.email)
  t.match(await api.delete(`/users/${id}/totp`), { status: 204 })
  t.match(await stranger.get('/campaigns', (await signIn(maria)).headers), held('set_up'))
})

t.test('nobody else is asked: no other role, no key, no device, and nobody where the setting is not set', async (t) => {
  const { api, stranger, signIn, device } = await asking(t, 'admin')
  t.match(await stranger.get('/campaigns', (await signIn(maria)).headers), { status: 200 })
  t.match(await api.get('/users'), { status: 200 }, 'a key of an administrator')
  const school = await oneSchool(api)
  t.match(await (await device(school.id)).get('/schools'), { status: 200 })
  const open = await asking(t, '')
  t.match(await open.stranger.get('/users', (await open.signIn()).headers), { status: 200 })
})

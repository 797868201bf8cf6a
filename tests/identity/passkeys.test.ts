import { isoCBOR } from '@simplewebauthn/server/helpers'
import t, { type Test } from 'tap'
import { relyingPartyOf } from '../../src/identity/passkeys/webauthn.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { newAuthenticator, type Said } from '../support/authenticator.ts'
import { firstMorning, startSaka } from '../support/saka.ts'
import { admin, adminEnv, cookieOf, maria, signIn, stopWaits } from '../support/sign-in.ts'

const refused = { status: 401, json: { code: 'passkey_refused' } }
const later = (seconds: number) => plusMilliseconds(firstMorning, seconds * 1000)

/** An administrator, signed in by password, and the ways of registering and signing in with authenticators. */
async function signedIn(t: Test) {
  const saka = await startSaka(t, { env: adminEnv })
  stopWaits(t)
  const { stranger, api } = saka
  const { cookie } = await signIn(stranger)
  const [{ id: userId }] = (await api.get('/users')).json.items
  const authenticator = newAuthenticator()
  const begin = (headers = { cookie }) => stranger.post('/me/passkeys/options', undefined, headers)
  const finish = (response: any, headers = { cookie }) =>
    stranger.post('/me/passkeys', { name: 'Κινητό', response }, headers)
  const register = async (said: Said = {}, one = authenticator, headers = { cookie }) =>
    finish(one.create((await begin(headers)).json, said), headers)
  const ask = async (email?: string) => (await stranger.post('/session/passkey/options', email && { email })).json
  const show = (response: any) => stranger.post('/session/passkey', { response })
  const reasons = async () =>
    (await api.get('/audit/events?action=session.refused')).json.items.map(({ change }: any) => change.reason)
  return { ...saka, cookie, userId, authenticator, begin, finish, register, ask, show, reasons }
}

t.test('a passkey signs its owner in, without a name and with one, and no other factor is asked for', async (t) => {
  const { stranger, register, ask, show, authenticator, api, userId, begin, cookie } = await signedIn(t)
  const { secret } = (await stranger.post('/me/totp', undefined, { cookie })).json
  const { generate } = await import('otplib')
  const code = await generate({ secret, epoch: Date.parse(firstMorning) / 1000 })
  t.match(await stranger.post('/me/totp/confirm', { code }, { cookie }), { status: 201 })
  const made = await register()
  t.match(made, { status: 201, json: { name: 'Κινητό', backedUp: true, lastUsedAt: null, transports: ['internal'] } })
  t.match((await begin()).json.excludeCredentials, [{ id: authenticator.credentialId }], 'not twice on one device')
  for (const email of [undefined, 'Admin@Example.org']) {
    const options = await ask(email)
    t.match(options, { rpId: 'saka.example.org', userVerification: 'required', allowCredentials: [] })
    const answer = await show(authenticator.get(options))
    t.match(answer, { status: 201 })
    t.match(await stranger.get('/me', cookieOf(answer)), { json: { id: userId } })
  }
  t.match((await stranger.get('/me/passkeys', { cookie })).json.items, [{ lastUsedAt: firstMorning }])
  const events = (await api.get(`/audit/events?subjectId=${userId}`)).json.items
  t.match(events, [
    { action: 'session.started', change: { by: 'passkey' } },
    { action: 'session.started', change: { by: 'passkey' } },
    { action: 'passkey.registered', change: { passkeyId: made.json.id } },
  ])
})

t.test('a challenge is good once, also for two at once, and for five minutes', async (t) => {
  const { ask, show, authenticator, register, clock, begin, finish, reasons } = await signedIn(t)
  const creation = authenticator.create((await begin()).json)
  const both = await Promise.all([finish(creation), finish(creation)])
  t.same(both.map(({ status }) => status).sort(), [201, 401], 'of two registrations one')
  const response = authenticator.get(await ask())
  const two = await Promise.all([show(response), show(response)])
  t.same(two.map(({ status }) => status).sort(), [201, 401], 'of two sign-ins one')
  t.match(await show(response), refused)
  const options = await ask()
  t.match(await show(authenticator.get(options, { origin: 'https://evil.example.net' })), refused)
  t.match(await show(authenticator.get(options)), refused, 'one that was answered wrongly is used up too')
  t.match(await show(authenticator.get(await ask())), { status: 201 })
  const late = authenticator.get(await ask())
  const lateCreation = newAuthenticator().create((await begin()).json)
  clock.set(later(300))
  t.match(await show(late), refused)
  t.match(await finish(lateCreation), refused)
  t.match(await show(authenticator.get({ challenge: 'bWFkZSB1cA', rpId: 'saka.example.org' })), refused)
  const { challenge, rp } = (await begin()).json
  t.match(await show(authenticator.get({ challenge, rpId: rp.id })), refused, 'nor one for another ceremony')
  t.same((await reasons()).filter((reason: string) => reason === 'not_verified').length, 1)
  await register()
})

t.test('what was signed elsewhere, for others or without its holder is refused, and written down', async (t) => {
  const { ask, show, authenticator, register, api, userId, reasons } = await signedIn(t)
  const wrong: Said[] = [
    { origin: 'https://evil.example.net' },
    { origin: 'http://saka.example.org' },
    { rpId: 'example.org' },
    { verified: false },
  ]
  for (const said of wrong) t.match(await register(said), refused, JSON.stringify(said))
  const attempts = (await api.get(`/audit/events?subjectId=${userId}&action=passkey.refused`)).json.items
  t.same(
    attempts.map(({ change }: any) => change),
    Array(4).fill({ reason: 'not_verified' }),
  )
  t.match(await register(), { status: 201 })
  for (const said of wrong.slice(0, 2)) t.match(await show(authenticator.get(await ask(), said)), refused)
  t.match(await show(authenticator.get(await ask())), { status: 201 })
  for (const said of wrong.slice(2)) t.match(await show(authenticator.get(await ask(), said)), refused)
  const userHandle = Buffer.from(userId).toString('base64url')
  const forged = { ...newAuthenticator().get(await ask(), { userHandle }), id: authenticator.credentialId }
  t.match(await show({ ...forged, rawId: forged.id }), refused, 'another key’s signature')
  t.same(await reasons(), Array(5).fill('not_verified'))
})

t.test('a passkey is its owner’s alone', async (t) => {
  const { ask, show, authenticator, register, api, stranger, reasons, begin, finish } = await signedIn(t)
  await api.made('/users', { ...maria, name: 'Μαρία', roles: [] })
  const hers = await signIn(stranger, maria)
  const { json: made } = await register()
  t.match(await show(authenticator.get(await ask(maria.email))), refused, 'not for the account that was named')
  t.match(await show(authenticator.get(await ask('nobody@example.org'))), refused)
  const handle = Buffer.from('01890a5d-ac96-774b-bcce-b302099a8057').toString('base64url')
  t.match(await show(authenticator.get(await ask(), { userHandle: handle })), refused)
  t.match(await show(authenticator.get(await ask(), { userHandle: 'AA' })), refused)
  t.same(await reasons(), Array(4).fill('another_account'))
  t.match(await finish(newAuthenticator().create((await begin()).json), hers), refused, 'nor another’s challenge')
  t.match(await register({}, authenticator, hers), { status: 409, json: { code: 'passkey_taken' } })
  t.same((await stranger.get('/me/passkeys', hers)).json.items, [])
  t.match(await stranger.patch(`/me/passkeys/${made.id}`, { name: 'x' }, hers), { status: 404 })
  t.match(await stranger.post(`/me/passkeys/${made.id}/removal`, {}, hers), { status: 404 })
  t.match(await show(authenticator.get(await ask())), { status: 201 })
})

t.test('asking tells nobody who has an account, or a passkey', async (t) => {
  const { ask, register } = await signedIn(t)
  await register()
  const shapes = await Promise.all(
    [undefined, admin.email, 'nobody@example.org'].map(async (email) => ({ ...(await ask(email)), challenge: '' })),
  )
  t.same(shapes[1], shapes[0])
  t.same(shapes[2], shapes[0])
})

t.test('a counter that goes back is a copied authenticator: it is refused, of two at once too', async (t) => {
  const { ask, show, authenticator, register, reasons } = await signedIn(t)
  await register({ counter: 7 })
  t.match(await show(authenticator.get(await ask(), { counter: 9 })), { status: 201 })
  for (const counter of [9, 8, 0]) t.match(await show(authenticator.get(await ask(), { counter })), refused)
  const [one, other] = [await ask(), await ask()]
  const both = await Promise.all([one, other].map((options) => show(authenticator.get(options, { counter: 10 }))))
  t.same(both.map(({ status }) => status).sort(), [201, 401])
  t.same(await reasons(), Array(4).fill('counter_went_back'))
})

t.test('an authenticator that does not count is good again and again', async (t) => {
  const { ask, show, authenticator, register } = await signedIn(t)
  await register()
  for (let i = 0; i < 3; i++) t.match(await show(authenticator.get(await ask(), { counter: 0 })), { status: 201 })
})

t.test('a passkey is named, renamed and removed by its owner, or taken away by an administrator', async (t) => {
  const { ask, show, authenticator, register, stranger, cookie, api, as, userId, clock, reasons } = await signedIn(t)
  const { id } = (await register()).json
  t.match(await stranger.patch(`/me/passkeys/${id}`, { name: ' ' }, { cookie }), { status: 400 })
  t.match(await stranger.patch(`/me/passkeys/${id}`, { name: 'Γραφείο' }, { cookie }), { json: { name: 'Γραφείο' } })
  clock.set(later(600))
  const remove = (body?: object) => stranger.post(`/me/passkeys/${id}/removal`, body, { cookie })
  t.match(await remove(), { status: 401, json: { code: 'recent_proof_required' } })
  t.match(await stranger.post('/me/passkeys/options', {}, { cookie }), { json: { code: 'recent_proof_required' } })
  t.match(await remove({ password: admin.password }), { status: 204 })
  t.match(await remove({ password: admin.password }), { status: 404 })
  t.match(await show(authenticator.get(await ask())), refused)
  t.same(await reasons(), ['unknown_passkey'])

  const other = newAuthenticator()
  const options = (await stranger.post('/me/passkeys/options', { password: admin.password }, { cookie })).json
  await stranger.post('/me/passkeys', { name: 'Άλλο', response: other.create(options) }, { cookie })
  t.match(await (await as({ role: 'coordinator' })).delete(`/users/${userId}/passkeys`), { status: 403 })
  for (let i = 0; i < 2; i++) t.match(await api.delete(`/users/${userId}/passkeys`), { status: 204 })
  t.match(await show(other.get(await ask())), refused)
  const events = (await api.get(`/audit/events?subjectId=${userId}&action=passkey.all_removed`)).json.items
  t.match(events, [{ change: { count: 1 } }])
  t.equal(events.length, 1, 'twice changes nothing')
  t.notMatch((await api.get(`/audit/events?subjectId=${userId}`)).text, /Γραφείο|Άλλο/)
  t.match(await api.post('/me/passkeys/options'), { status: 403, json: { code: 'people_only' } })
})

t.test('an account that ended lets nobody in by its passkey', async (t) => {
  const { ask, show, register, stranger, api, reasons } = await signedIn(t)
  const { id } = await api.made('/users', { ...maria, name: 'Μαρία', roles: [] })
  const hers = await signIn(stranger, maria)
  const authenticator = newAuthenticator()
  t.match(await register({}, authenticator, hers), { status: 201 })
  const options = await ask()
  await api.patch(`/users/${id}`, { active: false })
  t.match(await show(authenticator.get(options)), refused)
  t.same(await reasons(), ['account_ended'])
})

t.test('passkeys are guessed no faster than passwords', async (t) => {
  const { ask, show, register, authenticator, api } = await signedIn(t)
  await register()
  const bad = async () => show(authenticator.get(await ask(), { verified: false }))
  for (let i = 0; i < 5; i++) t.match(await bad(), refused)
  for (let i = 0; i < 3; i++) t.match(await bad(), { status: 429, json: { code: 'too_many_attempts' } })
  const { items } = (await api.get('/audit/events?action=session.refused')).json
  t.equal(items.length, 6, 'of those who wait the first is written down')
})

t.test('no certificate is taken that could send the service to another address', async (t) => {
  const { begin, finish, authenticator } = await signedIn(t)
  const response = authenticator.create((await begin()).json)
  const object = isoCBOR.decodeFirst<Map<string, any>>(
    new Uint8Array(Buffer.from(response.response.attestationObject, 'base64url')),
  )
  object.set('fmt', 'apple').set('attStmt', new Map([['x5c', [new Uint8Array(8)]]]))
  response.response.attestationObject = Buffer.from(isoCBOR.encode(object)).toString('base64url')
  t.match(await finish(response), refused)
  const garbled = newAuthenticator().create((await begin()).json)
  garbled.response.attestationObject = 'AAAA'
  t.match(await finish(garbled), refused)
})

t.test('an account has twenty passkeys at most', async (t) => {
  const { register } = await signedIn(t)
  for (let i = 0; i < 20; i++) t.match(await register({}, newAuthenticator()), { status: 201 })
  t.match(await register({}, newAuthenticator()), { status: 409, json: { code: 'too_many_passkeys' } })
})

t.test('a site without a name or without TLS has no passkeys, and says so', async (t) => {
  t.same(relyingPartyOf('https://saka.example.org:8443'), {
    id: 'saka.example.org',
    origin: 'https://saka.example.org:8443',
  })
  t.same(relyingPartyOf('http://localhost:3000'), { id: 'localhost', origin: 'http://localhost:3000' })
  for (const url of ['http://saka.example.org', 'http://127.0.0.1:3000', 'https://[::1]', 'https://192.0.2.1'])
    t.equal(relyingPartyOf(url), undefined, url)
  const { stranger } = await startSaka(t, { env: { ...adminEnv, BASE_URL: 'http://127.0.0.1:3000' } })
  t.match(await stranger.post('/session/passkey/options'), { status: 409, json: { code: 'passkeys_unavailable' } })
})

import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'otplib'
import t, { type Test } from 'tap'
import { secretKeyOf } from '../../src/platform/keys/secret-key.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { firstMorning, startSaka } from '../support/saka.ts'
import { admin, adminEnv, cookieOf, maria, stopWaits } from '../support/sign-in.ts'

const later = (seconds: number) => plusMilliseconds(firstMorning, seconds * 1000)
const codeAt = (secret: string, instant: string) => generate({ secret, epoch: Date.parse(instant) / 1000 })

/** An administrator with a confirmed authenticator app, signed in once before it was set up. */
async function withApp(t: Test, more: Record<string, string> = {}) {
  const saka = await startSaka(t, { env: { ...adminEnv, ...more } })
  stopWaits(t)
  const { stranger } = saka
  const signIn = (proof: object = {}) => stranger.post('/session', { ...admin, ...proof })
  const { cookie } = cookieOf(await signIn())
  const enrolled = (await stranger.post('/me/totp', undefined, { cookie })).json
  const confirm = (code: string) => stranger.post('/me/totp/confirm', { code }, { cookie })
  const confirmed = await confirm(await codeAt(enrolled.secret, firstMorning))
  const { recoveryCodes } = confirmed.json as { recoveryCodes: string[] }
  const app = (instant: string) => codeAt(enrolled.secret, instant)
  return { ...saka, signIn, cookie, enrolled, confirm, recoveryCodes, app }
}

t.test('an authenticator app is set up with its QR code, confirmed, and answers ten recovery codes once', async (t) => {
  const { stranger, cookie, enrolled, recoveryCodes, confirm, app, deps, api } = await withApp(t)
  t.match(enrolled, { secret: /^[A-Z2-7]{32}$/, uri: /^otpauth:\/\/totp\/Saka:admin%40example\.org\?/, qr: /^<svg/ })
  t.equal(new Set(recoveryCodes).size, 10)
  for (const code of recoveryCodes) t.match(code, /^[0-9a-f]{5}(-[0-9a-f]{5}){5}$/)
  t.match(await confirm(await app(later(30))), { status: 409, json: { code: 'totp_confirmed' } })
  t.match(await stranger.post('/me/totp', undefined, { cookie }), { status: 409, json: { code: 'totp_confirmed' } })
  t.match(await stranger.get('/me/totp', { cookie }), { json: { confirmed: true, recoveryCodesLeft: 10 } })
  const { q, t: tables } = deps.db.read
  const stored = JSON.stringify([await q.select().from(tables.totps), await q.select().from(tables.recoveryCodes)])
  t.notMatch(stored, enrolled.secret)
  for (const code of recoveryCodes) t.notMatch(stored, code.replaceAll('-', ''))
  t.match(await api.post('/me/totp'), { status: 403, json: { code: 'people_only' } })
})

t.test('an app that is not confirmed asks nobody for anything', async (t) => {
  const { stranger } = await startSaka(t, { env: adminEnv })
  const { cookie } = cookieOf(await stranger.post('/session', admin))
  t.match(await stranger.post('/me/totp/confirm', { code: '000000' }, { cookie }), {
    json: { code: 'totp_not_enrolled' },
  })
  const first = (await stranger.post('/me/totp', undefined, { cookie })).json
  const second = (await stranger.post('/me/totp', undefined, { cookie })).json
  const code = await codeAt(first.secret, firstMorning)
  t.match(await stranger.post('/me/totp/confirm', { code }, { cookie }), { status: 401, json: { code: 'wrong_code' } })
  t.match(await stranger.post('/session', admin), { status: 201 })
  const good = await codeAt(second.secret, firstMorning)
  const both = await Promise.all([1, 2].map(() => stranger.post('/me/totp/confirm', { code: good }, { cookie })))
  t.same(both.map(({ status }) => status).sort(), [201, 409], 'of two confirmations one counts')
})

t.test('signing in takes the code of this half minute or its neighbours, each once', async (t) => {
  const { signIn, app, clock } = await withApp(t)
  t.match(await signIn(), { status: 401, json: { code: 'second_factor_required' } })
  t.match(
    await signIn({ totp: await app(firstMorning) }),
    { status: 401, json: { code: 'wrong_code' } },
    'it confirmed the app',
  )
  clock.set(later(60))
  t.match(await signIn({ totp: '12345' }), { status: 400 })
  t.match(await signIn({ totp: await app(later(150)) }), { status: 401 }, 'not yet')
  const totp = await app(later(60))
  const both = await Promise.all([signIn({ totp }), signIn({ totp })])
  t.same(both.map(({ status }) => status).sort(), [201, 401], 'of two at once one')
  t.match(await signIn({ totp }), { status: 401, json: { code: 'wrong_code' } })
  t.match(await signIn({ totp: await app(later(30)) }), { status: 401 }, 'nor an older one after it')
  clock.set(later(90))
  t.match(await signIn({ totp: await app(later(120)) }), { status: 201 }, 'a phone may be half a minute ahead')
})

t.test('codes are guessed no faster than passwords, also by who knows the password', async (t) => {
  const { signIn, app, clock, api } = await withApp(t)
  clock.set(later(60))
  for (let i = 0; i < 8; i++) t.match(await signIn(), { status: 401 }, 'being asked for the code is no guess')
  for (let i = 0; i < 4; i++) {
    t.match(await signIn({ totp: '000000' }), { status: 401, json: { code: 'wrong_code' } })
    await signIn()
  }
  t.match(await signIn({ totp: '000000' }), { status: 401 })
  t.match(await signIn({ totp: await app(later(60)) }), { status: 429 })
  const { items } = (await api.get('/audit/events?action=session.refused')).json
  t.same(
    items.map(({ change }: { change: { code: string } }) => change.code).sort(),
    ['second_factor_required', 'too_many_attempts', ...Array(5).fill('wrong_code')],
    'what was asked for is told once, and so is the wait',
  )
})

t.test('a recovery code stands in once, however it is written, and for its owner alone', async (t) => {
  const { signIn, recoveryCodes, api, stranger, cookie } = await withApp(t)
  const [first, second] = recoveryCodes as [string, string]
  const written = ` ${first.toUpperCase().replaceAll('-', ' ')} `
  const both = await Promise.all([signIn({ recoveryCode: written }), signIn({ recoveryCode: first })])
  t.same(both.map(({ status }) => status).sort(), [201, 401])
  t.match(await signIn({ recoveryCode: '' }), { status: 401, json: { code: 'wrong_code' } })
  t.match(await stranger.get('/me/totp', { cookie }), { json: { recoveryCodesLeft: 9 } })
  await api.made('/users', { ...maria, name: 'Μαρία', roles: [] })
  t.match(
    await stranger.post('/session', { ...maria, recoveryCode: second }),
    { status: 201 },
    'she has no second factor',
  )
  t.match(await stranger.get('/me/totp', { cookie }), { json: { recoveryCodesLeft: 9 } }, 'so it was not used')
})

t.test('removing the app takes a proof; an administrator needs none, and it is written down', async (t) => {
  const { stranger, cookie, recoveryCodes, signIn, api, as } = await withApp(t)
  const remove = (proof: object) => stranger.post('/me/totp/removal', proof, { cookie })
  t.match(await remove({}), { status: 401, json: { code: 'second_factor_required' } })
  t.match(await remove({ totp: '000000' }), { status: 401, json: { code: 'wrong_code' } })
  t.match(await remove({ recoveryCode: recoveryCodes[0] }), { status: 204 })
  t.match(await signIn(), { status: 201 })
  t.match(await stranger.get('/me/totp', { cookie }), { json: { confirmed: false, recoveryCodesLeft: 0 } })

  const { secret } = (await stranger.post('/me/totp', undefined, { cookie })).json
  const code = await codeAt(secret, firstMorning)
  t.match(await stranger.post('/me/totp/confirm', { code }, { cookie }), { status: 201 })
  const [{ id }] = (await api.get('/users')).json.items
  t.match(await (await as({ role: 'coordinator' })).delete(`/users/${id}/totp`), { status: 403 })
  t.match(await api.delete(`/users/${id}/totp`), { status: 204 })
  t.match(await api.delete(`/users/${id}/totp`), { status: 204 }, 'twice changes nothing')
  t.match(await signIn(), { status: 201 })
  const actions = (await api.get(`/audit/events?subjectId=${id}&action=totp.removed`)).json.items
  t.same(
    actions.map(({ actorKind }: { actorKind: string }) => actorKind),
    ['api_key', 'user'],
  )
})

t.test('with another key the app cannot be read, and a recovery code still lets its owner in', async (t) => {
  const { served, signIn, recoveryCodes, app, clock } = await withApp(t, { SECRET_KEY: 'k'.repeat(32) })
  clock.set(later(60))
  served.secretKey = 'another key of thirty-two characters'
  t.match(await signIn({ totp: await app(later(60)) }), { status: 401, json: { code: 'wrong_code' } })
  t.match(await signIn({ recoveryCode: recoveryCodes[3] }), { status: 201 })
})

t.test('the key can be changed: what a former one has sealed is still read', async (t) => {
  const { served, signIn, app, clock } = await withApp(t, { SECRET_KEY: 'k'.repeat(32) })
  clock.set(later(60))
  served.secretKey = 'another key of thirty-two characters'
  served.config.formerSecretKeys = ['an even older key, of thirty-two or more', 'k'.repeat(32)]
  t.match(await signIn({ totp: await app(later(60)) }), { status: 201 })
})

t.test(
  'the key is made once beside the database, for its owner’s eyes, and one that is given comes first',
  async (t) => {
    const database = join(t.testdir(), 'saka.db')
    const key = secretKeyOf(undefined, database)
    t.match(key, /^[\w-]{43}$/)
    t.equal(statSync(`${database}.key`).mode & 0o777, 0o600)
    t.equal(secretKeyOf(undefined, database), key)
    t.equal(secretKeyOf('given', database), 'given')
    writeFileSync(`${database}.key`, '')
    t.throws(() => secretKeyOf(undefined, database), { message: /holds no key/ })
  },
)

t.test('what changes how one signs in takes the password once the sign-in is ten minutes old', async (t) => {
  const { stranger, clock, deps, api } = await startSaka(t, { env: adminEnv })
  stopWaits(t)
  const { cookie } = cookieOf(await stranger.post('/session', admin))
  const enroll = (body?: object) => stranger.post('/me/totp', body, { cookie })
  clock.set(later(599))
  const { secret } = (await enroll()).json
  const code = await codeAt(secret, later(599))
  const { recoveryCodes } = (await stranger.post('/me/totp/confirm', { code }, { cookie })).json
  clock.set(later(600))
  const remove = (more: object) =>
    stranger.post('/me/totp/removal', { recoveryCode: recoveryCodes[0], ...more }, { cookie })
  t.match(await remove({}), { status: 401, json: { code: 'recent_proof_required' } })
  t.match(await remove({ password: 'not the password' }), { status: 401, json: { code: 'wrong_password' } })
  t.match(await stranger.get('/me/totp', { cookie }), { json: { recoveryCodesLeft: 10 } }, 'nor is the code used up')
  t.match(await remove({ password: admin.password }), { status: 204 })
  t.match(await enroll(), { status: 401, json: { code: 'recent_proof_required' } })
  t.match(await enroll({}), { status: 401, json: { code: 'recent_proof_required' } })
  t.match(await enroll({ password: admin.password }), { status: 201 })
  for (let i = 0; i < 5; i++) await enroll({ password: 'guessed with a stolen session' })
  t.match(await enroll({ password: admin.password }), { status: 429 }, 'a stolen session guesses no faster')
  const { items } = (await api.get('/audit/events?action=session.refused')).json
  t.equal(items.length, 7)
  t.notMatch(JSON.stringify(items), 'guessed')
  t.equal((await deps.db.read.q.select().from(deps.db.read.t.totps)).length, 1)
})

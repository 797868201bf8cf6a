import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { RateStore } from '../../src/platform/http/limits/rate-store.ts'
import { openCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'

const { deps, api, campaign, school, enroll } = await openCampaign(t)
await enroll(school.id, '1')
await api.made(`/campaigns/${campaign.id}/vouchers`)
const code: string = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items[0].code
const good = `/v/${code}`

/** The pages of an issued voucher, in a process of their own that remembers nobody, asked from addresses of the test’s choosing. */
async function pagesOf(t: Test, change: { trustProxy?: boolean } = {}) {
  const app = await buildApp({ ...deps, config: { ...deps.config, ...change } })
  t.teardown(() => app.close())
  const ask = async (path: string, remoteAddress = '192.0.2.1', headers: Record<string, string> = {}) => {
    const { statusCode, json, headers: answered, body } = await app.inject({ url: path, remoteAddress, headers })
    return {
      status: statusCode,
      headers: answered,
      text: body,
      json: statusCode === 429 && body[0] === '{' ? json() : {},
    }
  }
  return ask
}

/** Lets a minute pass by the clock that limits go by. */
function afterAMinute(t: Test): void {
  const now = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => now() + 60_001 })
}

const guess = (i: number) => `/v/${String(i).padStart(12, '0')}`

t.test('an address that guesses codes learns nothing more after thirty, of good ones neither', async (t) => {
  const ask = await pagesOf(t)
  t.equal((await ask(good)).status, 200, 'a good code would be seen')
  for (let i = 0; i < 30; i++) t.equal((await ask(guess(i))).status, 404)
  for (const path of [
    guess(31),
    good,
    `${good}/qr.svg`,
    `${good}/qr.png`,
    `${good}/pickup.ics`,
    good.replace('/v/', '/V/'),
  ]) {
    const answer = await ask(path)
    t.match(answer, { status: 429, json: { code: 'too_many_requests', status: 429 } }, path)
    t.match(answer.headers, { 'content-type': /^application\/problem\+json/, 'retry-after': /^[1-9]\d?$/ })
  }
  t.equal((await ask(good, '192.0.2.2')).status, 200, 'others are not held up')
  afterAMinute(t)
  t.equal((await ask(good)).status, 200, 'nor anybody for good')
})

t.test('a parent who has guessed too often reads so in their own language', async (t) => {
  const ask = await pagesOf(t)
  for (let i = 0; i < 30; i++) await ask(guess(i))
  const browser = { accept: 'text/html,application/xhtml+xml', 'accept-language': 'el' }
  const page = await ask(good, '192.0.2.1', browser)
  t.match(page, { status: 429, text: /Πάρα πολλές προσπάθειες/, headers: { 'retry-after': String } })
  t.match((await ask(`${good}?lang=en`, '192.0.2.1', browser)).text, 'Too many attempts')
})

t.test('two hundred guesses at once are thirty', async (t) => {
  const ask = await pagesOf(t)
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(guess(i))))
  t.equal(answers.filter(({ status }) => status === 404).length, 30)
})

t.test('whoever has a code may look at it as often as families do', async (t) => {
  const ask = await pagesOf(t)
  for (let i = 0; i < 300; i++) t.equal((await ask(good)).status, 200)
})

t.test('an address is what the connection says, whatever a header claims', async (t) => {
  const ask = await pagesOf(t)
  for (let i = 0; i < 30; i++) await ask(guess(i), '192.0.2.1', { 'x-forwarded-for': `198.51.100.${i}` })
  t.equal((await ask(good, '192.0.2.1', { 'x-forwarded-for': '198.51.100.99' })).status, 429)
})

t.test('behind a proxy it is what the proxy says, not what was sent through it', async (t) => {
  const ask = await pagesOf(t, { trustProxy: true })
  const through = (i: number) => ({ 'x-forwarded-for': `198.51.100.${i}, 203.0.113.7` })
  for (let i = 0; i < 30; i++) await ask(guess(i), '127.0.0.1', through(i))
  t.equal((await ask(good, '127.0.0.1', through(99))).status, 429)
  t.equal((await ask(good, '127.0.0.1', { 'x-forwarded-for': '203.0.113.8' })).status, 200, 'another visitor')
})

t.test('the port that a proxy writes behind an address, or what is no address at all, is no way around', async (t) => {
  const ask = await pagesOf(t, { trustProxy: true })
  const from = (address: string) => ({ 'x-forwarded-for': address })
  for (let i = 0; i < 30; i++) await ask(guess(i), '127.0.0.1', from(`203.0.113.7:${10_000 + i}`))
  t.equal((await ask(good, '127.0.0.1', from('203.0.113.7:20000'))).status, 429)
  for (let i = 0; i < 30; i++) await ask(guess(i), '127.0.0.1', from(`garbage${i}`))
  t.equal((await ask(good, '127.0.0.1', from('garbage'))).status, 429)
  t.equal((await ask(good, '127.0.0.1', from('203.0.113.8:10000'))).status, 200, 'another visitor')
})

t.test('all addresses of an IPv6 network are one', async (t) => {
  const ask = await pagesOf(t)
  for (let i = 0; i < 30; i++) await ask(guess(i), `2001:db8::${i + 1}`)
  t.equal((await ask(good, '2001:db8::ffff')).status, 429)
  t.equal((await ask(good, '2001:db8:0:1::1')).status, 200)
})

t.test('a credential has its own share of calls, of scans and of heavy work', async (t) => {
  const env = { RATE_LIMIT_CALLS: '5', RATE_LIMIT_SCANS: '3', RATE_LIMIT_HEAVY: '2' }
  const { as } = await startSaka(t, { env })
  const [first, second] = [await as({ role: 'admin' }), await as({ role: 'admin' })]
  const school = '01890a5d-ac96-774b-bcce-b302099a8057'
  for (let i = 0; i < 5; i++) t.equal((await first.get('/me')).status, 200)
  const refused = await first.get('/schools')
  t.match(refused, { status: 429, json: { code: 'too_many_requests', requestId: String } })
  t.match(refused.headers, { 'retry-after': /^[1-9]\d?$/, 'content-type': /problem\+json/ })
  const scan = (i: number) => ({ code: 'x', schoolId: school, scanId: `s${i}` })
  for (let i = 0; i < 3; i++) t.not((await first.post('/redemptions', scan(i))).status, 429, 'scans go on')
  t.equal((await first.post('/redemption-batches', { scans: [] })).status, 429, 'up to their own limit')
  for (let i = 0; i < 2; i++) t.not((await first.upload('/school-imports', 'code;name;community\n')).status, 429)
  t.equal((await first.upload('/school-imports', 'code;name;community\n')).status, 429)
  t.equal((await second.get('/me')).status, 200, 'others have theirs')
  afterAMinute(t)
  t.equal((await first.get('/me')).status, 200)
})

t.test('to verify or export the whole trail is heavy work', async (t) => {
  const { as } = await startSaka(t, { env: { RATE_LIMIT_HEAVY: '2' } })
  const [auditor, other] = [await as({ role: 'auditor' }), await as({ role: 'auditor' })]
  t.equal((await auditor.get('/audit/verification')).status, 200)
  t.equal((await auditor.get('/audit/export')).status, 200)
  for (const path of ['/audit/verification', '/audit/export'])
    t.match(await auditor.get(path), { status: 429, json: { code: 'too_many_requests' } }, path)
  t.equal((await auditor.get('/audit/events')).status, 200, 'reading goes on')
  t.equal((await other.get('/audit/verification')).status, 200)
})

t.test(
  'an address that keeps coming with bad credentials is told to wait, and those with good ones are not',
  async (t) => {
    const { stranger, api } = await startSaka(t, { env: { TRUST_PROXY: 'true', RATE_LIMIT_STRANGERS: '5' } })
    // Whatever port the proxy writes behind it.
    const from = (port: number) => ({ 'x-forwarded-for': `203.0.113.7:${port}` })
    const bad = (i: number) => stranger.get('/me', { authorization: `Bearer saka_key_${i}`, ...from(i) })
    for (let i = 1; i <= 5; i++) t.equal((await bad(i)).status, 401)
    t.match(await bad(6), { status: 429, json: { code: 'too_many_requests' } })
    t.equal((await stranger.post('/devices/provision', { provisioningToken: 'saka_setup_x' }, from(7))).status, 429)
    t.equal((await api.get('/me')).status, 200)
  },
)

t.test('a limit of nought is none', async (t) => {
  const { stranger } = await startSaka(t, { env: { RATE_LIMIT_GUESSES: '0', RATE_LIMIT_PAGES: '0' } })
  for (let i = 0; i < 100; i++) t.equal((await stranger.get(`/${guess(i)}`)).status, 404)
})

t.test('what is remembered of callers is bounded, and a clock that is put back locks nobody out', async (t) => {
  const store = new RateStore()
  const count = (key: string) => {
    let current = 0
    store.incr(key, (_error, counted) => {
      current = counted!.current
    })
    return current
  }
  t.same([count('a'), count('a')], [1, 2])
  for (let i = 0; i < 10_000; i++) count(`b${i}`)
  t.equal(count('a'), 1, 'the longest ago is forgotten')
  t.equal(count('b9999'), 2, 'the last are not')
  t.intercept(Date, 'now', { value: () => 0 })
  afterAMinute(t)
  t.equal(count('b9999'), 1)
})

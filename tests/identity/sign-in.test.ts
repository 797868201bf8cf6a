import { hash, verify } from '@node-rs/argon2'
import t from 'tap'
import { verifyPassword } from '../../src/identity/secrets.ts'
import { signInThrottle } from '../../src/identity/throttling/throttle.ts'
import { networkOf } from '../../src/platform/http/limits/networks.ts'
import { startSaka } from '../support/saka.ts'
import { admin, adminEnv, cookieOf, maria, stopWaits } from '../support/sign-in.ts'

const wrong = { ...admin, password: 'not the password' }
const minute = 60_000

/** A throttle on a clock of its own, and what an attempt answers: the seconds to wait, or that it may be made. */
function slowedDown() {
  let now = 1_000_000
  const throttle = signInThrottle(() => now)
  const fail = (account: string, address = '192.0.2.1') => {
    try {
      return throttle.attempt({ account, address })
    } catch (problem: any) {
      return Number(problem.members.retryAfter)
    }
  }
  return { throttle, fail, pass: (milliseconds: number) => (now += milliseconds) }
}

t.test('the fifth wrong password is the last that waits for nothing, and each wait is twice the last', async (t) => {
  const { fail, pass } = slowedDown()
  for (let i = 1; i <= 5; i++) t.type(fail('maria'), Object, `attempt ${i}`)
  const waits: number[] = []
  for (let i = 0; i < 12; i++) {
    const wait = fail('maria') as unknown as number
    waits.push(wait)
    t.equal(fail('maria'), wait, 'asking meanwhile does not make it longer')
    pass(wait * 1000)
    t.type(fail('maria'), Object, 'the wait is over')
  }
  t.same(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900], 'nobody waits longer than a quarter of an hour')
  t.type(fail('nikos'), Object, 'another account is not concerned')
  pass(24 * 60 * minute)
  for (let i = 1; i <= 5; i++) t.type(fail('maria'), Object, 'a day later it is forgotten')
})

t.test('success forgets the account, and of the address its own attempt alone', async (t) => {
  const { throttle, fail } = slowedDown()
  for (let i = 1; i <= 4; i++) fail('maria')
  throttle.attempt({ account: 'maria', address: '192.0.2.1' }).succeeded()
  for (let i = 1; i <= 5; i++) t.type(fail('maria'), Object, 'five again')
  for (let i = 1; i <= 20; i++) fail(`guessed ${i}`)
  throttle.attempt({ account: 'the attacker’s own', address: '192.0.2.1' }).succeeded()
  fail('one more')
  t.equal(fail('and another'), 1, 'thirty accounts guessed from one address are slowed down together')
  t.type(fail('maria’s colleague', '192.0.2.2'), Object, 'and nobody else')
})

t.test('a flood of accounts from many addresses stays within its memory and slows the last ones down', async (t) => {
  const { fail } = slowedDown()
  for (let i = 0; i < 50_000; i++) fail(`flood ${i}`, `198.51.${i >> 8}.${i & 255}`)
  for (let i = 1; i <= 5; i++) fail('maria', `203.0.113.${i}`)
  t.equal(fail('maria', '203.0.113.9'), 1, 'an account is guarded from everywhere')
})

t.test('an address of IPv6 counts with its network, and one of IPv4 is the same however it is written', async (t) => {
  t.equal(networkOf('192.0.2.7'), '192.0.2.7')
  t.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7')
  t.equal(networkOf('2001:db8:0:1:aaaa::1'), networkOf('2001:DB8::1:b:c:d:e'))
  t.not(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:2::1'))
  t.equal(networkOf('2001:db8::1'), '2001:db8:0:0')
  t.equal(networkOf('::1'), '0:0:0:0')
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0')
})

t.test('the port that a proxy writes behind an address is no part of it, and what is no address is one', async (t) => {
  for (const port of [1, 443, 65_535]) {
    t.equal(networkOf(`192.0.2.7:${port}`), '192.0.2.7')
    t.equal(networkOf(`[::ffff:192.0.2.7]:${port}`), '192.0.2.7')
    t.equal(networkOf(`[2001:db8::1]:${port}`), '2001:db8:0:0')
  }
  t.equal(networkOf('[2001:db8::1]'), '2001:db8:0:0')
  const garbage = [
    '',
    'unknown',
    '_hidden',
    'garbage1',
    'garbage2',
    '192.0.2',
    '192.0.2.7:x',
    'proxy:80',
    ':::',
    '[x]:1',
    '1.2.3.4.5',
  ]
  t.same([...new Set(garbage.map(networkOf))], ['no address'])
})

t.test('whoever has no account, or none that is good, costs the same work as a wrong password', async (t) => {
  const stored = await hash(admin.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  for (const account of [stored, undefined, null]) {
    const checked: string[] = []
    const matches = await verifyPassword(wrong.password, account, async (against, password) => {
      checked.push(against.slice(0, against.lastIndexOf('p=1')))
      return verify(against, password)
    })
    t.equal(matches, false)
    t.same(checked, ['$argon2id$v=19$m=19456,t=2,'], 'one check, of one price')
  }
  t.equal(await verifyPassword('anything', undefined, async () => true), false, 'and never lets anybody in')
})

t.test('guessing is slowed down alike where there is an account and where there is none', async (t) => {
  const { stranger, api } = await startSaka(t, { env: adminEnv })
  stopWaits(t)
  const answers = async (email: string) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => stranger.post('/session', { ...wrong, email })))
    return all.map(({ status, json }) => `${status} ${json.code}`).sort()
  }
  const expected = [...Array(5).fill('401 wrong_password'), ...Array(3).fill('429 too_many_attempts')]
  t.same(await answers('Admin@Example.org'), expected, 'eight at once are no way around')
  t.same(await answers('nobody@example.org'), expected)
  const refused = await stranger.post('/session', admin)
  t.match(refused, { status: 429, headers: { 'retry-after': '1' }, json: { detail: /Try again in 1 s/ } })
  const { items } = (await api.get('/audit/events?action=session.refused')).json
  const [{ id }] = (await api.get('/users')).json.items
  const subjects = items.map(({ subjectId }: any) => subjectId)
  t.same(subjects.sort(), [...Array(6).fill(id), ...Array(6).fill('unknown')].sort(), 'of each wait the first')
  const codes = items.map(({ change }: any) => change.code).filter((code: string) => code === 'too_many_attempts')
  t.equal(codes.length, 2)
  t.notMatch(JSON.stringify(items), /example\.org/)
})

t.test('an owner signs in from a browser that did so before, however much others guess', async (t) => {
  const { stranger, api } = await startSaka(t, { env: adminEnv })
  stopWaits(t)
  const first = await stranger.post('/session', admin)
  const browser = cookieOf(first, '__Host-saka_browser=')
  t.match(
    String(first.headers['set-cookie']),
    /__Host-saka_browser=saka_browser_[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; Secure/,
  )
  for (let i = 0; i < 6; i++) await stranger.post('/session', wrong)
  t.match(await stranger.post('/session', admin), { status: 429 })
  const again = await stranger.post('/session', admin, browser)
  t.match(again, { status: 201 })
  t.notMatch(String(again.headers['set-cookie']), 'saka_browser=', 'it is known already')

  await api.made('/users', { ...maria, name: 'Μαρία', roles: [] })
  for (let i = 0; i < 5; i++) await stranger.post('/session', { ...maria, password: wrong.password }, browser)
  t.match(await stranger.post('/session', maria, browser), { status: 429 }, 'it is not known to another account')
  for (let i = 0; i < 5; i++) await stranger.post('/session', wrong, browser)
  t.match(await stranger.post('/session', admin, browser), { status: 429 }, 'and a stolen one does not guess for ever')
})

t.test('of those who have to wait, the first in each wait is worth an event', async (t) => {
  const { throttle, fail, pass } = slowedDown()
  let told = 0
  const ask = () => {
    try {
      throttle.attempt({ account: 'maria', address: '192.0.2.1' }, () => told++)
    } catch {
      // It has to wait.
    }
  }
  for (let i = 1; i <= 5; i++) ask()
  t.equal(told, 0)
  for (let i = 1; i <= 1000; i++) ask()
  t.equal(told, 1)
  pass(1000)
  for (let i = 1; i <= 1000; i++) ask()
  t.equal(told, 2, 'another wait, another event')
  for (let i = 1; i <= 40; i++) fail(`guessed ${i}`)
  for (let i = 1; i <= 50; i++) {
    try {
      throttle.attempt({ account: `more ${i}`, address: '192.0.2.1' }, () => told++)
    } catch {
      // The address has to wait.
    }
  }
  t.ok(told <= 3, 'a thousand accounts from one address are one wait')
  t.ok(throttle.isFirstOccurrence('asked maria'))
  t.notOk(throttle.isFirstOccurrence('asked maria'))
  pass(15 * minute)
  t.ok(throttle.isFirstOccurrence('asked maria'))
})

import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { claimMilliseconds } from '../../src/platform/http/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { fillDisk, makeRoom } from '../support/disk.ts'
import { sqliteAlone } from '../support/engine.ts'
import { type Answer, type Saka, startSaka } from '../support/saka.ts'
import { allSql, breaking, runStatements, withoutTrigger } from '../support/sql.ts'
import { until } from '../support/until.ts'

const key = (text: string) => ({ 'idempotency-key': text })
const kit = { name: 'Σχολικό σετ', items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 }] }

/** What is stored, written down past the API. */
const change = ({ deps }: Saka, statement: string) => runStatements(deps, statement)

const count = async ({ api }: Saka, list: string) => (await api.get(`${list}?limit=500`)).json.items.length

t.test('the same request again answers the first answer and changes nothing', async (t) => {
  const saka = await startSaka(t)
  const first = await saka.api.post('/kits', kit, key('kit 1'))
  const again = await saka.api.post('/kits', kit, key('kit 1'))

  t.match(first, { status: 201, headers: { 'idempotency-replayed': undefined } })
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.json, first.json)
  t.equal(again.headers['content-type'], first.headers['content-type'])
  t.equal(await count(saka, '/kits'), 1)
})

t.test('a refusal is answered again as it was, also when it would no longer be one', async (t) => {
  const saka = await startSaka(t)
  const { api } = saka
  const community = { code: 'A', name: 'Α΄ Δημοτική Κοινότητα' }
  const { id } = await api.made('/communities', community)

  const conflict = await api.post('/communities', community, key('conflict'))
  t.match(conflict, { status: 409, json: { code: 'community_code_taken' } })
  await api.patch(`/communities/${id}`, { code: 'Z' })
  const again = await api.post('/communities', community, key('conflict'))
  t.match(again, { status: 409, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.json, conflict.json, 'with the requestId of the first')
  t.equal(again.headers['content-type'], 'application/problem+json')
  t.equal(await count(saka, '/communities'), 1)

  const campaign = { name: 'Δ', year: 2023, kitId: id, communityIds: [id], targetQuantity: 1, budgetCents: 1 }
  const impossible = { ...campaign, pickupFrom: '2023-09-11', pickupUntil: '2023-09-29' }
  const refused = await api.post('/campaigns', impossible, key('impossible'))
  t.match(refused, { status: 422, json: { code: 'unknown_kit' } })
  const refusedAgain = await api.post('/campaigns', impossible, key('impossible'))
  t.match(refusedAgain, { status: 422, headers: { 'idempotency-replayed': 'true' } })
  t.same(refusedAgain.json, refused.json)
})

t.test('a key stands for one address and one body', async (t) => {
  const saka = await startSaka(t)
  await saka.api.post('/kits', kit, key('k'))
  const reused = { status: 422, json: { code: 'idempotency_key_reused' } }
  t.match(await saka.api.post('/kits', { ...kit, name: 'Άλλο' }, key('k')), reused, 'another body')
  t.match(await saka.api.post('/warehouses', { name: 'Αποθήκη' }, key('k')), reused, 'another address')
  t.match(await saka.api.post('/kits', kit, key('k')), { status: 201 }, 'and still for the first')
  t.equal(await count(saka, '/kits'), 1)
})

t.test('a key is its caller’s own, and of a stranger’s nothing is kept', async (t) => {
  const saka = await startSaka(t)
  t.match(await saka.stranger.post('/kits', kit, key('k')), { status: 401 })
  const other = await saka.as({ role: 'coordinator' })
  const mine = await saka.api.post('/kits', kit, key('k'))
  const theirs = await other.post('/kits', kit, key('k'))
  t.match(theirs, { status: 201, headers: { 'idempotency-replayed': undefined } })
  t.not(theirs.json.id, mine.json.id)
})

t.test('what holds a secret is answered again to its caller and can be read by nobody else', async (t) => {
  const saka = await startSaka(t)
  const { api } = saka
  const before = await count(saka, '/api-keys')
  const grant = { name: 'εισαγωγή', roles: [{ role: 'coordinator' }] }
  const first = await api.post('/api-keys', grant, key('k'))
  t.match(first, { status: 201, json: { key: /^saka_key_/ } })
  const again = await api.post('/api-keys', grant, key('k'))
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.json, first.json, 'the key too, which is shown nowhere else')
  t.equal(await count(saka, '/api-keys'), before + 1)
  t.match(await api.post('/api-keys', { ...grant, name: 'x' }, key('k')), { json: { code: 'idempotency_key_reused' } })

  const community = await api.made('/communities', { code: 'A', name: 'Α΄' })
  const school = await api.made('/schools', { ministryCode: '9000001', name: '1ο', communityId: community.id })
  const device = await api.post('/devices', { name: 'κινητό', schoolId: school.id }, key('d'))
  t.same((await api.post('/devices', { name: 'κινητό', schoolId: school.id }, key('d'))).json, device.json)
  const user = { email: 'new@example.org', name: 'Ν', roles: [], password: 'correct horse battery staple' }
  const made = await api.post('/users', user, key('u'))
  t.same((await api.post('/users', user, key('u'))).json, made.json)

  const { t: tables, q } = saka.deps.db.read
  const kept = JSON.stringify(await q.select().from(tables.idempotencyKeys))
  for (const secret of [first.json.key, device.json.provisioningToken, 'εισαγωγή', 'new@example.org']) {
    t.notMatch(kept, secret)
  }
})

t.test('the same request many times at once happens once', async (t) => {
  const saka = await startSaka(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => saka.api.post('/kits', kit, key('k'))))
  t.same([...new Set(answers.map((answer) => `${answer.status} ${answer.json.id}`))].length, 1)
  t.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true').length, 19)
  t.equal(await count(saka, '/kits'), 1)
})

t.test(
  'of two at once with one key the first is the answer, also when it is a refusal',
  sqliteAlone('its one writer takes requests in the order in which they come'),
  async (t) => {
    const saka = await startSaka(t)
    const { api } = saka
    const community = { code: 'A', name: 'Α΄ Δημοτική Κοινότητα' }
    const { id } = await api.made('/communities', community)
    const [refused, freed, again, other] = await Promise.all([
      api.post('/communities', community, key('k')),
      api.patch(`/communities/${id}`, { code: 'Z' }),
      api.post('/communities', community, key('k')),
      api.post('/communities', { ...community, code: 'B' }, key('k')),
    ])
    t.match(refused, { status: 409, json: { code: 'community_code_taken' } })
    t.match(freed, { status: 200 }, 'which makes what was refused possible')
    t.match(again, { status: 409, headers: { 'idempotency-replayed': 'true' } })
    t.same(again.json, refused.json)
    t.match(other, { status: 422, json: { code: 'idempotency_key_reused' } }, 'and another request has no claim to it')
    t.equal(await count(saka, '/communities'), 1)
  },
)

t.test('of many different requests at once with one key one is answered, and alone has an effect', async (t) => {
  const saka = await startSaka(t)
  const { api } = saka
  await api.made('/communities', { code: 'A', name: 'Α΄' })
  // Every second one is refused: its code is taken.
  const bodies = Array.from({ length: 12 }, (_, i) => ({ code: i % 2 === 0 ? 'A' : `B${i}`, name: `${i}` }))
  for (const order of [bodies, bodies.toReversed()]) {
    const before = await count(saka, '/communities')
    const answers = await Promise.all(order.map((body) => api.post('/communities', body, key(`k${order[0]!.name}`))))
    const owners = answers.filter(({ json }) => json.code !== 'idempotency_key_reused')
    t.equal(owners.length, 1)
    const [{ status }] = owners as [(typeof answers)[number]]
    t.equal(await count(saka, '/communities'), before + (status === 201 ? 1 : 0), `${status}`)
  }
})

t.test('while work outside the transaction is still running, the same request is asked to wait', async (t) => {
  const saka = await startSaka(t)
  const user = { email: 'anna@example.org', name: 'Άννα', roles: [], password: 'correct horse battery' }
  const both = await Promise.all([1, 2].map(() => saka.api.post('/users', user, key('u'))))
  const [first, second] = both.toSorted((a, b) => a.status - b.status) as [Answer, Answer]
  t.match(first, { status: 201 })
  t.match(second, { status: 409, headers: { 'retry-after': '1' }, json: { code: 'idempotency_in_flight' } })
  t.notOk('retryAfter' in second.json)
  const later = await saka.api.post('/users', user, key('u'))
  t.match(later, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(later.json, first.json)
})

t.test('a refusal of work outside the transaction is kept too', async (t) => {
  const saka = await startSaka(t)
  const user = { email: 'anna@example.org', name: 'Άννα', roles: [] }
  await saka.api.made('/users', user)
  t.match(await saka.api.post('/users', user, key('u')), { status: 409, json: { code: 'email_taken' } })
  t.match(await saka.api.post('/users', user, key('u')), { status: 409, headers: { 'idempotency-replayed': 'true' } })
})

t.test('what may be otherwise a moment later is not kept: 403 and 503', async (t) => {
  const saka = await startSaka(t)
  const { stranger } = saka
  const key1 = await saka.api.made('/api-keys', { name: 'importer', roles: [{ role: 'auditor' }] })
  const asKey = { authorization: `Bearer ${key1.key}`, ...key('k') }
  t.match(await stranger.post('/kits', kit, asKey), { status: 403 })
  await change(saka, `UPDATE api_keys SET roles = '[{"role":"coordinator"}]' WHERE id = '${key1.id}'`)
  forgetCallers(t)
  t.match(await stranger.post('/kits', kit, asKey), { status: 201, headers: { 'idempotency-replayed': undefined } })

  await fillDisk(saka.deps)
  const large = { ...kit, items: Array.from({ length: 200 }, () => ({ ...kit.items[0], name: 'Τετράδιο'.repeat(50) })) }
  t.match(await saka.api.post('/kits', large, key('large')), { status: 503 })
  await makeRoom(saka.deps)
  t.match(await saka.api.post('/kits', large, key('large')), {
    status: 201,
    headers: { 'idempotency-replayed': undefined },
  })
})

t.test('a key has 1 to 200 characters', async (t) => {
  const { api } = await startSaka(t)
  const refused = { status: 400, json: { code: 'invalid_input', errors: [{ pointer: '/headers/idempotency-key' }] } }
  t.match(await api.post('/kits', kit, key('')), refused)
  t.match(await api.post('/kits', kit, key('k'.repeat(201))), refused)
  t.match(await api.post('/kits', kit, key('k'.repeat(200))), { status: 201 })
})

t.test('an effect and its answer are kept together or not at all', async (t) => {
  const saka = await startSaka(t)
  await change(saka, breaking('UPDATE ON idempotency_keys'))
  t.match(await saka.api.post('/kits', kit, key('k')), { status: 500, json: { code: 'internal_error' } })
  t.equal(await count(saka, '/kits'), 0, 'no kit without its answer')
  t.equal((await saka.api.get('/audit/events')).json.items.length, 0, 'and no trail of it')
  await change(saka, withoutTrigger('broken', 'idempotency_keys'))
  t.match(await saka.api.post('/kits', kit, key('k')), { status: 201, headers: { 'idempotency-replayed': undefined } })
  t.equal(await count(saka, '/kits'), 1)
})

t.test('a claim that a crash left behind is let go when its lease is over, and by nothing else', async (t) => {
  const saka = await startSaka(t)
  const { api, clock, deps } = saka
  const user = { email: 'anna@example.org', name: 'Άννα', roles: [] }
  await api.post('/users', user, key('u'))
  const leaveBehind = (leasedUntil: string) =>
    change(saka, `UPDATE idempotency_keys SET status = NULL, answer = NULL, leased_until = ${leasedUntil}`)
  const inFlight = { status: 409, json: { code: 'idempotency_in_flight' } }
  const again = { status: 409, json: { code: 'email_taken' } }

  await leaveBehind(`'${plusMilliseconds(clock.now(), claimMilliseconds)}'`)
  const another = await openDeps(deps.config, { clock, log: deps.log })
  await another.close()
  t.match(await api.post('/users', user, key('u')), inFlight, 'another process that starts knows nothing of it')
  clock.set(plusMilliseconds(clock.now(), claimMilliseconds + 1))
  const both = await Promise.all([1, 2].map(() => api.post('/users', user, key('u'))))
  const tried = both.filter(({ json, headers }) => json.code === 'email_taken' && !headers['idempotency-replayed'])
  t.equal(tried.length, 1, 'then one of two tries it again')

  await leaveBehind('NULL')
  t.match(await api.post('/users', user, key('u')), again, 'a version before this one knew no leases')
  await leaveBehind(`'${plusMilliseconds(clock.now(), 3_600_000)}'`)
  t.match(await api.post('/users', user, key('u')), again, 'a clock was an hour ahead')
  t.match(await api.post('/users', user, key('u')), { headers: { 'idempotency-replayed': 'true' } })
})

/** Makes a user with a key, in a process that gets no further than its claim before it is released. */
async function heldUp(t: Test, saka: Saka) {
  const user = { email: 'anna@example.org', name: 'Άννα', roles: [] }
  const { db } = saka.served
  const { transact } = db
  let renew: (() => void) | undefined
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const begun = new Promise<void>((resolve) => {
    t.intercept(globalThis, 'setInterval', {
      value: (work: () => void) => {
        renew = work
      },
    })
    db.transact = async (...work) => {
      if (renew) {
        db.transact = transact
        resolve()
        await released
      }
      return transact(...work)
    }
  })
  const answer = saka.api.post('/users', user, key('u'))
  await begun
  return { answer, release, renew: () => renew!(), ask: () => saka.api.post('/users', user, key('u')) }
}

const leaseOf = async ({ deps }: Saka) =>
  (await allSql(deps.db.read, 'SELECT leased_until FROM idempotency_keys'))[0]?.leased_until

const wait = (clock: Saka['clock'], milliseconds: number) => clock.set(plusMilliseconds(clock.now(), milliseconds))

t.test('a request that takes long holds its claim for as long as it runs', async (t) => {
  const saka = await startSaka(t)
  const { answer, release, renew, ask } = await heldUp(t, saka)
  for (let renewals = 0; renewals < 4; renewals++) {
    wait(saka.clock, (2 / 3) * claimMilliseconds)
    renew()
    await until(
      'it is renewed',
      async () => (await leaseOf(saka)) === plusMilliseconds(saka.clock.now(), claimMilliseconds),
    )
    t.match(await ask(), { status: 409, json: { code: 'idempotency_in_flight' } })
  }
  release()
  t.match(await answer, { status: 201 })
  t.match(await ask(), { status: 201, headers: { 'idempotency-replayed': 'true' } })
})

t.test('one that was taken for dead changes nothing of its successor’s', async (t) => {
  const saka = await startSaka(t)
  const { answer, release, renew, ask } = await heldUp(t, saka)
  wait(saka.clock, claimMilliseconds + 1)
  const successor = await ask()
  t.match(successor, { status: 201, headers: { 'idempotency-replayed': undefined } })
  renew()
  release()
  t.match(await answer, { status: 409, json: { code: 'email_taken' } }, 'what it did not do it says')
  t.same((await ask()).json, successor.json)
})

/** Lets the second pass for which a caller is remembered. */
function forgetCallers(t: Test): void {
  const now = Date.now
  t.intercept(Date, 'now', { value: () => now() + 1001 })
}

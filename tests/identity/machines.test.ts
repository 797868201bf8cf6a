import { performance } from 'node:perf_hooks'
import t from 'tap'
import { type Saka, startSaka } from '../support/saka.ts'
import { bearer, oneSchool } from '../support/sign-in.ts'

/** A device of a school, and its token. */
async function tablet({ api, stranger }: Saka) {
  const school = await oneSchool(api)
  const { id, provisioningToken } = await api.made('/devices', { name: 'Τάμπλετ', schoolId: school.id })
  const { deviceToken } = (await stranger.post('/devices/provision', { provisioningToken })).json
  const beat = (report: object) => stranger.post('/devices/me/heartbeat', report, bearer(deviceToken))
  return { id, deviceToken, beat }
}

t.test('a device tells its version, how many scans wait on it, and that it is there', async (t) => {
  const saka = await startSaka(t)
  const { api, clock } = saka
  const { id, beat } = await tablet(saka)
  t.match((await api.get('/devices')).json.items, [{ appVersion: null, pendingScans: null }])
  t.match(await beat({ appVersion: '1.4.0', pendingScans: 3 }), { status: 204 })
  clock.set('2023-09-11T07:00:00.000Z')
  t.match(await beat({ appVersion: '1.4.0', pendingScans: 0 }), { status: 204 })
  const told = { appVersion: '1.4.0', pendingScans: 0, lastSeenAt: '2023-09-11T07:00:00.000Z' }
  t.match((await api.get('/devices')).json.items, [told])
  const { items } = (await api.get(`/audit/events?subjectId=${id}&action=device.updated`)).json
  t.match(items, [{ change: { appVersion: '1.4.0' } }], 'a new version is written down, each beat is not')
  t.equal(items.length, 1)
  for (const wrong of [{ appVersion: '1.4.0' }, { appVersion: '=HYPERLINK()', pendingScans: 0 }])
    t.match(await beat(wrong), { status: 400 })
  t.match(await beat({ appVersion: '1.4.0', pendingScans: -1 }), { status: 400 })
  const byAnother = await api.post('/devices/me/heartbeat', { appVersion: '1.4.0', pendingScans: 0 })
  t.match(byAnother, { status: 403, json: { code: 'devices_only' } })
})

t.test('a device that was cut off is told so on whatever it asks, at once and for ever', async (t) => {
  const saka = await startSaka(t)
  const { api, stranger } = saka
  const { id, deviceToken, beat } = await tablet(saka)
  t.match(await stranger.get('/me', bearer(deviceToken)), { status: 200 })
  await api.delete(`/devices/${id}`)
  const revoked = { status: 401, json: { code: 'device_revoked', detail: /forgets what it holds/ } }
  for (let i = 0; i < 2; i++) t.match(await stranger.get('/me', bearer(deviceToken)), revoked)
  t.match(await beat({ appVersion: '1.4.0', pendingScans: 9 }), revoked)
  t.match(await stranger.post('/redemptions', {}, bearer(deviceToken)), revoked, 'before anything is read')
  t.match((await api.get('/devices')).json.items, [{ pendingScans: null }])
  const unknown = bearer('saka_device_nonsense')
  t.match(
    await stranger.get('/me', unknown),
    { json: { code: 'not_signed_in' } },
    'a token that never was is not told to',
  )
})

t.test('a key asks as often as it was made for, and no other key waits for it', async (t) => {
  const { api, stranger } = await startSaka(t)
  let now = performance.now()
  t.intercept(performance, 'now', { value: () => now })
  const make = (more: object) => api.made('/api-keys', { name: 'εισαγωγή', roles: [], ...more })
  const slow = await make({ requestsPerMinute: 30 })
  const other = await make({ requestsPerMinute: 30 })
  const free = await make({})
  t.match([slow, free], [{ requestsPerMinute: 30 }, { requestsPerMinute: null }])
  const ask = ({ key }: any) => stranger.get('/me', bearer(key))
  const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await ask(slow)).status))
  t.equal(statuses.filter((status) => status === 200).length, 30)
  t.match(await ask(slow), { status: 429, json: { code: 'api_key_too_busy' }, headers: { 'retry-after': '2' } })
  t.match(await ask(other), { status: 200 })
  for (let i = 0; i < 100; i++) t.equal((await ask(free)).status, 200)
  now += 2000
  t.match([await ask(slow), await ask(slow)], [{ status: 200 }, { status: 429 }], 'one more after two seconds')
  now += 24 * 60 * 60_000
  const tomorrow = await Promise.all(Array.from({ length: 40 }, async () => (await ask(slow)).status))
  t.equal(tomorrow.filter((status) => status === 200).length, 30, 'what is not used does not add up')
  t.match(await api.post('/api-keys', { name: 'x', roles: [], requestsPerMinute: 0 }), { status: 400 })
  const listed = (await api.get('/api-keys')).json.items.find(({ id }: any) => id === slow.id)
  t.match(listed, { requestsPerMinute: 30 })
})

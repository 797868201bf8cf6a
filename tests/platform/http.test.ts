import t from 'tap'
import { campaignBody } from '../support/campaign.ts'
import { type Answer, startSaka } from '../support/saka.ts'

const saka = await startSaka(t)
const { api, stranger } = saka
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'
const community = await api.made('/communities', { code: 'A', name: 'Α΄ Δημοτική Κοινότητα' })
const school = await api.made('/schools', { ministryCode: '9000001', name: '1ο Δημοτικό', communityId: community.id })
const kit = await api.made('/kits', {
  name: 'Σχολικό σετ',
  items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 }],
})
const campaign = campaignBody(kit.id, [community.id])

/** The code of a problem that is complete and of the right media type. */
function problemOf(t: { match(found: unknown, pattern: unknown): void }, { status, headers, json }: Answer) {
  t.match(headers['content-type'], /^application\/problem\+json/)
  t.match(json, {
    type: `/problems/${json.code.replaceAll('_', '-')}`,
    title: String,
    status,
    detail: /\.$/,
    requestId: /^[0-9a-f-]{36}$/,
  })
  return `${status} ${json.code}`
}

t.test('whatever cannot be answered is a problem that says what to do', async (t) => {
  const json = { 'content-type': 'application/json' }
  const calls: [expected: string, Promise<Answer>][] = [
    ['404 not_found', api.get('/nowhere')],
    ['404 not_found', api.get('//nowhere')],
    ['404 not_found', api.put('/schools', {})],
    ['404 not_found', api.get('/schools/%zz')],
    ['404 not_found', api.get(`/schools/${'a'.repeat(400)}`)],
    ['404 not_found', api.get(`/schools/${nowhere}`)],
    ['404 not_found', api.patch(`/schools/${nowhere}`, {})],
    ['404 not_found', api.patch(`/communities/${nowhere}`, {})],
    ['404 not_found', api.get(`/campaigns/${nowhere}`)],
    ['404 not_found', api.post(`/campaigns/${nowhere}/open`)],
    ['404 not_found', api.get(`/kits/${nowhere}`)],
    ['404 not_found', api.patch(`/users/${nowhere}`, {})],
    ['404 not_found', api.delete(`/api-keys/${nowhere}`)],
    ['404 not_found', api.delete(`/devices/${nowhere}`)],
    ['400 invalid_input', api.get('/schools/not-an-id')],
    ['400 unreadable_body', api.call('POST', '/schools', '{"name":', json)],
    ['400 unreadable_body', api.call('POST', '/schools', undefined, json)],
    ['400 unreadable_body', api.call('POST', '/schools', '{"__proto__":{"roles":[]}}', json)],
    ['400 invalid_input', api.call('POST', '/schools')],
    ['400 invalid_input', api.call('POST', '/schools', '[]', json)],
    ['415 unsupported_media_type', api.call('POST', '/schools', '<school/>', { 'content-type': 'application/xml' })],
    ['415 unsupported_media_type', api.call('POST', '/schools', 'name', { 'content-type': 'text/plain' })],
    ['413 body_too_large', api.call('POST', '/schools', JSON.stringify({ name: 'x'.repeat(3_000_000) }), json)],
    ['401 not_signed_in', stranger.get('/schools')],
  ]
  for (const [expected, call] of calls) t.equal(problemOf(t, await call), expected)
})

t.test('a body that is refused unread keeps no process waiting for it', async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const large = JSON.stringify({ name: 'x'.repeat(3_000_000) })
  t.equal((await api.call('POST', '/schools', large, { 'content-type': 'application/json' })).status, 413)
  t.equal((await api.call('POST', '/schools', 'name', { 'content-type': 'text/plain' })).status, 415)
  t.equal(timers(), before)
})

t.test('every wrong field is named at once, by its pointer and what it should be', async (t) => {
  const answer = await api.post('/schools', { ministryCode: 5, name: '', latitude: 'north', email: 'nobody' })
  t.match(answer, { status: 400, json: { code: 'invalid_input' } })
  t.same(answer.json.errors, [
    { pointer: '/communityId', message: 'is missing' },
    { pointer: '/ministryCode', message: 'must be string' },
    { pointer: '/name', message: 'must NOT have fewer than 1 characters' },
    { pointer: '/latitude', message: 'must be number' },
    { pointer: '/email', message: 'must match format "email"' },
  ])
  const deep = await api.post('/kits', { name: 'σετ', items: [{ name: 'Σακίδιο', quantity: 0, unitCostCents: 1.5 }] })
  t.same(
    deep.json.errors.map(({ pointer }: any) => pointer),
    ['/items/0/quantity', '/items/0/unitCostCents'],
  )
  const one = await api.get('/schools?limit=0')
  t.match(one.json, { detail: /^\/querystring\/limit must be >= 1\. /, errors: [{ pointer: '/querystring/limit' }] })
  t.match((await api.get('/locations?kind=shed')).json.errors, [{ message: /must be one of supplier, warehouse/ }])
})

t.test('a second that only calendars have is the last moment before it', async (t) => {
  const { id } = await api.made('/campaigns', campaign)
  t.match(await api.post(`/campaigns/${id}/open`, { occurredAt: '2016-12-31T23:59:60Z' }), {
    status: 200,
    json: { openedAt: '2016-12-31T23:59:59.999Z' },
  })
  t.match(await api.get('/audit/events?from=2016-12-31T23:59:60.5Z'), { status: 200 })
  const tomorrow = await api.made('/campaigns', campaign)
  t.match(await api.post(`/campaigns/${tomorrow.id}/open`, { occurredAt: '2023-09-11T09:30:00.001+03:00' }), {
    status: 422,
    json: { code: 'occurred_in_future' },
  })
  t.match(await api.post(`/campaigns/${tomorrow.id}/open`, { occurredAt: '2023-09-11T09:30:00+03:00' }), {
    json: { openedAt: '2023-09-11T06:30:00.000Z' },
  })
})

t.test('a day or a moment outside the calendar is refused wherever one is sent', async (t) => {
  const far = ['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+14:00', '2200-01-01T00:00:00Z', '1899-12-31T23:59:59Z']
  const { id } = await api.made('/campaigns', campaign)
  const refused = (pointer: string, kind: string) => ({
    status: 400,
    json: { code: 'invalid_input', errors: [{ pointer, message: new RegExp(`${kind} of the years 1900 to 2199`) }] },
  })
  const scan = { scanId: 's', schoolId: school.id, code: 'x' }
  for (const instant of far) {
    const at = encodeURIComponent(instant)
    for (const [pointer, answer] of [
      ['/occurredAt', await api.post(`/campaigns/${id}/open`, { occurredAt: instant })],
      ['/scannedAt', await api.post('/redemptions', { ...scan, scannedAt: instant })],
      ['/querystring/at', await api.get(`/balances?at=${at}`)],
      ['/querystring/from', await api.get(`/audit/events?from=${at}`)],
      ['/querystring/to', await api.get(`/movements?to=${at}`)],
    ] as const)
      t.match(answer, refused(pointer, 'moment'), `${pointer} ${instant}`)
    const batch = await api.post('/redemption-batches', { scans: [{ ...scan, scannedAt: instant }] })
    t.match(batch.json, { results: [{ status: 400, result: 'invalid_input' }] }, `in a batch ${instant}`)
  }
  for (const pickupFrom of ['0000-01-01', '1899-12-31'])
    t.match(await api.post('/campaigns', { ...campaign, pickupFrom }), refused('/pickupFrom', 'day'))
  t.match(await api.patch(`/campaigns/${id}`, { pickupUntil: '9999-12-31' }), refused('/pickupUntil', 'day'))
  t.match(await api.get('/audit/events?from=2023-09-11T06%3A30%3A00%2B03'), { status: 400 }, 'nor half an offset')
})

t.test('a fault that nobody foresaw says no more than whom to ask', async (t) => {
  const { now } = saka.clock
  saka.clock.now = () => {
    throw new Error('the secret of Ελένη')
  }
  t.teardown(() => {
    saka.clock.now = now
  })
  const answer = await api.post('/communities', { code: 'X', name: 'Χ' })
  t.equal(problemOf(t, answer), '500 internal_error')
  t.notMatch(answer.text, /Ελένη|secret|Error|src/)
})

t.test('a list goes on where it was, whatever is added meanwhile', async (t) => {
  for (let i = 10; i < 30; i++) await api.made('/communities', { code: `L${i}`, name: `Κοινότητα ${i}` })
  const before = (await api.get('/communities?limit=500')).json.items
  const seen: any[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { json }: Answer = await api.get(`/communities?limit=7${cursor && `&cursor=${cursor}`}`)
    t.ok(json.items.length <= 7)
    seen.push(...json.items)
    cursor = json.nextCursor
    await api.made('/communities', { code: `A${seen.length}`, name: 'Νέα, πριν από τις άλλες' })
  }
  const again = seen.map(({ id }) => id)
  t.equal(new Set(again).size, again.length, 'none twice')
  t.same(
    before.filter(({ id }: any) => !again.includes(id)),
    [],
    'none left out',
  )
})

const cursor = (json: string) => Buffer.from(json).toString('base64url')

t.test('a number larger than any record has is of no record, in headers, addresses and cursors', async (t) => {
  const huge = '9'.repeat(30)
  const { id } = await api.made('/campaigns', campaign)
  for (const path of [`/schools/${school.id}`, `/communities/${community.id}`, `/campaigns/${id}`])
    for (const version of [huge, '9223372036854775808', '9'.repeat(400)])
      t.match(
        await api.patch(path, { name: 'Άλλο' }, { 'if-match': `"${version}"` }),
        { status: 412, json: { code: 'stale_version' } },
        path,
      )
  for (const path of [
    `/audit/checkpoints/${huge}/consistency`,
    `/audit/checkpoints/1/consistency?from=${huge}`,
    ...['[1e999]', `[${huge}]`, '["abc"]', '[0.5]'].flatMap((key) =>
      ['/audit/checkpoints', '/shipments'].map((list) => `${list}?cursor=${cursor(key)}`),
    ),
  ])
    t.match(await api.get(path), { status: 400, json: { code: 'invalid_input' } }, path)
})

t.test('a page has 50 items unless 1 to 500 are asked for, and a cursor must be ours', async (t) => {
  for (let i = 0; i < 60; i++) await api.made('/warehouses', { name: `Αποθήκη ${i}` })
  t.equal((await api.get('/locations')).json.items.length, 50)
  t.equal((await api.get('/locations?limit=1')).json.items.length, 1)
  t.match(await api.get('/locations?limit=500'), { status: 200, json: { nextCursor: null } })
  for (const query of [
    'limit=0',
    'limit=501',
    'limit=ten',
    'limit=1.5',
    'cursor=abc',
    'cursor=W10',
    'cursor=bnVsbA',
    'cursor=W251bGxd',
    `cursor=${cursor('[1e999]')}`,
    `cursor=${cursor('[99999999999999999999]')}`,
  ]) {
    t.match(await api.get(`/locations?${query}`), { status: 400, json: { code: 'invalid_input' } }, query)
  }
})

t.test('a spreadsheet gets the whole list, and no cell of it can be a formula', async (t) => {
  await api.made('/warehouses', { name: '=HYPERLINK("http://example.org","x")' })
  await api.made('/warehouses', { name: '+1;2' })
  const { deps } = saka
  await deps.db.transact(async ({ q, t: tables }) => {
    for (let i = 0; i < 1300; i++) {
      await q.insert(tables.locations).values({ id: deps.newId(), kind: 'warehouse', name: `Μακρινή ${i}` })
    }
  })
  const csv = await api.get('/locations?limit=1&kind=warehouse', { accept: 'text/csv' })
  t.match(csv, { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' } })
  t.same([...csv.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'UTF-8 with BOM')
  const lines = csv.text.slice(1).trimEnd().split('\r\n')
  t.equal(lines[0], 'id,kind,name,schoolId')
  t.equal(lines.filter((line) => line.includes('Μακρινή')).length, 1300, 'all pages of it')
  t.match(csv.text, `"'=HYPERLINK(""http://example.org"",""x"")"`)
  t.match(csv.text, `"'+1;2"`)

  const ndjson = await api.get('/locations?kind=warehouse', { accept: 'application/x-ndjson' })
  t.match(ndjson.headers['content-type'], /^application\/x-ndjson/)
  const records = ndjson.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.equal(records.length, lines.length - 1)
  t.ok(
    records.some(({ name }) => name === '+1;2'),
    'as it is',
  )
})

t.test('a refusal is a problem in whatever form the list was asked for', async (t) => {
  const school = await saka.as({ role: 'school', schoolId: nowhere })
  for (const accept of ['text/csv', 'application/x-ndjson']) {
    t.equal(problemOf(t, await school.get('/users', { accept })), '403 not_allowed')
  }
})

t.test('no form of a list tells more than the contract names', async (t) => {
  await api.made('/users', { email: 'maria@example.org', name: 'Μαρία', roles: [], password: 'correct horse battery' })
  for (const path of ['/users', '/api-keys', '/schools']) {
    const [named] = (await api.get(path)).json.items
    const [line] = (await api.get(path, { accept: 'application/x-ndjson' })).text.split('\n')
    t.same(Object.keys(JSON.parse(line!)).sort(), Object.keys(named).sort(), path)
  }
  const everything = await Promise.all(
    ['text/csv', 'application/x-ndjson', '*/*'].map((accept) => api.get('/users', { accept })),
  )
  for (const { text } of everything) t.notMatch(text, /argon2|passwordHash/)
})

t.test('a change made to an older version is refused, and one that asks for none is made', async (t) => {
  const { id } = await api.made('/communities', { code: 'V', name: 'Πρώτη' })
  const first = await api.patch(`/communities/${id}`, { name: 'Δεύτερη' }, { 'if-match': '"1"' })
  t.match(first, { status: 200, headers: { etag: '"2"' }, json: { version: 2 } })
  t.match(await api.patch(`/communities/${id}`, { name: 'Τρίτη' }, { 'if-match': '"1"' }), {
    status: 412,
    json: { code: 'stale_version' },
  })
  t.match(await api.patch(`/communities/${id}`, { name: 'Τρίτη' }, { 'if-match': 'W/"2"' }), { status: 200 })
  t.match(await api.patch(`/communities/${id}`, { name: 'Τέταρτη' }), { status: 200, json: { version: 4 } })
  t.match(await api.patch(`/communities/${id}`, { name: 'Πέμπτη' }, { 'if-match': '*' }), { status: 200 })
  t.match(await api.patch(`/communities/${id}`, { name: 'Έκτη' }, { 'if-match': '5' }), {
    status: 400,
    json: { code: 'invalid_input' },
  })

  for (const path of [`/schools/${school.id}`, `/campaigns/${(await api.made('/campaigns', campaign)).id}`]) {
    const { headers, json } = await api.get(path)
    t.equal(headers.etag, `"${json.version}"`)
    const change = { name: 'Άλλο όνομα' }
    const both = await Promise.all([1, 2].map(() => api.patch(path, change, { 'if-match': headers.etag! })))
    t.same(both.map(({ status }) => status).sort(), [200, 412], 'of two at once one is first')
  }
})

t.test('lists and exports are read by who is there for them, a record is not', async (t) => {
  const { db } = saka.served
  const { forLists } = db
  let asked = 0
  t.teardown(() => Object.assign(db, { forLists }))
  db.forLists = () => {
    asked++
    return forLists()
  }
  await api.get('/communities')
  await api.get('/communities', { accept: 'text/csv' })
  await api.get('/audit/export')
  t.equal(asked, 3)
  await api.get(`/schools/${school.id}`)
  t.equal(asked, 3)
})

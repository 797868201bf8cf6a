import t from 'tap'
import { busyCampaign, callRoute } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { nameOf, type Route, routesOf } from '../support/routes.ts'
import { maria, signIn } from '../support/sign-in.ts'

const { saka, mine } = await busyCampaign(t)
const document = writtenContract()
await saka.api.made('/users', { ...maria, name: 'Μαρία', roles: [{ role: 'admin' }] })
const { cookie } = await signIn(saka.stranger, maria)

const changes = routesOf(document).filter(
  ({ method, url }) => method !== 'GET' && !(method === 'DELETE' && url.endsWith('/session')),
)
/** What a session's own change of `route` is answered with such headers. */
const answerTo = (route: Route, headers: Record<string, string>) =>
  callRoute(document, saka.stranger, route, { ids: mine, headers: { ...headers, cookie } })

/** What a browser says when a page of another site makes it send something. */
const foreign: Record<string, Record<string, string>> = {
  'another site': { origin: 'https://evil.example.net', 'sec-fetch-site': 'cross-site' },
  'another site, an old browser': { origin: 'https://evil.example.net' },
  'a sister of ours': { origin: 'https://other.example.org', 'sec-fetch-site': 'same-site' },
  'a sister of ours that says no origin': { 'sec-fetch-site': 'same-site' },
  'an origin that is not told': { origin: 'null' },
  'our name as a part of theirs': { origin: 'https://saka.example.org.evil.net' },
  'our name without TLS': { origin: 'http://saka.example.org' },
  'another port': { origin: 'https://saka.example.org:8443' },
  'a sandboxed frame': { origin: 'null', 'sec-fetch-site': 'cross-site' },
  'a browser that says no origin': { 'sec-fetch-site': 'cross-site' },
  'a browser that says the page alone': { referer: 'https://evil.example.net/form.html' },
  'a page with our name in its path': { referer: 'https://evil.example.net/https://saka.example.org/' },
}

t.test(`none of ${changes.length} changes is made by a page of another site, however it is sent`, async (t) => {
  t.ok(changes.length > 40)
  const faults: string[] = []
  for (const route of changes) {
    for (const [who, headers] of Object.entries(foreign)) {
      const { status, json } = await answerTo(route, headers)
      if (status !== 403 || json?.code !== 'foreign_origin')
        faults.push(`${who}: ${nameOf(route)} answers ${status} ${json?.code}, not 403 foreign_origin`)
    }
  }
  t.same(faults, [])
})

t.test('the same changes from our own pages are not refused for where they come from', async (t) => {
  const own = { origin: 'https://saka.example.org', 'sec-fetch-site': 'same-origin' }
  const refused: string[] = []
  for (const route of changes)
    if ((await answerTo(route, own)).json?.code === 'foreign_origin') refused.push(nameOf(route))
  t.same(refused, [])
})

t.test('signing in as somebody else cannot be done to anybody', async (t) => {
  const from = { origin: 'https://evil.example.net' }
  t.match(await saka.stranger.post('/session', maria, from), { status: 403, json: { code: 'foreign_origin' } })
})

t.test('no form of a page can speak our language: its kinds of body are not taken', async (t) => {
  const body = JSON.stringify({ code: 'Z', name: 'Ζ΄' })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
  ]) {
    const answer = await saka.stranger.call('POST', '/communities', body, { cookie, 'content-type': type })
    t.equal(answer.status, 415, type)
  }
  const control = await saka.stranger.call('POST', '/communities', body, { cookie, 'content-type': 'application/json' })
  t.equal(control.status, 201)
})

t.test('no other site is let read what we answer', async (t) => {
  const origin = { origin: 'https://evil.example.net', 'access-control-request-method': 'POST' }
  const read = await saka.stranger.get('/me', { cookie, ...origin })
  t.equal(read.status, 200, 'reading changes nothing')
  for (const answer of [read, await saka.stranger.call('OPTIONS', '/users', undefined, origin)]) {
    t.same(
      Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
      [],
    )
    t.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
  }
})

t.test('a method in a header or in the address is not taken for the method', async (t) => {
  const { id } = await saka.api.made('/api-keys', { name: 'μένει', roles: [] })
  for (const header of ['x-http-method-override', 'x-method-override'])
    await saka.api.get(`/api-keys/${id}?_method=DELETE`, { [header]: 'DELETE' })
  const key = (await saka.api.get('/api-keys')).json.items.find((item: any) => item.id === id)
  t.equal(key.revokedAt, null)
})

t.test('no GET changes anything: it leaves a line in the trail of who looked, at most', async (t) => {
  const { q, t: tables } = saka.deps.db.read
  // The trail, and when a credential was last used.
  const own = /^audit|^(apiKeys|sessions|devices)$/
  const stored = async () => {
    const rows = Object.entries(tables).filter(([name]) => !own.test(name))
    return Object.fromEntries(
      await Promise.all(rows.map(async ([name, table]) => [name, await q.select().from(table as any)])),
    )
  }
  const credentials = async () =>
    (await saka.api.get('/api-keys')).json.items.map(({ lastUsedAt: _, ...key }: any) => key)
  const before = [await stored(), await credentials()]
  const reads: Route[] = Object.entries<any>(document.paths)
    .filter(([, { get }]) => get)
    .map(([path]) => ({ method: 'GET', url: path.replace(/\{(\w+)\}/g, ':$1') }))
  t.ok(reads.length > 50)
  let answered = 0
  for (const route of reads) {
    const { status } = await callRoute(document, saka.api, route, { ids: mine })
    if (status === 200) answered++
  }
  t.ok(answered > 35, `${answered} of ${reads.length} were answered`)
  t.same([await stored(), await credentials()], before)
})

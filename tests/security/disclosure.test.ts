import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { collectRoutes } from '../support/routes.ts'
import { type Answer, type Saka, startSaka } from '../support/saka.ts'

let saka = undefined as unknown as Saka
const routes = await collectRoutes(async () => {
  saka = await startSaka(t)
})
const address = (url: string) => `/${url.replace(/:\w+/g, 'x').replace('*', 'swagger-ui.css')}`

/** An answer of every route, good or bad, to a stranger and to an administrator. */
async function answersOf(): Promise<{ name: string; answer: Answer }[]> {
  const answers: { name: string; answer: Answer }[] = []
  for (const { method, url } of routes) {
    for (const api of [saka.stranger, saka.api])
      answers.push({ name: `${method} ${url}`, answer: await api.call(method, address(url)) })
  }
  return [...answers, { name: 'nowhere', answer: await saka.stranger.get('//nowhere') }]
}

const answers = await answersOf()

/** The headers of an answer that are not as `expected`, each with what it is. */
const wrongHeaders = (name: string, headers: Answer['headers'], expected: Record<string, RegExp>) =>
  Object.entries(expected)
    .filter(([header, value]) => !value.test(headers[header] ?? ''))
    .map(([header, value]) => `${name}: ${header} is ${headers[header]}, not ${value}`)

t.test('every answer tells a browser to run nothing but our own, and to be framed by nobody', async (t) => {
  t.ok(answers.length > 150)
  const expected = [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "script-src-attr 'none'",
  ]
  const faults = answers.flatMap(({ name, answer: { headers } }) => {
    // The queue board, there with Redis alone, styles itself as it goes; its scripts are held to the same.
    const ofBoard = name.includes(' /api/v1/queues')
    const written = headers['content-security-policy'] ?? ''
    const csp = ofBoard ? written.replace("style-src 'self' 'unsafe-inline'", "style-src 'self'") : written
    return [
      ...expected.filter((part) => !csp.split(';').includes(part)).map((part) => `${name}: no ${part} in ${csp}`),
      ...(/unsafe|\*|https?:/.test(csp) ? [`${name}: ${csp}`] : []),
      ...wrongHeaders(name, headers, { 'x-content-type-options': /nosniff/, 'referrer-policy': /no-referrer/ }),
    ]
  })
  t.same(faults, [])
})

t.test('no answer names the software that gives it, or shows where it broke', async (t) => {
  const telling = ['server', 'x-powered-by', 'via', 'x-aspnet-version']
  const ours = /fastify|ajv|sqlite|drizzle|node_modules|\.[jt]s:\d+|at \w+ \(/i
  const faults = answers.flatMap(({ name, answer: { status, headers, text } }) => [
    ...telling.filter((header) => header in headers).map((header) => `${name}: ${header}: ${headers[header]}`),
    ...(status >= 400 && ours.test(text) ? [`${name} says ${ours.exec(text)}`] : []),
    ...(status >= 500 ? [`${name} answers ${status}`] : []),
  ])
  t.same(faults, [])
})

t.test('every answer with a body says of which type it is, and text how it is written', async (t) => {
  const { api, stranger, enroll, campaign, school } = await openCampaign(t)
  await enroll(school.id, '1')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const [{ id, code }] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const files = ['/schools', '/audit/export', `/vouchers/${id}/qr.svg`, `/campaigns/${campaign.id}/vouchers.pdf`]
  const told = [
    ...answers,
    ...(await Promise.all(files.map(async (path) => ({ name: path, answer: await api.get(path) })))),
    { name: 'CSV', answer: await api.get('/schools', { accept: 'text/csv' }) },
    { name: 'symbol', answer: await stranger.get(`//v/${code}/qr.svg`) },
  ]
  const typed = told
    .filter(({ answer }) => answer.text !== '')
    .map(({ name, answer }) => ({ name, type: answer.headers['content-type'] ?? '' }))
  const isComplete = (type: string) =>
    /^[a-z]+\/[a-z+.-]+(; |$)/.test(type) && (!/^text\/|xml/.test(type) || /; charset=utf-8$/i.test(type))
  t.same(
    typed.filter(({ type }) => !isComplete(type)),
    [],
  )
  const types = new Set(typed.map(({ type }) => type.split(';')[0]))
  const looked = ['text/html', 'text/csv', 'image/svg+xml', 'application/pdf', 'application/x-ndjson']
  t.same(
    looked.filter((type) => !types.has(type)),
    [],
  )
})

t.test('what the API answers is kept by no cache', async (t) => {
  const ofApi = answers.filter(({ name }) => name.includes('/api/') || name.includes('/:code'))
  t.ok(ofApi.length > 100)
  t.same(
    ofApi.flatMap(({ name, answer }) => wrongHeaders(name, answer.headers, { 'cache-control': /^no-store$/ })),
    [],
  )
})

t.test('no page has a script or a style of its own in it', async (t) => {
  const pages = [await saka.stranger.get('//docs'), await saka.stranger.get('//v/x')]
  for (const { text, headers } of pages) {
    t.match(headers['content-type'], /^text\/html/)
    t.notMatch(text, /<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:/i)
    t.notMatch(text, /(src|href)="(https?:)?\/\//, 'and loads nothing from elsewhere')
  }
})

t.test('browsers are told to keep to TLS where there is any, and only there', async (t) => {
  const expected = { 'strict-transport-security': /^max-age=31536000; includeSubDomains/ }
  t.same(
    answers.flatMap(({ name, answer }) => wrongHeaders(name, answer.headers, expected)),
    [],
  )
  const plain = await startSaka(t, { env: { BASE_URL: 'http://127.0.0.1:3000' } })
  t.notOk('strict-transport-security' in (await plain.stranger.get('//healthz')).headers)
})

t.test('methods that nobody needs answer as if nothing were there', async (t) => {
  for (const method of ['TRACE', 'PROPFIND', 'OPTIONS']) {
    const { status, text } = await saka.api.call(method, '/users', undefined, { 'x-secret': 'repeated' })
    t.equal(status, 404, method)
    t.notMatch(text, 'repeated')
  }
})

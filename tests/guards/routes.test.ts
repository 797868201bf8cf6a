import t from 'tap'
import { type Action, permissions } from '../../src/identity/rules.ts'
import { type BusyCampaign, busyCampaign, callRoute, kindIn, type Records } from '../support/busy-campaign.ts'
import { writtenContract } from '../support/contract.ts'
import { sqliteAlone } from '../support/engine.ts'
import { collectRoutes, nameOf, type Route } from '../support/routes.ts'
import type { Answer, Api } from '../support/saka.ts'

/** Whoever comes may ask these, without signing in. Nothing is added here by accident. */
const openToAll = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/json',
  'GET /docs/yaml',
  'GET /docs/static/*',
  'GET /docs/static/index.html',
  'GET /docs/static/swagger-initializer.js',
  'GET /assets/parents-page.css',
  'GET /v/:code',
  'GET /v/:code/qr.svg',
  'GET /v/:code/qr.png',
  'GET /v/:code/pickup.ics',
  'GET /V/:code',
  'GET /V/:code/qr.svg',
  'GET /V/:code/qr.png',
  'GET /V/:code/pickup.ics',
  'GET /assets/welcome-page.css',
  'GET /welcome/:token',
  'POST /welcome/:token',
  'GET /stop/:token',
  'POST /stop/:token',
  'POST /api/v1/session',
  'POST /api/v1/session/passkey/options',
  'POST /api/v1/session/passkey',
  'POST /api/v1/password-reset',
  'GET /api/v1/session/oidc',
  'GET /api/v1/session/oidc/callback',
  'POST /api/v1/devices/provision',
]

/** Whoever is signed in may ask these of themselves. */
const openToSignedIn = [
  'GET /api/v1/me',
  'GET /api/v1/me/sessions',
  'DELETE /api/v1/me/sessions/:id',
  'POST /api/v1/devices/me/heartbeat',
  'GET /api/v1/scanner/roster',
  'GET /api/v1/me/totp',
  'POST /api/v1/me/totp',
  'POST /api/v1/me/totp/confirm',
  'POST /api/v1/me/totp/removal',
  'GET /api/v1/me/passkeys',
  'POST /api/v1/me/passkeys/options',
  'POST /api/v1/me/passkeys',
  'PATCH /api/v1/me/passkeys/:id',
  'POST /api/v1/me/passkeys/:id/removal',
  'DELETE /api/v1/session',
]

/** Below this are routes that are there with Redis alone; `tests/scheduler/queue-board.test.ts` holds them, and they are not in the contract. */
const queueBoard = '/api/v1/queues'
/** What they ask for. */
const withRedis: Action[] = ['queue:inspect']

const holders = ['admin', 'coordinator', 'warehouse', 'school', 'device', 'auditor'] as const
type Holder = (typeof holders)[number]

let world = undefined as unknown as BusyCampaign
const allRoutes = await collectRoutes(async () => {
  world = await busyCampaign(t)
})
const routes = allRoutes.filter(({ url }) => !url.startsWith(queueBoard))
const { saka, callers, nobody, mine, theirs } = world
const document = writtenContract()
const apiRoutes = routes.filter(
  (route) =>
    route.url.startsWith('/api/v1') && !openToSignedIn.includes(nameOf(route)) && !openToAll.includes(nameOf(route)),
)
const changing = ({ method }: Route) => method !== 'GET'
const reading = apiRoutes.filter((route) => !changing(route))

const call = (api: Api, route: Route, ids: Records = {}) => callRoute(document, api, route, { ids })

/** What somebody asks of one route, and what is right about the answer. */
interface Question {
  who: string
  api: Api
  route: Route
  ids?: Records
  isRight: (answer: Answer) => boolean
}

const noQuery = sqliteAlone('it is about rights, whatever the engine')

/** The questions that are not answered as they should be, each with its answer. */
async function wronglyAnswered(questions: Question[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { who, api, route, ids = mine, isRight } of questions) {
    const answer = await call(api, route, ids)
    if (!isRight(answer)) wrong.push(`${who}: ${nameOf(route)} answers ${answer.status} ${answer.text.slice(0, 300)}`)
  }
  return wrong
}

/** The action that a route asks for, as it tells somebody without any role. */
async function actionOf(route: Route): Promise<Action | undefined> {
  const { status, json } = await call(nobody, route, mine)
  return status === 403 ? (/include ([a-z_]+:[a-z]+)\./.exec(json.detail)?.[1] as Action | undefined) : undefined
}

const actions = new Map<string, Action | undefined>()
for (const route of apiRoutes) actions.set(nameOf(route), await actionOf(route))
/** The roles that the table gives the action of a route. */
const rolesOf = (route: Route) => permissions[actions.get(nameOf(route))!] ?? []

t.test('a stranger gets nowhere but through the doors that are meant to be open', noQuery, async (t) => {
  t.ok(routes.length > 80, 'the routes were found')
  const names = routes.map(nameOf)
  t.same(
    [...openToAll, ...openToSignedIn].filter((open) => !names.includes(open)),
    [],
    'no door in the list has gone',
  )
  const isClosed = ({ status, json }: Answer) => status === 401 && json?.code === 'not_signed_in'
  const questions = routes.map((route) => ({
    who: openToAll.includes(nameOf(route)) ? 'a stranger at an open door' : 'a stranger',
    api: saka.stranger,
    route,
    isRight: (answer: Answer) =>
      openToAll.includes(nameOf(route)) ? answer.json?.code !== 'not_signed_in' : isClosed(answer),
  }))
  t.same(await wronglyAnswered(questions), [])
  const readFirst: string[] = []
  for (const route of routes.filter((route) => !openToAll.includes(nameOf(route)))) {
    const { status } = await saka.stranger.call(route.method, `/${route.url}`)
    if (status !== 401) readFirst.push(`${nameOf(route)} answers ${status}`)
  }
  t.same(readFirst, [], 'a closed one is closed before anything is read')
})

t.test('every POST is a command that happens once for its key, or says that it is none', noQuery, async (t) => {
  const posts = routes.filter(({ method, url }) => method === 'POST' && url.startsWith('/api/v1'))
  t.ok(posts.length > 40, 'the commands were found')
  t.same(posts.filter(({ idempotency }) => !idempotency).map(nameOf), [])
})

t.test('every route asks for an action of the one table, and every action is asked for', noQuery, async (t) => {
  t.same(
    [...actions].filter(([, action]) => !action || !(action in permissions)).map(([name]) => name),
    [],
  )
  const asked = new Set([...actions.values(), ...withRedis])
  t.same(
    Object.keys(permissions).filter((action) => !asked.has(action as Action)),
    [],
  )
})

t.test('an auditor changes nothing', noQuery, async (t) => {
  const commands = apiRoutes.filter(changing)
  t.ok(commands.length > 40)
  t.same(commands.filter((route) => (rolesOf(route) as readonly string[]).includes('auditor')).map(nameOf), [])
})

t.test('who holds a role for an action may read what it is about', async (t) => {
  const questions = reading.flatMap((route) => {
    const status = !route.url.includes(':id') || kindIn(route)! in mine ? 200 : 404
    const isRight = (answer: Answer) => answer.status === status
    return rolesOf(route).map((role) => ({ who: `${role} (${status})`, api: callers[role], route, isRight }))
  })
  t.ok(questions.length > 100)
  t.same(await wronglyAnswered(questions), [])
})

t.test('warehouse staff see no child', noQuery, async (t) => {
  const isRight = ({ text }: Answer) => !/Ελένη|Φωτοπούλου/.test(text)
  const questions = reading.map((route) => ({ who: 'warehouse', api: callers.warehouse, route, isRight }))
  t.same(await wronglyAnswered(questions), [])
})

t.test('the table says what the roles are for', noQuery, async (t) => {
  const may = (holder: Holder, action: Action) => (permissions[action] as readonly string[]).includes(holder)
  const forDesksOnly: Action[] = [
    'campaign:write',
    'place:write',
    'enrollment:write',
    'voucher:issue',
    'voucher:revoke',
    'allocation:write',
    'reconciliation:write',
    'device:write',
  ]
  for (const action of forDesksOnly)
    t.same(
      holders.filter((holder) => may(holder, action)),
      ['admin', 'coordinator'],
      action,
    )
  for (const action of ['user', 'api_key'] as const) {
    t.same(
      holders.filter((holder) => may(holder, `${action}:write`)),
      ['admin'],
    )
    t.same(
      holders.filter((holder) => may(holder, `${action}:read`)),
      ['admin', 'auditor'],
    )
  }
  const all = Object.keys(permissions) as Action[]
  const actionsOf = (holder: Holder) => all.filter((action) => may(holder, action))
  t.same(actionsOf('admin'), all)
  t.same(
    actionsOf('coordinator'),
    all.filter((action) => !/^(user|api_key|queue):/.test(action)),
  )
  t.same(
    actionsOf('auditor'),
    all.filter((action) => action.endsWith(':read')),
  )
  t.same(actionsOf('school'), [
    ...['place:read', 'campaign:read', 'enrollment:read', 'stock:read', 'shipment:read', 'shipment:deliver'],
    ...['voucher:read', 'voucher:print', 'voucher:reissue', 'redemption:scan', 'redemption:undo'],
    ...['scan:read', 'message:read'],
  ])
  t.same(
    actionsOf('warehouse').filter((action) => !may('school', action)),
    ['summary:read', 'stock:write', 'shipment:write', 'allocation:read'],
  )
  t.same(
    all.filter((action) => may('school', action) !== may('device', action)),
    ['enrollment:read', 'voucher:read', 'voucher:print', 'voucher:reissue', 'scan:read', 'message:read'],
    'a device does what school staff do, but for these',
  )
})

t.test('no command of an administrator, on whatever record, is a fault of ours', async (t) => {
  const isRight = ({ status }: Answer) => status < 500
  const questions = apiRoutes
    .filter(changing)
    .flatMap((route) => [{}, theirs].map((ids) => ({ who: 'admin', api: callers.admin, route, ids, isRight })))
  t.same(await wronglyAnswered(questions), [])
})

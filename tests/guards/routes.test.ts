import t from 'tap'
import { type Action, permissions } from '../../src/identity/rules.ts'
import {
  type BusyCampaign,
  busyCampaign,
  callRoute,
  kindIn,
  type Records,
  type Route,
} from '../support/busy-campaign.ts'
import { contract } from '../support/contract.ts'
import { collectRoutes } from '../support/routes.ts'
import type { Api } from '../support/saka.ts'

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

/** Below this are routes that are there with Redis alone; `tests/runs/queue-board.test.ts` holds them, and they are not in the contract. */
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
const document = await contract(saka.deps)
const apiRoutes = routes.filter(
  ({ method, url }) =>
    url.startsWith('/api/v1') &&
    !openToSignedIn.includes(`${method} ${url}`) &&
    !openToAll.includes(`${method} ${url}`),
)
const changing = ({ method }: { method: string }) => method !== 'GET'

const call = (api: Api, route: Route, ids: Records = {}) => callRoute(document, api, route, { ids })

/** The action that a route asks for, as it tells somebody without any role. */
async function actionOf(route: { method: string; url: string }): Promise<Action | undefined> {
  const { status, json } = await call(nobody, route, mine)
  return status === 403 ? (/include ([a-z_]+:[a-z]+)\./.exec(json.detail)?.[1] as Action | undefined) : undefined
}

const actions = new Map<string, Action | undefined>()
for (const route of apiRoutes) actions.set(`${route.method} ${route.url}`, await actionOf(route))

t.test('a stranger gets nowhere but through the doors that are meant to be open', async (t) => {
  t.ok(routes.length > 80, 'the routes were found')
  const names = routes.map(({ method, url }) => `${method} ${url}`)
  t.same(
    [...openToAll, ...openToSignedIn].filter((open) => !names.includes(open)),
    [],
    'no door in the list has gone',
  )
  for (const route of routes) {
    const name = `${route.method} ${route.url}`
    const { status, json } = await call(saka.stranger, route, mine)
    if (openToAll.includes(name)) t.not(json?.code, 'not_signed_in', `${name} is open`)
    else {
      t.same([status, json?.code], [401, 'not_signed_in'], `${name} is not`)
      const bare = await saka.stranger.call(route.method, `/${route.url}`)
      t.equal(bare.status, 401, `${name} is closed before anything is read`)
    }
  }
})

t.test('every route asks for an action of the one table, and every action is asked for', async (t) => {
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

t.test('who holds no role for an action is refused it, on every route', async (t) => {
  for (const route of apiRoutes) {
    const name = `${route.method} ${route.url}`
    const allowed: readonly string[] = permissions[actions.get(name)!] ?? []
    for (const role of holders.filter((holder) => !allowed.includes(holder))) {
      const { status } = await call(callers[role], route, mine)
      t.ok([403, 404].includes(status), `${role}: ${name} answers ${status}`)
    }
  }
})

t.test('an auditor changes nothing', async (t) => {
  for (const route of apiRoutes.filter(changing)) {
    const { status } = await call(callers.auditor, route, mine)
    t.ok([403, 404].includes(status), `${route.method} ${route.url} answers ${status}`)
  }
})

t.test('who holds a role for an action may read what it is about', async (t) => {
  for (const route of apiRoutes.filter((route) => !changing(route))) {
    const name = `${route.method} ${route.url}`
    const hasRecord = !route.url.includes(':id') || kindIn(route)! in mine
    for (const role of permissions[actions.get(name)!] ?? []) {
      const { status } = await call(callers[role], route, mine)
      t.equal(status, hasRecord ? 200 : 404, `${role}: ${name}`)
    }
  }
})

t.test('school staff and devices see their own school alone, on every route', async (t) => {
  const common = ['campaigns', 'kits', 'communities']
  for (const route of apiRoutes) {
    const name = `${route.method} ${route.url}`
    const [, kind] = /\/([a-z-]+)\/:id/.exec(route.url) ?? []
    for (const role of ['school', 'device'] as const) {
      if (kind && !common.includes(kind)) {
        const { status } = await call(callers[role], route, theirs)
        t.ok([403, 404].includes(status), `${role}: ${name} of the other school answers ${status}`)
      } else if (!changing(route)) {
        const { text } = await call(callers[role], route, mine)
        for (const id of [theirs.schools, theirs.enrollments, theirs.vouchers, theirs.shipments, theirs.redemptions]) {
          t.notMatch(text, id, `${role}: ${name}`)
        }
      }
    }
  }
})

t.test('warehouse staff see no child', async (t) => {
  for (const route of apiRoutes.filter((route) => !changing(route))) {
    t.notMatch((await call(callers.warehouse, route, mine)).text, /Ελένη|Φωτοπούλου/, `${route.method} ${route.url}`)
  }
})

t.test('the table says what the roles are for', async (t) => {
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
  for (const action of Object.keys(permissions) as Action[]) {
    t.ok(may('admin', action), `an administrator may ${action}`)
    t.equal(may('coordinator', action), !/^(user|api_key|queue):/.test(action), `a coordinator: ${action}`)
    t.equal(may('auditor', action), action.endsWith(':read'), `an auditor: ${action}`)
    if (/^(enrollment|voucher|redemption|scan|message|reminder)/.test(action))
      t.notOk(may('warehouse', action), `a warehouse: ${action}`)
  }
  t.same(
    (Object.keys(permissions) as Action[]).filter((action) => may('school', action) !== may('device', action)),
    ['voucher:print', 'voucher:reissue', 'message:read'],
    'a device does what school staff do, but for these',
  )
})

t.test('no command of an administrator, on whatever record, is a fault of ours', async (t) => {
  for (const route of apiRoutes.filter(changing)) {
    for (const ids of [{}, theirs]) {
      const { status, text } = await call(callers.admin, route, ids)
      t.ok(status < 500, `${route.method} ${route.url} answers ${status} ${status >= 500 ? text : ''}`)
    }
  }
})

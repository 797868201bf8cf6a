// biome-ignore-all lint/suspicious/noExplicitAny: records are as the API answers them.

import t, { type Test } from 'tap'
import { type Action, permissions } from '../../src/identity/rules.ts'
import { openCampaign } from '../support/campaign.ts'
import { contract } from '../support/contract.ts'
import { collectRoutes } from '../support/routes.ts'
import type { Answer, Api } from '../support/saka.ts'
import { stockHands } from '../support/stock.ts'

/** Whoever comes may ask these, without signing in. Nothing is added here by accident. */
const openToAll = [
  'GET /healthz',
  'GET /readyz',
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
  'GET /V/:code',
  'GET /V/:code/qr.svg',
  'GET /V/:code/qr.png',
  'GET /assets/welcome-page.css',
  'GET /welcome/:token',
  'POST /welcome/:token',
  'POST /api/v1/session',
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
  'GET /api/v1/me/totp',
  'POST /api/v1/me/totp',
  'POST /api/v1/me/totp/confirm',
  'POST /api/v1/me/totp/removal',
  'DELETE /api/v1/session',
]

const holders = ['admin', 'coordinator', 'warehouse', 'school', 'device', 'auditor'] as const
type Holder = (typeof holders)[number]

/** A day of a campaign with a record of every kind, the other school’s too, and a caller of every role at the first school. */
async function busyCampaign(t: Test) {
  const saka = await openCampaign(t)
  const { api, campaign, schools, warehouse, kit, receive, enroll } = saka
  const hands = stockHands(saka)
  await receive(20)
  const records = await Promise.all(
    schools.map(async (school, i) => {
      const enrollment = await enroll(school.id, `${i + 1}`, { givenName: 'Ελένη', familyName: 'Φωτοπούλου' })
      return { schools: school.id, enrollments: enrollment.id }
    }),
  )
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const allocation = await hands.allocate()
  const ids: Record<string, string>[] = []
  for (const record of records) {
    const shipment = await hands.ship(record.schools, 1)
    const { locationId } = schools.find(({ id }) => id === record.schools)
    const voucher = vouchers.find(({ schoolId }: any) => schoolId === record.schools)
    const scan = { code: voucher.code, schoolId: record.schools, scanId: `scan-${voucher.id}` }
    const { redemption } = await api.made('/redemptions', scan)
    ids.push({
      ...record,
      shipments: shipment.id,
      counts: (await hands.count(locationId, 0)).id,
      vouchers: voucher.id,
      redemptions: redemption.id,
      campaigns: campaign.id,
      kits: kit.id,
      communities: saka.community.id,
      allocations: allocation.id,
      reconciliations: (await api.made(`/campaigns/${campaign.id}/reconciliations`)).id,
      movements: (await hands.lastMovement('receipt')).id,
      warehouses: warehouse.id,
      locations: locationId,
      devices: (await api.made('/devices', { name: 'Τάμπλετ', schoolId: record.schools })).id,
    })
  }
  const grants = { warehouse: { warehouseId: warehouse.id }, school: { schoolId: schools[0].id } } as Record<
    string,
    object
  >
  const callers = {} as Record<Holder, Api>
  for (const role of holders)
    callers[role] = role === 'device' ? await saka.device(schools[0].id) : await saka.as({ role, ...grants[role] })
  return { saka, callers, nobody: await saka.as(), mine: ids[0]!, theirs: ids[1]! }
}

let world = undefined as unknown as Awaited<ReturnType<typeof busyCampaign>>
const routes = await collectRoutes(async () => {
  world = await busyCampaign(t)
})
const { saka, callers, nobody, mine, theirs } = world
const document = await contract(saka.deps)
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'
const apiRoutes = routes.filter(
  ({ method, url }) =>
    url.startsWith('/api/v1') &&
    !openToSignedIn.includes(`${method} ${url}`) &&
    !openToAll.includes(`${method} ${url}`),
)
const changing = ({ method }: { method: string }) => method !== 'GET'

/** Calls `route` on the records `ids` with the body that the contract gives as an example. */
function callRoute(
  api: Api,
  { method, url }: { method: string; url: string },
  ids: Record<string, string> = {},
): Promise<Answer> {
  const [, kind = ''] = /\/([a-z-]+)\/:id/.exec(url) ?? []
  const path = url.replace(':id', ids[kind] ?? nowhere).replace(':code', 'ABCD-EFGH-JKMC')
  const operation = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  const [type, media] = Object.entries<any>(operation?.requestBody?.content ?? {})[0] ?? []
  const body = media && withIds(media.example, ids)
  return api.call(method, `/${path}`, body, type ? { 'content-type': type } : {})
}

/** `example` about the records `ids`: `schoolId` is one of the schools, `communityIds` are of the communities. */
function withIds(example: unknown, ids: Record<string, string>): unknown {
  if (typeof example === 'string') return example
  const idOf = (field: string) => ids[field.replace(/(?<=.)y?Ids?$/, (end) => (end.startsWith('y') ? 'ies' : 's'))]
  return JSON.parse(JSON.stringify(example), (field, value) => {
    const id = /Ids?$/.test(field) ? idOf(field) : undefined
    return id === undefined ? value : Array.isArray(value) ? [id] : id
  })
}

/** The action that a route asks for, as it tells somebody without any role. */
async function actionOf(route: { method: string; url: string }): Promise<Action | undefined> {
  const { status, json } = await callRoute(nobody, route, mine)
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
    const { status, json } = await callRoute(saka.stranger, route, mine)
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
  const asked = new Set(actions.values())
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
      const { status } = await callRoute(callers[role], route, mine)
      t.ok([403, 404].includes(status), `${role}: ${name} answers ${status}`)
    }
  }
})

t.test('an auditor changes nothing', async (t) => {
  for (const route of apiRoutes.filter(changing)) {
    const { status } = await callRoute(callers.auditor, route, mine)
    t.ok([403, 404].includes(status), `${route.method} ${route.url} answers ${status}`)
  }
})

t.test('who holds a role for an action may read what it is about', async (t) => {
  for (const route of apiRoutes.filter((route) => !changing(route))) {
    const name = `${route.method} ${route.url}`
    const hasRecord = !route.url.includes(':id') || /\/([a-z-]+)\/:id/.exec(route.url)![1]! in mine
    for (const role of permissions[actions.get(name)!] ?? []) {
      const { status } = await callRoute(callers[role], route, mine)
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
        const { status } = await callRoute(callers[role], route, theirs)
        t.ok([403, 404].includes(status), `${role}: ${name} of the other school answers ${status}`)
      } else if (!changing(route)) {
        const { text } = await callRoute(callers[role], route, mine)
        for (const id of [theirs.schools, theirs.enrollments, theirs.vouchers, theirs.shipments, theirs.redemptions]) {
          t.notMatch(text, id, `${role}: ${name}`)
        }
      }
    }
  }
})

t.test('warehouse staff see no child', async (t) => {
  for (const route of apiRoutes.filter((route) => !changing(route))) {
    t.notMatch(
      (await callRoute(callers.warehouse, route, mine)).text,
      /Ελένη|Φωτοπούλου/,
      `${route.method} ${route.url}`,
    )
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
  for (const action of ['user:read', 'user:write', 'api_key:read', 'api_key:write'] as const) {
    t.same(
      holders.filter((holder) => may(holder, action)),
      ['admin'],
      action,
    )
  }
  for (const action of Object.keys(permissions) as Action[]) {
    t.ok(may('admin', action), `an administrator may ${action}`)
    t.equal(may('coordinator', action), !/^(user|api_key):/.test(action), `a coordinator: ${action}`)
    t.equal(
      may('auditor', action),
      action.endsWith(':read') && !/^(user|api_key):/.test(action),
      `an auditor: ${action}`,
    )
    if (/^(enrollment|voucher|redemption|scan)/.test(action))
      t.notOk(may('warehouse', action), `a warehouse: ${action}`)
  }
  t.same(
    (Object.keys(permissions) as Action[]).filter((action) => may('school', action) !== may('device', action)),
    ['voucher:print', 'voucher:reissue'],
    'a device does what school staff do, but for these',
  )
})

t.test('no command of an administrator, on whatever record, is a fault of ours', async (t) => {
  for (const route of apiRoutes.filter(changing)) {
    for (const ids of [{}, theirs]) {
      const { status, text } = await callRoute(callers.admin, route, ids)
      t.ok(status < 500, `${route.method} ${route.url} answers ${status} ${status >= 500 ? text : ''}`)
    }
  }
})

// biome-ignore-all lint/suspicious/noExplicitAny: records are as the API answers them.

import type { Test } from 'tap'
import type { RoleGrant } from '../../src/identity/rules.ts'
import { openCampaign } from './campaign.ts'
import type { Route } from './routes.ts'
import type { Answer, Api, Saka } from './saka.ts'
import { stockHands } from './stock.ts'

/** Every kind of caller: a role, and where it ends at a place, the first school or warehouse. */
export const callerKinds = [
  'admin',
  'coordinator',
  'auditor',
  'warehouse',
  'one warehouse',
  'school',
  'device',
] as const

/** One of {@link callerKinds}. */
export type CallerKind = (typeof callerKinds)[number]

/** The role in the table of a kind of caller. */
export const roleOf = (kind: CallerKind) => (kind === 'one warehouse' ? 'warehouse' : kind)

/** Ids of records by the last word of their address: `{ schools: …, shipments: … }`. */
export type Records = Record<string, string>

/** A day of a campaign with a record of every kind, at two schools and two warehouses, and a caller of every kind at the first. */
export interface BusyCampaign {
  saka: Saka
  callers: Record<CallerKind, Api>
  /** Signed in, without any role. */
  nobody: Api
  /** The first school’s and its warehouse’s records. */
  mine: Records
  /** The other school’s and its warehouse’s. */
  theirs: Records
  /** The secret of the spare API key, which no caller uses. */
  spareKey: string
}

/** The records among {@link Records} that staff of a warehouse mean where a school has one too. */
export const atWarehouse = (records: Records): Records => ({
  ...records,
  counts: records.warehouseCounts!,
  locations: records.warehouses!,
})

/** Builds a {@link BusyCampaign}. */
export async function busyCampaign(t: Test): Promise<BusyCampaign> {
  const saka = await openCampaign(t)
  const { api, campaign, schools, warehouse, kit, enroll, receive } = saka
  const hands = stockHands(saka)
  const warehouses = [warehouse, await api.made('/warehouses', { name: 'Άλλη αποθήκη' })]
  for (const { id } of warehouses) await receive(20, { warehouseId: id })
  const enrollments: any[] = []
  for (const [i, { id }] of schools.entries()) {
    enrollments.push(await enroll(id, `${i + 1}`, { givenName: 'Ελένη', familyName: 'Φωτοπούλου' }))
  }
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  const allocation = await hands.allocate()
  await lastCheckpoint(api)
  const user = await api.made('/users', { email: 'spare@example.org', name: 'Εφεδρικός', roles: [] })
  const key = await api.made('/api-keys', { name: 'εφεδρικό', roles: [] })
  const records: Records[] = []
  for (const [i, school] of schools.entries()) {
    const warehouseId = warehouses[i].id
    const carried = { campaignId: campaign.id, warehouseId, schoolId: school.id, kitId: kit.id, quantity: 1 }
    const shipment = await api.made('/shipments', carried)
    await api.made(`/shipments/${shipment.id}/dispatch`)
    await api.made(`/shipments/${shipment.id}/deliver`, { acceptedQuantity: 1 })
    const voucher = vouchers.find(({ schoolId }: any) => schoolId === school.id)
    const scan = { code: voucher.code, schoolId: school.id, scanId: `scan-${voucher.id}` }
    const { redemption } = await api.made('/redemptions', scan)
    const receipts = (await api.get(`/movements?kind=receipt&locationId=${warehouseId}`)).json.items
    const reconciliation = await api.made(`/campaigns/${campaign.id}/reconciliations`)
    records.push({
      schools: school.id,
      enrollments: enrollments[i].id,
      shipments: shipment.id,
      counts: (await hands.count(school.locationId, 0)).id,
      warehouseCounts: (await hands.count(warehouseId, 0)).id,
      vouchers: voucher.id,
      redemptions: redemption.id,
      campaigns: campaign.id,
      kits: kit.id,
      communities: saka.community.id,
      allocations: allocation.id,
      reconciliations: reconciliation.id,
      discrepancies: (await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items[0]?.id,
      movements: receipts[0].id,
      warehouses: warehouseId,
      locations: school.locationId,
      users: user.id,
      'api-keys': key.id,
      events: (await api.get('/audit/events?limit=1')).json.items[0].id,
      devices: (await api.made('/devices', { name: 'Τάμπλετ', schoolId: school.id })).id,
    })
  }
  const checkpoints = await lastCheckpoint(api)
  for (const record of records) record.checkpoints = checkpoints
  const [mine, theirs] = records as [Records, Records]
  return { saka, ...(await callersAt(saka, mine)), mine, theirs, spareKey: key.key }
}

/** The size of a checkpoint that is there. */
async function lastCheckpoint(api: Api): Promise<string> {
  await api.get('/audit/verification')
  const { items } = (await api.get('/audit/checkpoints')).json
  return String(Math.max(...items.map(({ size }: { size: number }) => size)))
}

async function callersAt(saka: Saka, { schools, warehouses }: Records) {
  const places: Partial<Record<CallerKind, Partial<RoleGrant>>> = {
    'one warehouse': { warehouseId: warehouses! },
    school: { schoolId: schools! },
  }
  const callers = {} as Record<CallerKind, Api>
  for (const kind of callerKinds) {
    const role = roleOf(kind)
    callers[kind] = role === 'device' ? await saka.device(schools!) : await saka.as({ role, ...places[kind] })
  }
  return { callers, nobody: await saka.as() }
}

/** An id that no record has. */
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'

/** The kind of record that a route’s address names: `schools` of `/api/v1/schools/:id`. */
export const kindIn = ({ url }: Route): string | undefined => /\/([a-z-]+)\/:id/.exec(url)?.[1]

/** Calls `route` of the contract `document` on the records `ids` with the body that the contract gives as an example. */
export function callRoute(
  document: any,
  api: Api,
  route: Route,
  { ids = {}, headers = {}, change = (body) => body }: CallOptions = {},
): Promise<Answer> {
  const { method, url } = route
  const path = url
    .replace(':id', ids[kindIn(route) ?? ''] ?? nowhere)
    .replace(':code', 'ABCD-EFGH-JKMC')
    .replace(':name', 'forget-answers')
    .replace(':size', ids.checkpoints ?? '999999')
  const operation = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  const [type, media] = Object.entries<any>(operation?.requestBody?.content ?? {})[0] ?? []
  const body = media && change(withIds(media.example, ids))
  return api.call(method, `/${path}`, body, { ...(type && { 'content-type': type }), ...headers })
}

/** What a call is about, and how its body differs from the contract’s example. */
export interface CallOptions {
  ids?: Records
  headers?: Record<string, string>
  change?: (body: any) => unknown
}

/** `example` about the records `ids`: `schoolId` is one of the schools, `communityIds` are of the communities. */
function withIds(example: unknown, ids: Records): unknown {
  if (typeof example === 'string') return example
  const idOf = (field: string) => ids[field.replace(/(?<=.)y?Ids?$/, (end) => (end.startsWith('y') ? 'ies' : 's'))]
  return JSON.parse(JSON.stringify(example), (field, value) => {
    const id = /Ids?$/.test(field) ? idOf(field) : undefined
    return id === undefined ? value : Array.isArray(value) ? [id] : id
  })
}

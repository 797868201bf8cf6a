import fc from 'fast-check'
import { plusMilliseconds } from '../../src/shared/time.ts'
import type { OpenCampaign } from '../support/campaign.ts'
import { askOf } from '../support/invariants.ts'

const number = fc.nat({ max: 10_000 })

/** A command of a random day: which, and numbers to choose its records and quantities by. */
export const randomStep = fc.record({ which: number, a: number, b: number, c: number })

/** What {@link randomStep} gives. */
export type RandomStep = { which: number; a: number; b: number; c: number }

const pick = <Item>(items: Item[], n: number): Item | undefined => items[n % Math.max(1, items.length)]

/**
 * Makes requests of random steps: of every command of the service, those in `often` more than once, or of those in `only`. There is no
 * request where there is nothing to do it to.
 */
export function randomRequests(day: OpenCampaign, { only, often = [] }: { only?: string[]; often?: string[] }) {
  const commands: Record<string, (a: number, b: number, c: number) => any> = commandsOf(day)
  const names = only ?? [...Object.keys(commands), ...often]
  return async ({ which, a, b, c }: RandomStep) => {
    const command = pick(names, which)!
    return { command, request: await commands[command]!(a, b, c) }
  }
}

/** Every command, told by three numbers; undefined where there is nothing to do it to. */
function commandsOf(day: OpenCampaign) {
  const { campaign, warehouse, kit, schools, clock, deps } = day
  const ask = askOf(deps)
  let made = 0
  const ids = async (query: string) => (await ask(query)).map((row) => String(row.id))
  const post = (path: string, body: unknown = {}) => ({ path, body })
  const vouchers = () => ask(`select id, code, school_id from vouchers order by id`)
  const scan = async (a: number, b: number, c: number, more: Record<string, unknown> = {}) => {
    const voucher = pick(await vouchers(), a)
    if (!voucher) return undefined
    const schoolId = b % 4 === 0 ? pick(schools, c).id : voucher.school_id
    return { code: voucher.code, schoolId, scanId: `scan-${++made}`, ...more }
  }
  const places = () => [warehouse.id, ...schools.map((school) => school.locationId)]
  const shipment = async (n: number, status: string) =>
    pick(await ids(`select id from shipments where status = '${status}' order by id`), n)

  return {
    receive: (a: number, b: number) =>
      post('/receipts', {
        warehouseId: warehouse.id,
        kitId: kit.id,
        campaignId: campaign.id,
        quantity: 1 + (a % 9),
        damagedQuantity: b % 2,
        unitCostCents: 12_000,
        supplier: 'Προμηθευτής',
        documentNumber: `ΔΑ-${a}`,
      }),
    enroll: (a: number) =>
      post(`/campaigns/${campaign.id}/enrollments`, {
        schoolId: pick(schools, a).id,
        pupilRef: `P${++made}`,
        familyName: 'Μυστικόπουλος',
      }),
    allocate: (a: number) =>
      post(`/campaigns/${campaign.id}/allocations`, { policy: a % 3 === 0 ? { minimumPerSchool: 2 } : {} }),
    confirm: async (a: number) => {
      const id = pick(await ids(`select id from allocations where status = 'proposed' order by id desc`), a % 2)
      return id && post(`/allocations/${id}/confirm`)
    },
    plan: () => post(`/campaigns/${campaign.id}/shipment-plans`),
    ship: (a: number, b: number) =>
      post('/shipments', {
        campaignId: campaign.id,
        warehouseId: warehouse.id,
        schoolId: pick(schools, a).id,
        kitId: kit.id,
        quantity: 1 + (b % 4),
      }),
    dispatch: async (a: number) => {
      const id = await shipment(a, 'planned')
      return id && post(`/shipments/${id}/dispatch`)
    },
    cancel: async (a: number) => {
      const id = await shipment(a, 'planned')
      return id && post(`/shipments/${id}/cancel`)
    },
    deliver: async (a: number, b: number, c: number) => {
      const row = pick(await ask(`select id, quantity from shipments where status = 'dispatched' order by id`), a)
      if (!row) return undefined
      const quantity = Number(row.quantity)
      const rejectedQuantity = b % 3 === 0 ? Math.min(1, quantity) : 0
      const missingQuantity = c % 4 === 0 ? Math.min(1, quantity - rejectedQuantity) : 0
      const acceptedQuantity = quantity - rejectedQuantity - missingQuantity
      return post(`/shipments/${row.id}/deliver`, { acceptedQuantity, rejectedQuantity, missingQuantity })
    },
    takeBack: async (a: number, b: number) => {
      const id = pick(await ids(`select id from shipments where rejected_quantity > returned_quantity order by id`), a)
      return id && post(`/shipments/${id}/return`, { quantity: 1, damagedQuantity: b % 2 })
    },
    issue: () => post(`/campaigns/${campaign.id}/vouchers`),
    scan: async (a: number, b: number, c: number) => {
      const body = await scan(a, b, c)
      return body && post('/redemptions', body)
    },
    batch: async (a: number, b: number, c: number) => {
      const scannedAt = plusMilliseconds(clock.now(), -60_000 * (c % 600))
      const scans = [
        await scan(a, b, c, { scannedAt }),
        await scan(b, c, a, { scannedAt, handedOut: true }),
        await scan(a, 1, c, { handedOut: true }),
      ]
      return scans[0] && post('/redemption-batches', { scans })
    },
    undo: async (a: number) => {
      const id = pick(await ids('select id from redemptions where undone_at is null order by id'), a)
      return id && post(`/redemptions/${id}/undo`, { reason: 'the kit came back' })
    },
    revoke: async (a: number) => {
      const voucher = pick(await vouchers(), a)
      return voucher && post(`/vouchers/${voucher.id}/revoke`, { reason: 'lost' })
    },
    reissue: async (a: number) => {
      const voucher = pick(await vouchers(), a)
      return voucher && post(`/vouchers/${voucher.id}/reissue`, { reason: 'lost' })
    },
    transfer: async (a: number, b: number) => {
      const id = pick(await ids('select id from enrollments order by id'), a)
      return id && post(`/enrollments/${id}/transfer`, { schoolId: pick(schools, b).id })
    },
    withdraw: async (a: number) => {
      const id = pick(await ids('select id from enrollments order by id'), a)
      return id && post(`/enrollments/${id}/withdraw`, { reason: 'moved away' })
    },
    adjust: (a: number, b: number, c: number) =>
      post('/adjustments', {
        locationId: pick(places(), a),
        kitId: kit.id,
        quantity: b % 2 ? 1 + (c % 3) : -1 - (c % 3),
        reason: b % 2 ? 'found' : 'lost',
        note: '',
      }),
    count: (a: number, b: number) => {
      const countedAt = plusMilliseconds(clock.now(), -1000 * (b % 5000))
      return post('/counts', { locationId: pick(places(), a), countedAt, lines: [{ kitId: kit.id, counted: b % 12 }] })
    },
    post: async (a: number, b: number) => {
      const id = pick(await ids(`select id from counts where status = 'open' order by id`), a)
      return id && post(`/counts/${id}/post`, b % 3 === 0 ? { releaseReserved: true } : {})
    },
    discard: async (a: number) => {
      const id = pick(await ids(`select id from counts where status = 'open' order by id`), a)
      return id && post(`/counts/${id}/discard`)
    },
    return: (a: number, b: number) =>
      post('/returns', {
        schoolId: pick(schools, a).id,
        warehouseId: warehouse.id,
        kitId: kit.id,
        quantity: 1 + (b % 3),
        reason: 'left over',
      }),
    reverse: async (a: number) => {
      const id = pick(await ids('select id from movements order by id desc limit 20'), a)
      return id && post(`/movements/${id}/reverse`, { reason: 'mistake' })
    },
    reconcile: () => post(`/campaigns/${campaign.id}/reconciliations`),
  }
}

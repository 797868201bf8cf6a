import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Target } from './keep-alive.ts'
import { main, type ScaleService } from './scale-service.ts'

/** How many phones scan at once. */
export const phones = 50

const pupilsOfSchool = 20
/** What one request may hold. */
const perBatch = 1000
const mostSingleScans = 5000

/** Does one step of a campaign and notes what it took: `of` is how many things it was about. */
export type Timed = <Result>(what: string, of: number, work: () => Promise<Result>) => Promise<Result>

interface Coded {
  code: string
  schoolId: string
}

/** How many schools `children` go to. */
export const schoolsOf = (children: number) => Math.ceil(children / pupilsOfSchool)

/** Runs a campaign of so many children over HTTP, from the import to its reconciliation and a backup. */
export async function runCampaign(service: ScaleService, children: number, timed: Timed): Promise<void> {
  const { made } = service
  const schools = schoolsOf(children)
  await timed('import schools', schools, () =>
    made('POST', '/school-imports?createCommunities=true', Readable.from(schoolLines(schools))),
  )
  const { campaign, kit } = await openCampaign(service, children)
  await timed('import children', children, async () => {
    const path = `/campaigns/${campaign.id}/enrollment-imports`
    const { created } = await made('POST', path, Readable.from(pupilLines(children)))
    if (created !== children) throw new Error(`${created} children were imported`)
  })
  const { id: warehouseId } = await made('POST', '/warehouses', { name: 'Warehouse' })
  const paper = { supplier: 'Supplier', documentNumber: '1', unitCostCents: 9000, damagedQuantity: 0 }
  const quantity = Math.round(children * 0.95)
  await made('POST', '/receipts', { warehouseId, kitId: kit.id, campaignId: campaign.id, quantity, ...paper })
  const allocation = await timed('allocate', schools, async () => {
    const { id } = await made('POST', `/campaigns/${campaign.id}/allocations`, {})
    return { id }
  })
  await timed('confirm the allocation', schools, () => made('POST', `/allocations/${allocation.id}/confirm`))
  await timed('plan the shipments', schools, () => made('POST', `/campaigns/${campaign.id}/shipment-plans`, {}))
  await timed('issue vouchers', children, () => made('POST', `/campaigns/${campaign.id}/vouchers`))
  const tenth = await timed('list vouchers, all', children, () => everyVoucher(service, campaign.id, 10))
  const singles = Math.min(mostSingleScans, tenth.length / 2)
  await timed(`redeem one by one, ${phones} phones`, singles, () => redeemSingly(service, tenth.slice(0, singles)))
  const rest = tenth.slice(singles)
  await timed('redeem in batches', rest.length, () => redeemInBatches(service, rest))
  await timed('summary', children, async () => {
    const { redeemed } = await made('GET', `/campaigns/${campaign.id}/summary`)
    if (redeemed !== tenth.length) throw new Error(`${redeemed} were redeemed, not ${tenth.length}`)
  })
  await timed('reconcile', children, () => reconcile(service, campaign.id, tenth))
  await timed('verify the trail', children, async () => {
    if (!(await made('GET', '/audit/verification')).intact) throw new Error('the trail is not intact')
  })
  await timed('GET /metrics', 1, () => fetch(`${service.address}/metrics`).then((answer) => answer.text()))
  await timed('back up and prove it', children, () => backUp(service))
}

/** Opens a campaign of so many children in the one community that there is, without reminders. */
export async function openCampaign({ made }: ScaleService, children: number) {
  const [community] = (await made('GET', '/communities')).items
  const kit = await made('POST', '/kits', { name: 'Kit', items: [{ name: 'Bag', quantity: 1, unitCostCents: 9000 }] })
  const campaign = await made('POST', '/campaigns', {
    name: 'Scale',
    year: 2026,
    kitId: kit.id,
    communityIds: [community.id],
    targetQuantity: children,
    budgetCents: children * 9000,
    pickupFrom: '2020-01-01',
    pickupUntil: '2099-12-31',
  })
  // What reminding costs is told by another benchmark; here it would be in the way of every step.
  await made('PUT', `/campaigns/${campaign.id}/reminder-plan`, { steps: [], quietHours: null })
  await made('POST', `/campaigns/${campaign.id}/open`)
  return { campaign, kit }
}

/** Issues vouchers to so many children in an empty database; answers where their scans go, and a body for each, in no order. */
export async function scansOf(service: ScaleService, children: number): Promise<{ target: Target; bodies: string[] }> {
  const { made, address } = service
  await made('POST', '/school-imports?createCommunities=true', Readable.from(schoolLines(schoolsOf(children))))
  const { campaign } = await openCampaign(service, children)
  await made('POST', `/campaigns/${campaign.id}/enrollment-imports`, Readable.from(pupilLines(children)))
  await made('POST', `/campaigns/${campaign.id}/vouchers`)
  const { key } = await made('POST', '/api-keys', { name: 'phones', roles: [{ role: 'admin' }] })
  const vouchers = await everyVoucher(service, campaign.id, 1)
  const bodies = vouchers.map((voucher, i) => JSON.stringify({ ...voucher, scanId: `scan-${i}` }))
  const target = { port: Number(new URL(address).port), path: '/api/v1/redemptions', authorization: `Bearer ${key}` }
  return { target, bodies: bodies.sort() }
}

/** The schools as a file. */
export function* schoolLines(schools: number) {
  yield 'code;name;community\n'
  for (let i = 0; i < schools; i++) yield `${1_000_000 + i};${i + 1}ο Δημοτικό Σχολείο;A\n`
}

/** The children as a file as municipalities send it, each school's behind each other: Greek headers, guarded codes, phones in four spellings. */
export function* pupilLines(children: number, perSchool = pupilsOfSchool) {
  const phones = ['6902128000', '690 212 8000', '00306902128000', '+306902128000']
  yield '\ufeffΚωδικός Σχολείου;Α.Μ.;Επώνυμο;Όνομα;Τμήμα;Κηδεμόνας;Email Κηδεμόνα;Κινητό Κηδεμόνα;Γλώσσα\r\n'
  for (let i = 0; i < children; i++) {
    const code = `"=""${1_000_000 + Math.floor(i / perSchool)}"""`
    const contact = `guardian.${i}@families.example.org;${phones[i % 4]}`
    yield `${code};${1 + (i % perSchool)};Φωτοπούλου;Ελένη;Α1;Φωτοπούλου Μαρία;${contact};el\r\n`
  }
}

/** Every voucher, or every tenth … of them, out of a list of all. */
async function everyVoucher({ call }: ScaleService, campaignId: string, step: number): Promise<Coded[]> {
  const accept = 'application/x-ndjson'
  const response = await call('GET', `/campaigns/${campaignId}/vouchers`, undefined, { accept })
  const codes: Coded[] = []
  let listed = 0
  for await (const line of createInterface({ input: response })) {
    if (listed++ % step > 0) continue
    const { code, schoolId } = JSON.parse(line)
    codes.push({ code, schoolId })
  }
  return codes
}

async function redeemSingly({ call }: ScaleService, vouchers: Coded[]): Promise<void> {
  let next = 0
  const phone = async () => {
    for (let i = next++; i < vouchers.length; i = next++) {
      const response = await call('POST', '/redemptions', { ...vouchers[i]!, scanId: `scan-${i}` })
      response.resume()
      if (response.statusCode !== 201) throw new Error(`a scan was answered ${response.statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: phones }, phone))
}

/** What phones that were offline send, one after the other. */
async function redeemInBatches({ made }: ScaleService, vouchers: Coded[]): Promise<void> {
  for (let from = 0; from < vouchers.length; from += perBatch) {
    const scans = vouchers
      .slice(from, from + perBatch)
      .map((voucher, i) => ({ ...voucher, scanId: `late-${from + i}` }))
    const { results } = await made('POST', '/redemption-batches', { scans })
    const refused = results.filter(({ result }: { result: string }) => result !== 'accepted').length
    if (refused > 0) throw new Error(`${refused} scans of a batch were refused`)
  }
}

/** Reconciles while a phone goes on scanning vouchers that were used, and tells how long the longest of its scans waited. */
async function reconcile({ made, call }: ScaleService, campaignId: string, used: Coded[]): Promise<void> {
  let isOver = false
  let longest = 0
  const phone = async () => {
    for (let i = 0; !isOver; i++) {
      const began = performance.now()
      const response = await call('POST', '/redemptions', { ...used[i % used.length]!, scanId: `beside-${i}` })
      response.resume()
      longest = Math.max(longest, performance.now() - began)
      await pause(20)
    }
  }
  const scanning = phone()
  let run = await made('POST', `/campaigns/${campaignId}/reconciliations`)
  while (run.status === 'running') {
    await pause(100)
    run = await made('GET', `/reconciliations/${run.id}`)
  }
  isOver = true
  await scanning
  console.log(`a scan waited for ${longest.toFixed(0)} ms at most while the campaign was reconciled`)
}

async function backUp({ env }: ScaleService): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  try {
    await promisify(execFile)(process.execPath, [main, 'backup', folder], { env })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

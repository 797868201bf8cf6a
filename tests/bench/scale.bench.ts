// A campaign at the size of a municipality, a country, or as many children as it is asked for by hand: import, allocation,
// vouchers, a sample of hand-outs, reconciliation, backup, each with its time, what it costs for each child, and the memory.
//
//   npm run bench -- scale                                                       10,000 children
//   node node_modules/.cache/bench/tests/bench/scale.bench.js 85000              a country's first grade
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

const children = Number(process.argv[2] ?? 10_000)
const perSchool = 20
const schools = Math.ceil(children / perSchool)
const redeemed = Math.round(children / 10)
/** Phones at once. */
const phones = 50
const account = { email: 'admin@example.org', password: 'correct horse battery staple' }

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const main = join(import.meta.dirname, '../../src/main.js')
const env = {
  PATH: process.env.PATH ?? '',
  DATABASE_URL: `file:${join(folder, 'saka.db')}`,
  PORT: '0',
  ADMIN_EMAIL: account.email,
  ADMIN_PASSWORD: account.password,
}
const child = spawn(process.execPath, [main, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'], env })
process.on('exit', () => child.kill('SIGKILL'))
const address = await new Promise<string>((found) => {
  createInterface({ input: child.stdout }).on('line', (line) => {
    const listening = /listening on (\S+?)"/.exec(line)?.[1]
    if (listening) found(listening)
  })
})
// Import and reconciliation take longer than fetch waits for a head.
const agent = new Agent({ keepAlive: true, maxSockets: phones })
let cookie = ''

async function call(
  method: string,
  path: string,
  body?: string | object | Readable,
  headers: Record<string, string> = {},
) {
  const type = typeof body === 'string' || body instanceof Readable ? 'text/csv' : 'application/json'
  const sent = request(`${address}/api/v1${path}`, {
    method,
    agent,
    headers: { cookie, ...(body !== undefined && { 'content-type': type }), ...headers },
  })
  const answered = new Promise<import('node:http').IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).once('error', reject),
  )
  if (body instanceof Readable) await pipeline(body, sent)
  else sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  const response = await answered
  if (response.headers['set-cookie']) cookie = response.headers['set-cookie'][0]!.split(';')[0]!
  return { status: response.statusCode!, response }
}

async function made(method: string, path: string, body?: string | object | Readable): Promise<any> {
  const { status, response } = await call(method, path, body)
  const answer = await text(response)
  if (status >= 400) throw new Error(`${path} answered ${status}: ${answer.slice(0, 500)}`)
  return JSON.parse(answer)
}

const rows: { what: string; seconds: number; cpu: number; of: number }[] = []

/** The processor's time that the service has had, in seconds: the same however much else the machine has to do. */
function cpuSeconds(): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) / 100
}

async function timed<Result>(what: string, of: number, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now()
  const before = cpuSeconds()
  const result = await work()
  rows.push({ what, seconds: (performance.now() - began) / 1000, cpu: cpuSeconds() - before, of })
  return result
}

await made('POST', '/session', account)
const list = Array.from({ length: schools }, (_, i) => `${1_000_000 + i};${i + 1}ο Δημοτικό Σχολείο;A`)
await timed('import schools', schools, () =>
  made('POST', '/school-imports?createCommunities=true', ['code;name;community', ...list].join('\n')),
)
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
await made('POST', `/campaigns/${campaign.id}/open`)

function* pupils() {
  yield 'schoolCode;pupilRef;familyName;givenName;section;guardianName;guardianEmail;language\n'
  for (let i = 0; i < children; i++) {
    const school = 1_000_000 + Math.floor(i / perSchool)
    yield `${school};${1 + (i % perSchool)};Φωτοπούλου;Ελένη;Α1;Φωτοπούλου Μαρία;guardian.${i}@families.example.org;el\n`
  }
}
await timed('import children', children, async () => {
  const path = `/campaigns/${campaign.id}/enrollment-imports`
  const { created } = await made('POST', path, Readable.from(pupils()))
  if (created !== children) throw new Error(`${created} children were imported`)
})
const warehouse = await made('POST', '/warehouses', { name: 'Warehouse' })
await made('POST', '/receipts', {
  warehouseId: warehouse.id,
  kitId: kit.id,
  campaignId: campaign.id,
  quantity: Math.round(children * 0.95),
  damagedQuantity: 0,
  unitCostCents: 9000,
  supplier: 'Supplier',
  documentNumber: '1',
})
const allocation = await timed('allocate', schools, () => made('POST', `/campaigns/${campaign.id}/allocations`, {}))
await timed('confirm the allocation', schools, () => made('POST', `/allocations/${allocation.id}/confirm`))
await timed('plan the shipments', schools, () => made('POST', `/campaigns/${campaign.id}/shipment-plans`, {}))
await timed('issue vouchers', children, () => made('POST', `/campaigns/${campaign.id}/vouchers`))

const codes: { code: string; schoolId: string }[] = []
await timed('list vouchers, all', children, async () => {
  const { response } = await call('GET', `/campaigns/${campaign.id}/vouchers`, undefined, {
    accept: 'application/x-ndjson',
  })
  for await (const line of createInterface({ input: response })) {
    const { code, schoolId } = JSON.parse(line)
    codes.push({ code, schoolId })
  }
})
const sample = codes.filter((_, i) => i % 10 === 0).slice(0, redeemed)
await timed(`redeem a tenth, ${phones} phones`, sample.length, async () => {
  let next = 0
  const phone = async () => {
    for (let i = next++; i < sample.length; i = next++) {
      const { status, response } = await call('POST', '/redemptions', { ...sample[i]!, scanId: `scan-${i}` })
      response.resume()
      if (status !== 201) throw new Error(`a scan was answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: phones }, phone))
})
await timed('summary', children, () => made('GET', `/campaigns/${campaign.id}/summary`))
await timed('reconcile', children, async () => {
  let run = await made('POST', `/campaigns/${campaign.id}/reconciliations`)
  while (run.status === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 100))
    run = await made('GET', `/reconciliations/${run.id}`)
  }
})
await timed('verify the trail', children, () => made('GET', '/audit/verification'))
await timed('GET /metrics', 1, () => fetch(`${address}/metrics`).then((answer) => answer.text()))
await timed('back up and prove it', children, () =>
  promisify(execFile)(process.execPath, [main, 'backup', folder], { env }),
)

const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
const bytes = ['', '-wal'].reduce(
  (sum, end) => sum + (statSync(`${join(folder, 'saka.db')}${end}`, { throwIfNoEntry: false })?.size ?? 0),
  0,
)
console.log(`${children} children of ${schools} schools, on SQLite, one process`)
for (const { what, seconds, cpu, of } of rows) {
  const each = of > 1 ? `${((cpu / of) * 1e6).toFixed(0).padStart(8)} µs of it for each of ${of}` : ''
  console.log(`${what.padEnd(30)}${seconds.toFixed(2).padStart(8)} s ${cpu.toFixed(2).padStart(8)} s of CPU ${each}`)
}
console.log(`peak memory of the service    ${peak.toFixed(0).padStart(8)} MB`)
console.log(`database and its log          ${(bytes / 1024 / 1024).toFixed(0).padStart(8)} MB`)
const figures = Object.fromEntries(
  rows.map(({ what, seconds, cpu }) => [what, [Number(seconds.toFixed(2)), Number(cpu.toFixed(2))]]),
)
console.log(JSON.stringify({ bench: 'scale', children, figures, megabytes: Math.round(peak) }))
process.exit()

// Who waits while a campaign is reconciled: scans, batches of phones that were offline, and another change at once, each beside it
// and before it, with the longest wait of each; then what the report costs as a workbook and as a PDF, in memory.
//
//   npm run bench -- reconciliation                                                 10,000 children of 500 schools, SQLite
//   node tests/bench/reconciliation.bench.ts 100000 5000
//   node tests/bench/reconciliation.bench.ts postgres 100000 5000
//
// The worst that can be: a kit was handed out at every school and no shipment had arrived, so that every school has two findings.

import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { openCampaign, pupilLines, receiveKits, schoolLines } from './scale-campaign.ts'
import { postgresEngine, sqliteEngine } from './scale-database.ts'
import { type ScaleService, startService } from './scale-service.ts'

interface Coded {
  code: string
  schoolId: string
}

const asked = process.argv.slice(2)
const [children = 10_000, schools = Math.ceil(children / 20)] = asked.filter((word) => /^\d+$/.test(word)).map(Number)
const engine = asked.includes('postgres') ? await postgresEngine(process.env.DATABASE_URL) : sqliteEngine()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void engine.stop().finally(() => process.exit(1)))
try {
  const database = await engine.create(children)
  const service = await startService(database.url, 50)
  console.log(`${children} children of ${schools} schools, on ${engine.name}, one process of the service`)
  await measure(service)
  await service.stop()
  await database.remove()
} finally {
  await engine.stop()
}
process.exit()

async function measure(service: ScaleService): Promise<void> {
  const { campaignId, vouchers } = await fill(service)
  const others = startOthers(service, vouchers)
  await pause(5000)
  tell('before', others.waits())
  service.peakMegabytes()
  const [began, cpu] = [performance.now(), service.cpuSeconds()]
  const run = await finished(service, 'POST', `/campaigns/${campaignId}/reconciliations`)
  console.log(
    `reconcile ${seconds(began)} s, ${(service.cpuSeconds() - cpu).toFixed(2)} s of CPU, ${service.peakMegabytes().toFixed(0)} MB at most, ${(run.bytes / 2 ** 20).toFixed(1)} MB answered`,
  )
  tell('beside it', others.waits())
  const again = performance.now()
  await finished(service, 'POST', `/campaigns/${campaignId}/reconciliations`)
  console.log(`again, nothing new: ${seconds(again)} s`)
  tell('beside it', others.waits())
  for (const kind of ['xlsx', 'pdf']) {
    service.peakMegabytes()
    const printed = performance.now()
    const { bytes } = await finished(service, 'GET', `/reconciliations/${run.id}.${kind}`)
    console.log(
      `${kind} ${seconds(printed)} s, ${service.peakMegabytes().toFixed(0)} MB at most, ${(bytes / 2 ** 20).toFixed(1)} MB`,
    )
    tell('beside it', others.waits())
  }
  await others.stop()
}

async function fill(service: ScaleService): Promise<{ campaignId: string; vouchers: Coded[] }> {
  const { made, call } = service
  await made('POST', '/school-imports?createCommunities=true', Readable.from(schoolLines(schools)))
  const { campaign, kit } = await openCampaign(service, children)
  const pupils = Readable.from(pupilLines(children, Math.ceil(children / schools)))
  await made('POST', `/campaigns/${campaign.id}/enrollment-imports`, pupils)
  await receiveKits(service, campaign.id, kit.id, Math.round(children * 0.95))
  await made('POST', `/campaigns/${campaign.id}/vouchers`)
  const accept = 'application/x-ndjson'
  const response = await call('GET', `/campaigns/${campaign.id}/vouchers`, undefined, { accept })
  const vouchers: Coded[] = []
  for await (const line of createInterface({ input: response })) {
    const { code, schoolId } = JSON.parse(line)
    vouchers.push({ code, schoolId })
  }
  const seen = new Set<string>()
  const first = vouchers.filter(({ schoolId }) => seen.size < seen.add(schoolId).size)
  for (let from = 0; from < first.length; from += 1000) {
    const scans = first.slice(from, from + 1000).map((voucher, i) => ({ ...voucher, scanId: `first-${from + i}` }))
    await made('POST', '/redemption-batches', { scans })
  }
  const used = new Set(first)
  return { campaignId: campaign.id, vouchers: vouchers.filter((voucher) => !used.has(voucher)) }
}

/** Four phones that scan, one that brings five scans of the morning, and a desk that changes a school, each as soon as it was answered. */
function startOthers({ call, made }: ScaleService, vouchers: Coded[]) {
  let waits: Record<string, number[]> = { scan: [], batch: [], change: [] }
  const refusals = new Map<string, number>()
  let isStopped = false
  let next = 0
  const send = async (kind: string, method: string, path: string, body: () => object, rest: number) => {
    while (!isStopped) {
      const sent = body()
      const began = performance.now()
      const response = await call(method, path, sent)
      response.resume()
      waits[kind]!.push(performance.now() - began)
      if (response.statusCode! >= 400) refusals.set(kind, (refusals.get(kind) ?? 0) + 1)
      await pause(rest)
    }
  }
  const scan = (i = next++) => ({ ...vouchers[i]!, scanId: `beside-${i}` })
  const scans = () => ({ scans: Array.from({ length: 5 }, () => scan()) })
  const working = (async () => {
    const { items } = await made('GET', '/schools?limit=1')
    await Promise.all([
      ...Array.from({ length: 4 }, () => send('scan', 'POST', '/redemptions', () => scan(), 20)),
      send('batch', 'POST', '/redemption-batches', scans, 100),
      send('change', 'PATCH', `/schools/${items[0].id}`, () => ({ address: `Οδός ${next}` }), 100),
    ])
  })()
  return {
    /** What each kind has waited for since this was asked last, in milliseconds. */
    waits: () => {
      const past = waits
      waits = { scan: [], batch: [], change: [] }
      return past
    },
    stop: async () => {
      isStopped = true
      await working
      for (const [kind, count] of refusals) console.log(`${count} of ${kind} were refused`)
    },
  }
}

/** Reads an answer to its end, and keeps of it how long it was and the run's id. */
async function finished({ call }: ScaleService, method: string, path: string): Promise<{ id: string; bytes: number }> {
  const response = await call(method, path)
  let bytes = 0
  let head = ''
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (head.length < 200) head += chunk.toString('latin1')
  }
  if (response.statusCode! >= 400) throw new Error(`${path} answered ${response.statusCode}: ${head}`)
  return { id: /"id":"([^"]+)"/.exec(head)?.[1] ?? '', bytes }
}

function tell(when: string, waits: Record<string, number[]>): void {
  for (const [kind, all] of Object.entries(waits)) {
    const sorted = all.toSorted((a, b) => a - b)
    const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0).padStart(6)
    console.log(
      `  ${when.padEnd(10)} ${kind.padEnd(7)} ${String(all.length).padStart(6)} answered, half within ${at(0.5)} ms, 99 of 100 within ${at(0.99)}, longest ${at(1)}`,
    )
  }
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(2)
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

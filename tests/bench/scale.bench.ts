// Campaigns at the size of a municipality, a country, or as many children as it is asked for by hand, each on an empty database:
// import, allocation, vouchers, a tenth of the hand-outs, reconciliation, backup, each with its time, what it costs for each
// child, and the memory of the service. Of several sizes it tells what the largest costs for each child against the others.
//
//   npm run bench -- scale                                       10,000 children, SQLite
//   node tests/bench/scale.bench.ts 85000                        a country's first grade
//   node tests/bench/scale.bench.ts postgres 10000 100000 1000000
//
// PostgreSQL is a server of its own, or the one that DATABASE_URL names, where it makes databases called saka_bench_….
import { phones, runCampaign, schoolsOf, type Timed } from './scale-campaign.ts'
import { postgresEngine, type ScaleEngine, sqliteEngine } from './scale-database.ts'
import { startService } from './scale-service.ts'

/** What one step took: seconds of the clock, of the service's processor time and of the server's; megabytes at most. */
interface Step {
  what: string
  of: number
  seconds: number
  cpu: number
  serverCpu: number | undefined
  megabytes: number
}

const asked = process.argv.slice(2)
const sizes = asked.filter((word) => /^\d+$/.test(word)).map(Number)
if (sizes.length === 0) sizes.push(10_000)
const url = process.env.DATABASE_URL
const engine = asked.includes('postgres') || url ? await postgresEngine(url) : sqliteEngine()
// Else the service and the server would outlive what started them.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void engine.stop().finally(() => process.exit(1)))
const runs = new Map<number, Step[]>()
try {
  for (const children of sizes) runs.set(children, await measure(engine, children))
} finally {
  await engine.stop()
}
const largest = Math.max(...sizes)
for (const children of sizes.filter((size) => size < largest)) compare(largest, children)
process.exit()

async function measure(engine: ScaleEngine, children: number): Promise<Step[]> {
  const database = await engine.create(children)
  const service = await startService(database.url, phones)
  console.log(`\n${children} children of ${schoolsOf(children)} schools, on ${engine.name}, one process of the service`)
  const steps: Step[] = []
  const timed: Timed = async (what, of, work) => {
    service.peakMegabytes()
    const [began, cpu, serverCpu] = [performance.now(), service.cpuSeconds(), database.cpuSeconds()]
    const result = await work()
    const step = {
      ...{ what, of },
      seconds: (performance.now() - began) / 1000,
      cpu: service.cpuSeconds() - cpu,
      serverCpu: serverCpu === undefined ? undefined : database.cpuSeconds()! - serverCpu,
      megabytes: service.peakMegabytes(),
    }
    steps.push(step)
    tell(step)
    return result
  }
  await runCampaign(service, children, timed)
  const bytes = await database.bytes()
  await service.stop()
  await database.remove()
  const peak = Math.max(...steps.map(({ megabytes }) => megabytes))
  console.log(`the service had ${peak.toFixed(0)} MB at most; the database has ${(bytes / 2 ** 20).toFixed(0)} MB`)
  return steps
}

/** Processor time for each thing, of the service and the server together, in microseconds. */
function microseconds({ cpu, serverCpu = 0, of }: Step): number {
  return ((cpu + serverCpu) / of) * 1e6
}

function tell(step: Step): void {
  const { what, of, seconds, cpu, serverCpu, megabytes } = step
  const server = serverCpu === undefined ? '' : ` + ${serverCpu.toFixed(2).padStart(7)} s of the server's`
  const each = of > 1 ? `${microseconds(step).toFixed(0).padStart(7)} µs of both for each of ${of}` : ''
  console.log(
    `${what.padEnd(30)}${seconds.toFixed(2).padStart(8)} s ${cpu.toFixed(2).padStart(8)} s of CPU${server} ${megabytes.toFixed(0).padStart(5)} MB ${each}`,
  )
}

function compare(large: number, small: number): void {
  console.log(`\n${large} children against ${small}: processor time for each (as many: 1), and megabytes`)
  for (const [i, step] of runs.get(large)!.entries()) {
    const less = runs.get(small)![i]!
    const ratio = step.of > 1 ? (microseconds(step) / microseconds(less)).toFixed(2) : ''
    const memory = `${less.megabytes.toFixed(0).padStart(6)} -> ${step.megabytes.toFixed(0).padStart(5)} MB`
    console.log(`${step.what.padEnd(30)}${ratio.padStart(8)} ${memory}`)
  }
}

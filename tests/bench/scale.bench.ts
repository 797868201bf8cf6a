// A campaign of as many children as it is asked for, on an empty database: import, allocation, vouchers, a tenth of the hand-outs,
// reconciliation, backup, each with its time, what it costs for each child, and the memory of the service.
//
//   npm run bench -- scale                              10,000 children, SQLite
//   node tests/bench/scale.bench.ts 85000               a country's first grade
//   node tests/bench/scale.bench.ts postgres 85000      on a server of its own
import { phones, runCampaign, schoolsOf, type Timed } from './scale-campaign.ts'
import { postgresDatabase, type ScaleDatabase, sqliteDatabase } from './scale-database.ts'
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
const children = Number(asked.find((word) => /^\d+$/.test(word)) ?? 10_000)
const database = asked.includes('postgres') ? await postgresDatabase() : sqliteDatabase()
// Else the service and the server would outlive what started them.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void database.stop().finally(() => process.exit(1)))
try {
  await measure(database)
} finally {
  await database.stop()
}
process.exit()

async function measure(database: ScaleDatabase): Promise<void> {
  const service = await startService(database.url, phones)
  console.log(
    `\n${children} children of ${schoolsOf(children)} schools, on ${database.engine}, one process of the service`,
  )
  let peak = 0
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
    peak = Math.max(peak, step.megabytes)
    tell(step)
    return result
  }
  await runCampaign(service, children, timed)
  const bytes = await database.bytes()
  await service.stop()
  console.log(`the service had ${peak.toFixed(0)} MB at most; the database has ${(bytes / 2 ** 20).toFixed(0)} MB`)
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

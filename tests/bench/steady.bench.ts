// What a school yard feels: a hundred scans a second from a hundred phones, over HTTP with everything on, on either engine. And a
// queue of fifty phones, each of which scans the next child as soon as it has its answer.
import { cpus } from 'node:os'
import { requestsPerSecond, steadily } from './keep-alive.ts'
import { scansOf } from './scale-campaign.ts'
import { postgresDatabase, type ScaleDatabase, sqliteDatabase } from './scale-database.ts'
import { startService } from './scale-service.ts'

const warmUp = 1000
const seconds = 20
const perSecond = 100
const phones = 100
const [queued, queue] = [3000, 50]

async function measure(database: ScaleDatabase): Promise<void> {
  const service = await startService(database.url, 1)
  const { target, bodies } = await scansOf(service, warmUp + seconds * perSecond + queued)
  await requestsPerSecond(target, bodies.splice(0, warmUp), queue)

  /** Runs `work`, and answers the processor time of each of `count` scans: the service's, and the server's. */
  async function timed<Result>(count: number, work: () => Promise<Result>) {
    const [cpu, serverCpu] = [service.cpuSeconds(), database.cpuSeconds()]
    const result = await work()
    const each = (used: number) => `${((used * 1e6) / count).toFixed(0)} µs`
    const server = serverCpu === undefined ? '' : each(database.cpuSeconds()! - serverCpu)
    return { result, service: each(service.cpuSeconds() - cpu), server }
  }

  const count = seconds * perSecond
  const steady = await timed(count, () => steadily(target, bodies.splice(0, count), { perSecond, connections: phones }))
  const sorted = steady.result.toSorted((a, b) => a - b)
  const at = (share: number) => `${sorted[Math.floor(share * sorted.length)]!.toFixed(1)} ms`
  const full = await timed(queued, () => requestsPerSecond(target, bodies.splice(0, queued), queue))
  const row = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(i ? 12 : 34)).join(''))
  row(`${database.engine}, ${perSecond} a second`, at(0.5), at(0.99), steady.service, steady.server)
  row(`${database.engine}, a queue of ${queue}`, `${full.result.toFixed(0)} a s`, '', full.service, full.server)
  await service.stop()
  await database.stop()
}

console.log(
  `${cpus().length} cores for all of it; median and 99th percentile, processor time of the service and of the server`,
)
if (process.argv[2] !== 'postgres') await measure(sqliteDatabase())
await measure(await postgresDatabase())

// What a school yard feels: a hundred scans a second from a hundred phones, over HTTP with everything on, on either engine. And a
// queue of fifty phones, each of which scans the next child as soon as it has its answer.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestsPerSecond, steadily } from './keep-alive.ts'
import { processorTime } from './processor-time.ts'
import { postgresEngine, type ScaleEngine, sqliteEngine } from './scale-database.ts'
import type { ServiceReady, ServiceStart } from './steady-service.ts'

const warmUp = 1000
const seconds = 20
const perSecond = 100
const phones = 100
const [queued, queue] = [3000, 50]

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

async function measure(engine: ScaleEngine): Promise<void> {
  const database = await engine.create(0)
  const start: ServiceStart = { databaseUrl: database.url, folder, vouchers: warmUp + seconds * perSecond + queued }
  const child = fork(new URL('./steady-service.ts', import.meta.url), [JSON.stringify(start)])
  const [{ bodies, ...where }] = (await once(child, 'message')) as [ServiceReady]
  const target = { ...where, path: '/api/v1/redemptions' }
  await requestsPerSecond(target, bodies.splice(0, warmUp), queue)

  /** Runs `work`, and answers the microseconds of processor time of each of `count` scans: the service's, and the server's. */
  async function timed<Result>(count: number, work: () => Promise<Result>) {
    const before = [processorTime([child.pid!]), (database.cpuSeconds() ?? 0) * 1000] as const
    const result = await work()
    const micro = (milliseconds: number) => `${((milliseconds * 1000) / count).toFixed(0)} µs`
    const service = micro(processorTime([child.pid!]) - before[0])
    const server = database.cpuSeconds() === undefined ? '' : micro(database.cpuSeconds()! * 1000 - before[1])
    return { result, service, server }
  }

  const count = seconds * perSecond
  const steady = await timed(count, () => steadily(target, bodies.splice(0, count), { perSecond, connections: phones }))
  const sorted = steady.result.toSorted((a, b) => a - b)
  const at = (share: number) => `${sorted[Math.floor(share * sorted.length)]!.toFixed(1)} ms`
  const full = await timed(queued, () => requestsPerSecond(target, bodies.splice(0, queued), queue))
  const row = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(i ? 12 : 34)).join(''))
  row(`${engine.name}, ${perSecond} a second`, at(0.5), at(0.99), steady.service, steady.server)
  row(`${engine.name}, a queue of ${queue}`, `${full.result.toFixed(0)} a s`, '', full.service, full.server)
  const ended = once(child, 'exit')
  child.kill()
  await ended
  await database.remove()
  await engine.stop()
}

console.log(
  `${cpus().length} cores for all of it; median and 99th percentile, processor time of the service and of the server`,
)
if (process.argv[2] !== 'postgres') await measure(sqliteEngine())
await measure(await postgresEngine(process.env.DATABASE_URL))

// What a redemption costs on either engine, over HTTP with everything on, and what PostgreSQL does without the service in front.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import type { EngineReady, EngineStart } from './engine-contestant.ts'
import { requestsPerSecond, type Target } from './keep-alive.ts'
import { plainRedemptions } from './plain-redemption.ts'
import { processorTime, processorTimeOfFamily } from './processor-time.ts'

const rounds = 5
const warmUp = 1000
const perRound = 1000
const connections = 50
const plainEach = 1000

/** In `tests`, which is not compiled. */
const { startPostgres } = (await import(
  pathToFileURL(resolve('tests/postgres.mjs')).href
)) as typeof import('../support/postgres-server.ts')

interface Contestant {
  name: string
  processes: ChildProcess[]
  target: Target
  bodies: string[]
  isPostgres: boolean
  rates: number[]
  /** Milliseconds for each redemption, by round. */
  service: number[]
  server: number[]
}

const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const server = (await startPostgres({ durable: true }))!
const postmaster = Number(readFileSync(join(server.data, 'postmaster.pid'), 'utf8').split('\n')[0])

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(`${server.url}/postgres`)
  await client.connect()
  await client.query(statement)
  await client.end()
}

async function startOne(start: EngineStart): Promise<{ child: ChildProcess; ready: EngineReady }> {
  const child = fork(new URL('./engine-contestant.ts', import.meta.url), [JSON.stringify(start)])
  process.on('exit', () => child.kill('SIGKILL'))
  const [ready] = (await once(child, 'message')) as [EngineReady]
  return { child, ready }
}

async function enter(name: string, processes: number, databaseUrl: string): Promise<Contestant> {
  const start = { databaseUrl, folder, vouchers: warmUp + rounds * perRound }
  const first = await startOne(start)
  const others = await Promise.all(Array.from({ length: processes - 1 }, () => startOne({ ...start, vouchers: 0 })))
  const { port, authorization, bodies } = first.ready
  return {
    name,
    processes: [first, ...others].map(({ child }) => child),
    target: { port, otherPorts: others.map(({ ready }) => ready.port), path: '/api/v1/redemptions', authorization },
    bodies,
    isPostgres: databaseUrl.startsWith('postgres'),
    rates: [],
    service: [],
    server: [],
  }
}

async function race(contestant: Contestant): Promise<void> {
  const pids = contestant.processes.map(({ pid }) => pid!)
  const [service, ofServer] = [processorTime(pids), processorTimeOfFamily(postmaster)]
  contestant.rates.push(await requestsPerSecond(contestant.target, contestant.bodies.splice(0, perRound), connections))
  contestant.service.push((processorTime(pids) - service) / perRound)
  contestant.server.push(contestant.isPostgres ? (processorTimeOfFamily(postmaster) - ofServer) / perRound : 0)
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!

function tell(name: string, perSecond: number, service: number, ofServer: number): void {
  const micro = (milliseconds: number) => (milliseconds * 1000).toFixed(0).padStart(8)
  const figures = [perSecond.toFixed(0).padStart(10), micro(service), micro(ofServer), micro(service + ofServer)]
  console.log(`${name.padEnd(44)}${figures.join('   ')}`)
}

const contestants: Contestant[] = [await enter('SQLite, 1 process', 1, `file:${join(folder, 'saka.db')}`)]
for (const processes of [1, 2, 4]) {
  await administer(`CREATE DATABASE with_${processes}`)
  const name = `PostgreSQL, ${processes} process${processes > 1 ? 'es' : ''}`
  contestants.push(await enter(name, processes, `${server.url}/with_${processes}`))
}
for (const { target, bodies } of contestants) await requestsPerSecond(target, bodies.splice(0, warmUp), connections)
for (let round = 0; round < rounds; round++) for (const contestant of contestants) await race(contestant)
for (const { processes } of contestants) for (const child of processes) child.kill()

console.log(
  `${rounds} interleaved rounds of ${perRound} redemptions, ${connections} connections, ${cpus().length} cores for all; medians`,
)
console.log(`${'µs of processor time for each redemption'.padEnd(44)}  a second    service     server        sum`)
for (const { name, rates, service, server: ofServer } of contestants)
  tell(name, median(rates), median(service), median(ofServer))

for (const clients of [1, 2, 4]) {
  await administer(`DROP DATABASE IF EXISTS plain WITH (FORCE)`)
  await administer(`CREATE DATABASE plain TEMPLATE with_1`)
  const plain = await plainRedemptions(`${server.url}/plain`, folder, clients, plainEach, () =>
    processorTimeOfFamily(postmaster),
  )
  if (!plain) console.log('pgbench is not on the PATH: no figures without a service')
  else tell(`pgbench, ${clients} client${clients > 1 ? 's' : ''}`, plain.perSecond, 0, plain.server)
}

const [sqlite, one, two, four] = contestants as [Contestant, Contestant, Contestant, Contestant]
const ratio = (name: string, of: number[], against: number[]) =>
  console.log(
    `${name.padEnd(64)} ${median(of.map((value, i) => value / against[i]!))
      .toFixed(2)
      .padStart(6)} x`,
  )
const sums = ({ service, server: ofServer }: Contestant) => service.map((value, i) => value + ofServer[i]!)
ratio('redemptions a second, PostgreSQL / SQLite, 1 process each', one.rates, sqlite.rates)
ratio('redemptions a second, PostgreSQL, 2 processes / 1', two.rates, one.rates)
ratio('redemptions a second, PostgreSQL, 4 processes / 1', four.rates, one.rates)
ratio('processor time of the service, PostgreSQL / SQLite', one.service, sqlite.service)
ratio('processor time of all, PostgreSQL / SQLite', sums(one), sums(sqlite))
await server.stop()

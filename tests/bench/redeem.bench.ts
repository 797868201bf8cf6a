import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { requestsPerSecond } from './keep-alive.ts'
import type { Contestant } from './redeem-contestant.ts'

const rounds = 15
const warmUp = 3000
/** How many requests each contestant gets in one round, by the number of connections. */
const requests = { 1: 200, 50: 2000 } as const
const connectionCounts = [1, 50] as const
const perContestant = warmUp + rounds * (requests[1] + requests[50])

const names = {
  bare: 'a bare Fastify route with the same schema',
  service: 'redeem, everything on',
  alone: 'redeem, a commit for each request',
} as const
type Racer = keyof typeof names

/** Answers how many a second were done, of `count` by so many at once. */
type Race = (count: number, connections: number) => Promise<number>

const children: ChildProcess[] = []
async function start<Ready>(file: string, ...args: string[]): Promise<[ChildProcess, Ready]> {
  const child = fork(new URL(file, import.meta.url), args)
  children.push(child)
  const [ready] = (await once(child, 'message')) as [Ready]
  return [child, ready]
}

async function overHttp(racer: Racer): Promise<Race> {
  const [, contestant] = await start<Contestant>('./redeem-contestant.ts', racer, String(perContestant))
  const { bodies } = contestant
  // Each voucher is used once.
  const take = (count: number) =>
    bodies.length > 1 ? bodies.splice(0, count) : Array.from({ length: count }, () => bodies[0]!)
  return (count, connections) => requestsPerSecond(contestant, take(count), connections)
}

const races = new Map<Racer, Race>()
for (const racer of ['bare', 'service', 'alone'] as const) races.set(racer, await overHttp(racer))
for (const race of races.values()) await race(warmUp, 50)

const rates = new Map<string, number[]>()
for (let round = 0; round < rounds; round++) {
  for (const connections of connectionCounts) {
    for (const [racer, race] of races) {
      const key = `${racer} ${connections}`
      rates.set(key, [...(rates.get(key) ?? []), await race(requests[connections], connections)])
    }
  }
}
for (const child of children) child.kill()

const ratesOf = (racer: Racer, connections: number) => rates.get(`${racer} ${connections}`)!
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
/** The median of what each round gives: what slows the whole machine for a while slows both. */
function compare(name: string, ratios: number[], note: string): void {
  console.log(`${name.padEnd(64)} ${median(ratios).toFixed(2).padStart(6)} x  ${note}`)
}
const ratios = (of: Racer, against: Racer, connections: number) =>
  ratesOf(of, connections).map((rate, round) => rate / ratesOf(against, connections)[round]!)
console.log(`requests a second, median of ${rounds} interleaved rounds, a voucher for each, codes shuffled`)
for (const connections of connectionCounts) {
  for (const racer of races.keys()) {
    const name = `${names[racer]}, ${connections} connection${connections > 1 ? 's' : ''}`
    console.log(`${name.padEnd(64)} ${median(ratesOf(racer, connections)).toFixed(0).padStart(6)}`)
  }
}
compare('redeem / bare, 1 connection', ratios('service', 'bare', 1), 'at least 0.15')
compare('redeem / bare, 50 connections', ratios('service', 'bare', 50), 'at least 0.4')
compare('redeem / a commit for each, 50 connections', ratios('service', 'alone', 50), 'at least 2')

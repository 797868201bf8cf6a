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

const racers = {
  bare: 'a bare Fastify route with the same schema',
  service: 'redeem, everything on',
  alone: 'redeem, a commit for each request',
} as const
type Racer = keyof typeof racers

const children: ChildProcess[] = []
const contestants = new Map<Racer, Contestant>()
for (const racer of Object.keys(racers) as Racer[]) {
  const child = fork(new URL('./redeem-contestant.js', import.meta.url), [racer, String(perContestant)])
  children.push(child)
  const [contestant] = (await once(child, 'message')) as [Contestant]
  contestants.set(racer, contestant)
}

/** The next `count` bodies of a contestant: each voucher is used once. */
function take({ bodies }: Contestant, count: number): string[] {
  return bodies.length > 1 ? bodies.splice(0, count) : Array.from({ length: count }, () => bodies[0]!)
}

for (const contestant of contestants.values()) await requestsPerSecond(contestant, take(contestant, warmUp), 50)

const rates = new Map<string, number[]>()
for (let round = 0; round < rounds; round++) {
  for (const connections of connectionCounts) {
    for (const [racer, contestant] of contestants) {
      const rate = await requestsPerSecond(contestant, take(contestant, requests[connections]), connections)
      const key = `${racer} ${connections}`
      rates.set(key, [...(rates.get(key) ?? []), rate])
    }
  }
}
for (const child of children) child.kill()

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const rateOf = (racer: Racer, connections: number) => median(rates.get(`${racer} ${connections}`)!)
/** The median of the ratios of each round: what slows the whole machine for a while slows both. */
function compare(name: string, of: Racer, against: Racer, connections: number, atLeast: number): void {
  const base = rates.get(`${against} ${connections}`)!
  const value = median(rates.get(`${of} ${connections}`)!.map((rate, round) => rate / base[round]!))
  console.log(`${name.padEnd(64)} ${value.toFixed(2).padStart(6)} x  at least ${atLeast}`)
}

console.log(`requests a second, median of ${rounds} interleaved rounds, a voucher for each, codes shuffled`)
for (const connections of connectionCounts) {
  for (const racer of Object.keys(racers) as Racer[]) {
    const name = `${racers[racer]}, ${connections} connection${connections > 1 ? 's' : ''}`
    console.log(`${name.padEnd(64)} ${rateOf(racer, connections).toFixed(0).padStart(6)}`)
  }
}
compare('redeem / bare, 1 connection', 'service', 'bare', 1, 0.15)
compare('redeem / bare, 50 connections', 'service', 'bare', 50, 0.4)
compare('redeem / a commit for each, 50 connections', 'service', 'alone', 50, 2)

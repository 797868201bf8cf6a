import { fork } from 'node:child_process'
import { once } from 'node:events'
import { requestsPerSecond } from './keep-alive.ts'
import type { Contestant } from './sign-in-check-contestant.ts'

const requests = 10_000
const rounds = 15
const connections = 20
const mostShare = 0.15

const child = fork(new URL('./sign-in-check-contestant.ts', import.meta.url))
const [{ port, authorization }] = (await once(child, 'message')) as [Contestant]
const bodies = Array.from({ length: requests }, () => '{}')

/** Microseconds of CPU that the server needs for one request. */
async function cost(path: string): Promise<number> {
  const before = await used()
  await requestsPerSecond({ port, path, authorization }, bodies, connections)
  return ((await used()) - before) / requests
}

async function used(): Promise<number> {
  child.send('used')
  const [microseconds] = (await once(child, 'message')) as [number]
  return microseconds
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const costs = { with: [] as number[], without: [] as number[] }
for (const path of ['/with/light', '/without/light', '/with/light']) await cost(path)
for (let round = 0; round < rounds; round++) {
  costs.without.push(await cost('/without/light'))
  costs.with.push(await cost('/with/light'))
}
child.kill()

const shares = costs.with.map((withCheck, round) => (withCheck - costs.without[round]!) / withCheck)
const share = median(shares)
console.log(`${requests} requests for each of ${rounds} interleaved rounds, CPU of the server, medians`)
console.log(`a light request that asks nobody who they are   ${median(costs.without).toFixed(1)} us`)
console.log(`the same with an API key that is looked at      ${median(costs.with).toFixed(1)} us`)
console.log(`the check's share of the request                ${(100 * share).toFixed(1)} %  below ${100 * mostShare} %`)
console.log(JSON.stringify({ bench: 'sign-in-check', share: Number(share.toFixed(3)) }))
if (share >= mostShare) process.exitCode = 1
process.exit()

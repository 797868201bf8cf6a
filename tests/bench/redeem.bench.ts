// What it brings that hand-outs of one moment are committed together: the service against the same with a commit for each, in turn.
import { fileURLToPath } from 'node:url'
import { requestsPerSecond } from './keep-alive.ts'
import { median } from './median.ts'
import { scansOf } from './scale-campaign.ts'
import { sqliteEngine } from './scale-database.ts'
import { main, startService } from './scale-service.ts'

const rounds = 15
const warmUp = 3000
/** How many requests each gets in one round, by the number of connections. */
const requests = { 1: 200, 50: 2000 } as const
const connectionCounts = [1, 50] as const
const vouchers = warmUp + rounds * (requests[1] + requests[50])

const racers = [
  await racer('redeem, everything on', main),
  await racer('redeem, a commit for each request', fileURLToPath(new URL('./lone-commits.ts', import.meta.url))),
] as const

async function racer(name: string, program: string) {
  const { url } = await sqliteEngine().create(vouchers)
  const service = await startService(url, 1, program)
  const { target, bodies } = await scansOf(service, vouchers)
  /** How many a second were done, each voucher once. */
  const race = (count: number, connections: number) => requestsPerSecond(target, bodies.splice(0, count), connections)
  await race(warmUp, 50)
  return { name, race, stop: service.stop, rates: { 1: [] as number[], 50: [] as number[] } }
}

for (let round = 0; round < rounds; round++)
  for (const connections of connectionCounts)
    for (const { race, rates } of racers) rates[connections].push(await race(requests[connections], connections))
for (const { stop } of racers) await stop()

console.log(`requests a second, median of ${rounds} interleaved rounds, a voucher for each, codes shuffled`)
for (const connections of connectionCounts)
  for (const { name, rates } of racers)
    console.log(`${name.padEnd(40)} ${connections} at once ${median(rates[connections]).toFixed(0).padStart(6)}`)
// The median of what each round gives: what slows the whole machine for a while slows both.
const [together, alone] = racers.map(({ rates }) => rates[50]) as [number[], number[]]
const ratio = median(together.map((rate, round) => rate / alone[round]!))
console.log(`together / alone, 50 at once                        ${ratio.toFixed(2).padStart(6)} x  at least 2`)
process.exit()

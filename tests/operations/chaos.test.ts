import { setTimeout as pause } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { seededRandom } from '../journeys/reminded-town.ts'
import { engine } from '../support/engine.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { runs } from '../support/long.ts'
import { startMailServer } from '../support/mailbox.ts'
import { type PatientClient, patientClient } from '../support/patient-client.ts'
import { openPickup, type Pickup } from '../support/pickup.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { type ServiceProcess, startProcess, stopProcess } from '../support/process.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { until } from '../support/until.ts'

const seconds = Number(process.env.CHAOS_SECONDS ?? runs(3, 120))
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
/** Chooses whom to kill and when. What the load does by chance is apart, so that it does not change the choice. */
const random = seededRandom(seed)
const loadRandom = seededRandom(seed + 1)
const between = (least: number, most: number) => Math.floor(least + random() * (most - least))

/** Something that dies at any moment and is started again, as `restart: unless-stopped` does. */
interface Mortal {
  name: string
  deaths: number
  kill(): Promise<void>
  start(): Promise<void>
}

/** A process of the service. It must not end but when it is killed. */
interface MortalService extends Mortal {
  address: string
  /** How it ended by itself, each time. */
  fallen: string[]
  stop(): Promise<number | null>
}

function mortalServer(name: string, server: PostgresServer | RedisServer): Mortal {
  return { name, deaths: 0, kill: () => server.kill(), start: () => server.start() }
}

async function mortalService(t: Test, name: string, env: Record<string, string>): Promise<MortalService> {
  let running: ServiceProcess
  let isKilled = false
  const service: MortalService = {
    name,
    deaths: 0,
    address: '',
    fallen: [],
    start: async () => {
      running = await startProcess(env)
      isKilled = false
      service.address = running.address
      running.child.once('exit', (code, signal) => {
        if (!isKilled) service.fallen.push(`${name} ended by itself: ${code ?? signal}`)
      })
    },
    kill: async () => {
      isKilled = true
      if (running.child.exitCode !== null) return
      const ended = new Promise((resolve) => running.child.once('exit', resolve))
      running.child.kill('SIGKILL')
      await ended
    },
    stop: () => {
      isKilled = true
      return stopProcess(running)
    },
  }
  await service.start()
  t.teardown(() => running.child.kill('SIGKILL'))
  return service
}

/** What was answered, and has to be there at the end whatever died. */
interface Acknowledged {
  /** The result by `scanId`. */
  scans: Map<string, string>
  pupils: Set<string>
  surprises: string[]
}

/** Yards that scan, one after another, some vouchers twice; some scans are sent again after their answer. */
async function scanInYard({ codes, school }: Pickup, client: PatientClient, said: Acknowledged, isOver: () => boolean) {
  const scan = async (code: string, scanId: string) => {
    const { status, json } = await client.send({
      path: '/redemptions',
      body: { code, scanId, schoolId: school.id },
    })
    const result = status === 201 ? 'accepted' : json.code
    if (!['accepted', 'already_redeemed'].includes(result)) said.surprises.push(`${scanId}: ${status} ${json.code}`)
    const before = said.scans.get(scanId)
    if (before && before !== result) said.surprises.push(`${scanId} was ${before} and is ${result}`)
    said.scans.set(scanId, result)
  }
  for (let code = codes.pop(); code && !isOver(); code = codes.pop()) {
    const chance = loadRandom()
    const one = scan(code, `online-${code}`)
    await Promise.all(chance < 0.2 ? [one, scan(code, `other-${code}`)] : [one])
    if (chance > 0.8) await scan(code, `online-${code}`)
    await pause(20)
  }
}

/** Phones that were offline and send all that they have. */
async function sendBatches(
  { codes, school }: Pickup,
  client: PatientClient,
  said: Acknowledged,
  isOver: () => boolean,
) {
  while (!isOver()) {
    const scans = codes
      .splice(-20)
      .map((code) => ({ code, scanId: `batch-${code}`, schoolId: school.id, scannedAt: new Date().toISOString() }))
    const { status, json } = await client.send({ path: '/redemption-batches', body: { scans } })
    if (status !== 200) said.surprises.push(`batch: ${status} ${json.code}`)
    for (const { scanId, result } of json.results ?? []) {
      said.scans.set(scanId, result)
      if (result !== 'accepted') said.surprises.push(`${scanId}: ${result}`)
    }
    await pause(200)
  }
}

/** How many files have been imported. */
let files = 0

/** An office that imports children, issues their vouchers and has their guardians told. */
async function importAndTell(
  { campaign, schools }: Pickup,
  client: PatientClient,
  said: Acknowledged,
  isOver: () => boolean,
) {
  for (let n = ++files; !isOver(); n = ++files) {
    const refs = Array.from({ length: 12 }, (_, i) => `${n}-${i}`)
    const file = [
      'Κωδικός;Α.Μ.;Κηδεμόνας;Email Κηδεμόνα',
      ...refs.map((ref) => `${schools[1].ministryCode};${ref};Άννα;parent-${ref}@example.org`),
    ].join('\n')
    const steps = [
      { path: `/campaigns/${campaign.id}/enrollment-imports`, body: file, contentType: 'text/csv' },
      { path: `/campaigns/${campaign.id}/vouchers`, body: {} },
      { path: `/campaigns/${campaign.id}/reminders`, body: { step: 'announcement' } },
    ]
    for (const step of steps) {
      const { status, json } = await client.send({ ...step, key: `${step.path} ${n}` })
      if (status > 201) said.surprises.push(`${step.path}: ${status} ${JSON.stringify(json)}`)
      else if (step.contentType) for (const ref of refs) said.pupils.add(ref)
    }
    await pause(500)
  }
}

/** Kills one or two at a time, in an order by chance in which each has its turn, until the time is over and each has died twice. */
async function wreak(mortals: Mortal[]): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end || mortals.some(({ deaths }) => deaths < 2)) {
    const order = mortals.toSorted(() => random() - 0.5)
    while (order.length > 0) {
      const victims = order.splice(0, random() < 0.3 ? 2 : 1).map((victim) => ({ victim, away: between(0, 1000) }))
      await pause(between(500, runs(2000, 6000)))
      await Promise.all(
        victims.map(async ({ victim, away }) => {
          await victim.kill()
          victim.deaths++
          await pause(away)
          await startAgain(victim)
        }),
      )
    }
  }
}

/** Starts it as often as it takes: what it needs may be away too. */
async function startAgain(mortal: Mortal): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await mortal.start()
    } catch (error) {
      if (tries === 20) throw error
      await pause(500)
    }
  }
}

/** More than can be scanned in that time. */
const childrenFor = (seconds: number) => 300 + 40 * seconds

async function startMortals(t: Test) {
  const post = await startMailServer(t)
  const mail = { SMTP_URL: post.url, MAIL_FROM: 'saka@dimos.example', MAIL_PER_SECOND: '50' }
  if (engine === 'sqlite') {
    const pickup = await openPickup(t, { children: childrenFor(seconds), env: mail })
    const service = await mortalService(t, 'the service', pickup.env)
    return { pickup, post, services: [service], webs: [service], mortals: [service] }
  }
  const redis = (await startRedis(t))!
  const server = (await startPostgres({ durable: true }))!
  t.teardown(() => server.stop())
  const env = { ...mail, REDIS_URL: redis.url, DATABASE_URL: `${server.url}/postgres`, DATABASE_CONNECTIONS: '5' }
  const pickup = await openPickup(t, { children: childrenFor(seconds), env })
  const start = (name: string, role: string) => mortalService(t, name, { ...pickup.env, ROLE: role })
  const [one, two, worker] = await Promise.all([
    start('web-1', 'web'),
    start('web-2', 'web'),
    start('worker', 'worker'),
  ])
  const services = [one, two, worker]
  const servers = [mortalServer('PostgreSQL', server), mortalServer('Redis', redis)]
  return { pickup, post, services, webs: [one, two], mortals: [...services, ...servers] }
}

t.setTimeout((seconds + 300) * 1000)

t.test('whoever is killed whenever, nothing that was answered is lost and no message is doubled', async (t) => {
  t.comment(`CHAOS_SEED=${seed}`)
  const { pickup, post, services, webs, mortals } = await startMortals(t)
  const { deps, api, campaign, apiKey } = pickup
  const ask = askOf(deps)
  const count = async (query: string) => Number((await ask(`select count(*) as n from ${query}`))[0]!.n)
  const said: Acknowledged = { scans: new Map(), pupils: new Set(), surprises: [] }
  const client = patientClient(() => webs.map(({ address }) => address), apiKey, 300_000)
  let isOver = false
  const work = [...Array.from({ length: 4 }, () => scanInYard), sendBatches, importAndTell, importAndTell].map((does) =>
    does(pickup, client, said, () => isOver),
  )
  await wreak(mortals)
  isOver = true
  await Promise.all(work)

  t.comment(`killed: ${mortals.map(({ name, deaths }) => `${name} ${deaths} times`).join(', ')}`)
  t.comment(`${said.scans.size} scans, ${said.pupils.size} children imported, ${post.mails.length} mails`)
  t.comment(`asked again for ${JSON.stringify(client.met)}`)
  t.ok(said.scans.size > 0 && said.pupils.size > 0)
  t.same(said.surprises, [], 'nobody was told anything strange')
  t.same(
    services.flatMap(({ fallen }) => fallen),
    [],
    'no process ended because another did',
  )

  // All stop, and two minutes pass without a sign of life of those that were killed.
  for (const service of services) t.equal(await service.stop(), 0, `${service.name} ends in peace`)
  await deps.db.transact(async ({ q, t: { tasks } }) => {
    const dispatchedAt = '2019-12-31T00:00:00.000Z'
    await q
      .update(tasks)
      .set({ dispatchedAt, leasedUntil: '2020-01-01T00:00:00.000Z' })
      .where(eq(tasks.status, 'running'))
    await q.update(tasks).set({ dispatchedAt }).where(eq(tasks.status, 'queued'))
  })
  for (const service of services) await service.start()
  await until('all tasks are done', async () => (await count(`tasks where status in ('queued', 'running')`)) === 0)
  for (const service of services) await service.stop()

  const results = await ask('select scan_id, result from scans')
  t.equal(results.length, new Set(results.map(({ scan_id }) => scan_id)).size)
  const kept = new Map(results.map(({ scan_id, result }) => [scan_id, result]))
  t.same(
    [...said.scans].filter(([scanId, result]) => kept.get(scanId) !== result),
    [],
    'every scan that was answered is there, as it was answered',
  )
  const pupils = new Set((await ask('select pupil_ref from enrollments')).map(({ pupil_ref }) => pupil_ref))
  t.same(
    [...said.pupils].filter((ref) => !pupils.has(ref)),
    [],
    'so is every child that was imported',
  )
  const addresses = post.mails.map(({ to }) => to[0])
  t.equal(new Set(addresses).size, addresses.length, 'no guardian got two mails')
  t.same(await ask(`select distinct status from messages where status not in ('sent', 'doubtful', 'listed')`), [])
  const doubtful = await count(`messages where status = 'doubtful'`)
  const sent = await count(`messages where status = 'sent'`)
  t.comment(`${sent} messages sent, ${doubtful} in doubt`)
  t.ok(post.mails.length >= sent && post.mails.length <= sent + doubtful, 'what is sent has gone out')
  const guardians = await ask(`select count(*) as n from enrollments where pupil_ref like '%-%'`)
  t.equal(sent + doubtful, Number(guardians[0]!.n), 'every guardian was told')
  await invariantsHold(t, ask)
  const { discrepancies } = await api.made(`/campaigns/${campaign.id}/reconciliations`)
  const broken = discrepancies.filter(({ code }: { code: string }) => /_mismatch$|^event_missing$/.test(code))
  t.same(broken, [], 'the reconciliation agrees')
  t.match((await api.get('/audit/verification')).json, { intact: true }, 'the trail proves itself')
})

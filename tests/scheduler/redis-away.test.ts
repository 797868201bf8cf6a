import { Queue } from 'bullmq'
import t from 'tap'
import { clockSettings, runOnRedis } from '../../jobs/redis-runner.ts'
import { nextDue } from '../../src/scheduler/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { startRedis } from '../support/redis-server.ts'
import { startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'
import { ask, counting, shearing, tasksOf } from './flock.ts'

/** After which moments 03:30 in Athens is due when, on the nights before, of and after both changes of 2023. */
const changeNights = [
  ['2023-03-25T12:00:00.000Z', '2023-03-26T01:00:00.000Z'],
  ['2023-03-26T01:00:00.000Z', '2023-03-27T00:30:00.000Z'],
  ['2023-10-28T12:00:00.000Z', '2023-10-29T00:30:00.000Z'],
  ['2023-10-29T00:30:00.000Z', '2023-10-30T01:30:00.000Z'],
] as const

const redis = await startRedis(t)
if (!redis)
  t.test('on Redis', { skip: 'redis-server is not here: install it, or name it in REDIS_SERVER' }, async () => {})
else {
  t.test('Redis may go away and forget everything: the service goes on, and nothing is lost or doubled', async (t) => {
    const job = shearing()
    const saka = await startSaka(t, { jobs: [job] })
    await redis.kill()
    const runner = await runOnRedis(saka.deps, redis.url)
    t.teardown(() => runner.stop())
    await ask(saka, 'before')
    t.match(await saka.api.get('//readyz'), { status: 200 }, 'it serves')
    await new Promise((tick) => setTimeout(tick, 1000))
    t.same(job.attempted, [])
    await redis.start()
    await until('it is done', async () => (await tasksOf(saka, 'done')).length === 1)

    await redis.kill()
    await ask(saka, 'during')
    t.match(await saka.api.get('/jobs'), { status: 200 })
    await new Promise((tick) => setTimeout(tick, 1000))
    await redis.start()
    await until('it is done', async () => (await tasksOf(saka, 'done')).length === 2)
    t.same(job.attempted, ['before', 'during'])
  })

  t.test('with Redis away for ten minutes in the middle of a hand-over all is done, each once', async (t) => {
    let slow = true
    const job = shearing(() => (slow ? new Promise((tick) => setTimeout(tick, 20)) : Promise.resolve()))
    const saka = await startSaka(t, { jobs: [job] })
    const { clock, deps, api } = saka
    const ids = Array.from({ length: 600 }, (_, i) => `sheep-${String(i).padStart(3, '0')}`)
    const runners = await Promise.all([runOnRedis(deps, redis.url), runOnRedis(deps, redis.url)])
    t.teardown(() => Promise.all(runners.map((runner) => runner.stop())))
    await ask(saka, ...ids.slice(0, 300))
    await until('some are done', () => job.attempted.length >= 5)
    const asked = ask(saka, ...ids.slice(300))
    await redis.kill()
    await asked
    for (let minute = 0; minute < 10; minute++) {
      clock.set(plusMilliseconds(clock.now(), 60_000))
      const began = performance.now()
      t.match(await api.get('/jobs'), { status: 200 })
      t.match(await api.get('//readyz'), { json: { database: 'ready' } })
      t.ok(performance.now() - began < 20_000, 'nobody waits for Redis')
    }
    slow = false
    await redis.start()
    await until('all are done', async () => {
      clock.set(plusMilliseconds(clock.now(), 1000))
      return (await api.get('/jobs')).json.items[0].tasks.done === 600
    })
    t.same(job.attempted.toSorted(), ids)
  })

  t.test('a Redis that forgot the clock is told again, and what came due meanwhile is run', async (t) => {
    const job = counting('* * * * * *')
    const saka = await startSaka(t, { jobs: [job] })
    const deps = { ...saka.deps, clock: { now: () => new Date().toISOString() } }
    const runner = await runOnRedis(deps, redis.url)
    t.teardown(() => runner.stop())
    await until('it runs', () => job.counted >= 1)
    await redis.kill()
    await redis.start()
    const before = job.counted
    await until('it runs again', () => job.counted >= before + 3)
  })

  t.test('while Redis is away, what is due by the clock runs a minute late, once', async (t) => {
    const job = counting()
    const saka = await startSaka(t, { jobs: [job] })
    await saka.api.post('/jobs/count-sheep/run')
    await until('it has run', () => job.counted === 1)
    await redis.kill()
    const runners = await Promise.all([runOnRedis(saka.deps, redis.url), runOnRedis(saka.deps, redis.url)])
    t.teardown(() => Promise.all(runners.map((runner) => runner.stop())))
    saka.clock.set('2023-09-12T00:01:00.000Z')
    await until('it runs', () => job.counted === 2)
    await redis.start()
    await new Promise((tick) => setTimeout(tick, 6000))
    t.equal(job.counted, 2)
  })

  t.test('the clock of Redis goes as ours on the nights on which the hour changes', async (t) => {
    await redis.kill()
    await redis.start()
    const job = counting('30 3 * * *')
    const saka = await startSaka(t, { jobs: [job] })
    const runner = await runOnRedis(saka.deps, redis.url)
    t.teardown(() => runner.stop())
    const queue = new Queue('clock', { prefix: saka.deps.config.redisPrefix, connection: { url: redis.url } })
    t.teardown(() => queue.close())
    const next = async () => (await queue.getJobScheduler('count-sheep'))?.next
    await until('it is planned', next)
    t.equal(new Date((await next())!).toISOString(), nextDue('30 3 * * *', 'Europe/Athens', new Date().toISOString()))
    const { repeatStrategy } = clockSettings
    for (const [after, due] of changeNights) {
      const planned = repeatStrategy(Date.parse(after), { pattern: '30 3 * * *', tz: 'Europe/Athens' })
      t.equal(new Date(planned!).toISOString(), due)
    }
  })

  t.test('two installations on one Redis server each do their own', async (t) => {
    const towns = await Promise.all(
      ['athens', 'patras'].map(async (town) => {
        const job = shearing()
        const saka = await startSaka(t, { jobs: [job], env: { REDIS_PREFIX: town } })
        const runner = await runOnRedis(saka.deps, redis.url)
        t.teardown(() => runner.stop())
        return { saka, job, sheep: Array.from({ length: 20 }, (_, i) => `${town}-${String(i).padStart(2, '0')}`) }
      }),
    )
    await Promise.all(towns.map(({ saka, sheep }) => ask(saka, ...sheep)))
    for (const { saka, job, sheep } of towns) {
      await until('all of its own are shorn', async () => (await tasksOf(saka, 'done')).length === sheep.length)
      t.same(job.attempted, sheep)
    }
  })

  t.test('what Redis was handed and forgot is handed again', async (t) => {
    const job = shearing()
    const saka = await startSaka(t, { jobs: [job] })
    const { clock, deps } = saka
    await ask(saka, 'dolly')
    await deps.db.transact(({ q, t }) => q.update(t.tasks).set({ dispatchedAt: clock.now() }))
    const runner = await runOnRedis(deps, redis.url)
    t.teardown(() => runner.stop())
    await new Promise((tick) => setTimeout(tick, 1200))
    t.same(job.attempted, [], 'it may still be in the queue')
    clock.set(plusMilliseconds(clock.now(), 5 * 60_000 + 1))
    await until('it is done', async () => (await tasksOf(saka, 'done')).length === 1)
  })
}

import { eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { runEmbedded } from '../../jobs/embedded-runner.ts'
import { runOnRedis } from '../../jobs/redis-runner.ts'
import type { Runner } from '../../jobs/runner.ts'
import type { AllDeps } from '../../src/deps.ts'
import { enqueue, GiveUp, type Job, RetryLater, type ScheduledJob } from '../../src/scheduler/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { startRedis } from '../support/redis-server.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'
import { ask, counting, meaning, shearing, tasksOf } from './flock.ts'

/** One kind of runner: what there is to start it, in as many processes as a test likes. */
interface Kind {
  name: string
  /** Makes a starter for the runners of one test. */
  prepare(t: Test): Promise<(deps: AllDeps) => Promise<Runner>>
}

const redis = await startRedis(t)
if (!redis)
  t.test('on Redis', { skip: 'redis-server is not here: install it, or name it in REDIS_SERVER' }, async () => {})

const kinds: Kind[] = [
  { name: 'embedded', prepare: async () => runEmbedded },
  ...(redis
    ? [
        {
          name: 'on Redis',
          prepare: async () => {
            await redis.kill()
            await redis.start()
            return (deps: AllDeps) => runOnRedis(deps, redis.url)
          },
        },
      ]
    : []),
]

for (const kind of kinds) {
  t.test(kind.name, async (t) => {
    const start = await kind.prepare(t)
    /** A service with these jobs, and runners on it that end with the test. */
    async function service(t: Test, jobs: Job[], runners = 1): Promise<Saka> {
      const saka = await startSaka(t, { jobs })
      const started = await Promise.all(Array.from({ length: runners }, () => start(saka.deps)))
      t.teardown(() => Promise.all(started.map((runner) => runner.stop())))
      return saka
    }

    t.test('what is asked for is done, once, in the order of asking', async (t) => {
      const job = shearing()
      const saka = await service(t, [job])
      await ask(saka, 'dolly', 'molly')
      await ask(saka, 'dolly', 'polly')
      await until('all are shorn', async () => (await tasksOf(saka, 'done')).length === 3)
      t.same(job.attempted, ['dolly', 'molly', 'polly'])
    })

    t.test('what is undone with its cause is never done', async (t) => {
      const job = shearing()
      const saka = await service(t, [job])
      const cause = saka.deps.db.transact(async (tx) => {
        await enqueue(saka.deps, tx, { id: 'dolly', job: 'shear-sheep', payload: {} })
        throw new Error('the cause has gone')
      })
      await t.rejects(cause, { message: 'the cause has gone' })
      await ask(saka, 'molly')
      await until('the other is shorn', async () => (await tasksOf(saka, 'done')).length === 1)
      t.same(job.attempted, ['molly'])
    })

    t.test('in two runners each is done once', async (t) => {
      const job = shearing()
      const saka = await service(t, [job], 2)
      const ids = Array.from({ length: 100 }, (_, i) => `sheep-${String(i).padStart(3, '0')}`)
      await ask(saka, ...ids)
      await until('all are shorn', async () => (await tasksOf(saka, 'done')).length === 100)
      t.same(job.attempted.toSorted(), ids)
    })

    t.test('one that fails waits longer each time, has failed in the end, and can be asked for again', async (t) => {
      let broken = true
      const job = shearing(async () => {
        if (broken) throw new Error('the shears are blunt')
      })
      const saka = await service(t, [job])
      await ask(saka, 'dolly')
      const waits: number[] = []
      for (let attempt = 1; attempt < 10; attempt++) {
        await until('it waits', async () => job.attempted.length === attempt && (await tasksOf(saka, 'queued'))[0])
        const [task] = await tasksOf(saka)
        t.match(task, { attempts: attempt, failure: 'the shears are blunt' })
        waits.push((Date.parse(task.runAt) - Date.parse(saka.clock.now())) / 60_000)
        saka.clock.set(task.runAt)
      }
      t.same(waits, [1, 2, 4, 8, 16, 30, 30, 30, 30])
      await until('it has failed', async () => (await tasksOf(saka, 'failed'))[0])
      t.match((await saka.api.get('/jobs')).json.items, [{ pattern: null, tasks: { failed: 1 } }])

      broken = false
      t.match(await saka.api.post('/jobs/shear-sheep/retry', { taskIds: ['molly'] }), { json: { retried: 0 } })
      t.match(await saka.api.post('/jobs/shear-sheep/retry', {}), { json: { retried: 1 } })
      await until('it is done', async () => (await tasksOf(saka, 'done'))[0])
      t.match((await saka.api.get('/audit/events?action=job.retried')).json.items, [{ change: { retried: 1 } }])
    })

    t.test('one that is hopeless fails at once, and one that says when is tried then', async (t) => {
      const job = shearing(async (_deps, { id, attempts }) => {
        if (id === 'dolly') throw new GiveUp('it is a goat')
        if (attempts === 1) throw new RetryLater('it is wet', { afterSeconds: 600 })
      })
      const saka = await service(t, [job])
      await ask(saka, 'dolly', 'molly')
      await until('one has failed', async () => (await tasksOf(saka, 'failed'))[0]?.failure === 'it is a goat')
      await until('one waits', async () => job.attempted.length === 2 && (await tasksOf(saka, 'queued'))[0])
      t.match(await tasksOf(saka, 'queued'), [
        { runAt: plusMilliseconds(saka.clock.now(), 600_000), failure: 'it is wet' },
      ])
      saka.clock.set(plusMilliseconds(saka.clock.now(), 600_000))
      await until('it is done', async () => (await tasksOf(saka, 'done'))[0])
    })

    t.test('a job that pauses takes nothing for a while, and has lost no attempt', async (t) => {
      let away = true
      const job = shearing(async () => {
        if (away) throw new RetryLater('the shearer is away', { afterSeconds: 5, pausesJob: true })
      })
      const saka = await service(t, [job])
      await ask(saka, 'dolly', 'molly')
      await until('one has been attempted', () => job.attempted.length === 1)
      await until('it waits', async () => (await tasksOf(saka, 'queued')).length === 2)
      t.match(
        (await tasksOf(saka)).map(({ attempts }) => attempts),
        [0, 0],
      )
      await new Promise((tick) => setTimeout(tick, 500))
      t.equal(job.attempted.length, 1, 'the other is not tried meanwhile')
      away = false
      saka.clock.set(plusMilliseconds(saka.clock.now(), 5000))
      await until('both are done', async () => (await tasksOf(saka, 'done')).length === 2)
    })

    t.test('what waits can be cancelled', async (t) => {
      const job = shearing(async () => {
        throw new RetryLater('it is wet', { afterSeconds: 3600 })
      })
      const saka = await service(t, [job])
      await ask(saka, 'dolly', 'molly')
      await until('both wait', async () => job.attempted.length === 2 && (await tasksOf(saka, 'queued')).length === 2)
      t.match(await saka.api.post('/jobs/shear-sheep/cancel', { taskIds: ['dolly'] }), { json: { cancelled: 1 } })
      t.match(await saka.api.post('/jobs/shear-sheep/cancel', {}), { json: { cancelled: 1 } })
      t.match(await saka.api.post('/jobs/shear-sheep/cancel', {}), { status: 409, json: { code: 'nothing_to_cancel' } })
      saka.clock.set(plusMilliseconds(saka.clock.now(), 7200_000))
      await new Promise((tick) => setTimeout(tick, 1200))
      t.equal(job.attempted.length, 2)
    })

    t.test('what a dead process had begun is done by another', async (t) => {
      const job = shearing()
      const saka = await startSaka(t, { jobs: [job] })
      await ask(saka, 'dolly')
      const { clock, deps } = saka
      await deps.db.transact(({ q, t }) =>
        q.update(t.tasks).set({ status: 'running', attempts: 1, leasedUntil: plusMilliseconds(clock.now(), 120_000) }),
      )
      const runner = await start(deps)
      t.teardown(() => runner.stop())
      await new Promise((tick) => setTimeout(tick, 1200))
      t.same(job.attempted, [], 'the other may still be alive')
      clock.set(plusMilliseconds(clock.now(), 120_001))
      await until('it is done', async () => (await tasksOf(saka, 'done'))[0])
      t.same(job.attempted, ['dolly'])
      t.match(await tasksOf(saka), [{ attempts: 2, failure: null, reason: null }])
    })

    t.test('a stop waits for what is under way and leaves the rest to the next', async (t) => {
      let finish = () => {}
      const job = shearing(() => new Promise((resolve) => (finish = resolve)))
      const saka = await startSaka(t, { jobs: [job] })
      await ask(saka, 'dolly', 'molly')
      const first = await start(saka.deps)
      await until('it is at work', () => job.attempted.length === 1)
      const stopped = first.stop()
      finish()
      await stopped
      t.match((await tasksOf(saka)).map(({ status }) => status).sort(), ['done', 'queued'])
      const second = await start(saka.deps)
      await until('the next is at work', () => job.attempted.length === 2)
      finish()
      await until('both are done', async () => (await tasksOf(saka, 'done')).length === 2)
      await second.stop()
    })

    t.test('a stop waits for runs by the clock, those on time and those that are late', async (t) => {
      const finish: (() => void)[] = []
      const job = (name: string, pattern: string): ScheduledJob => ({
        ...{ name, meaning, pattern },
        run: () => new Promise((resolve) => finish.push(() => resolve({ n: 1 }))),
      })
      const saka = await startSaka(t, { jobs: [job('count-sheep', '* * * * * *'), job('count-lambs', '0 3 1 1 *')] })
      const deps = { ...saka.deps, clock: { now: () => new Date().toISOString() } }
      await saka.api.post('/jobs/count-lambs/run')
      await until('lambs are counted', () => finish.length === 1)
      finish.pop()!()
      const statuses = async () =>
        (await Promise.all(['sheep', 'lambs'].map((what) => saka.api.get(`/jobs/count-${what}/runs`)))).flatMap(
          ({ json }) => json.items.map(({ status }: any) => status),
        )
      await until('they have been', async () => (await statuses()).includes('done'))
      const runner = await start(deps)
      await until('both are at work', () => finish.length === 2)
      let hasStopped = false
      const stopped = runner.stop().then(() => {
        hasStopped = true
      })
      await new Promise((tick) => setTimeout(tick, 300))
      t.notOk(hasStopped)
      t.same((await statuses()).toSorted(), ['done', 'running', 'running'])
      for (const end of finish) end()
      await stopped
      t.same(await statuses(), ['done', 'done', 'done'])
    })

    t.test('one tick of the clock is one run, in however many runners', async (t) => {
      const job = counting('* * * * * *')
      const saka = await startSaka(t, { jobs: [job] })
      const deps = { ...saka.deps, clock: { now: () => new Date().toISOString() } }
      const runners = await Promise.all([start(deps), start(deps), start(deps)])
      t.teardown(() => Promise.all(runners.map((runner) => runner.stop())))
      await until('it has run three times', () => job.counted >= 3)
      const { items } = (await saka.api.get('/jobs/count-sheep/runs')).json
      const ticks = items.map(({ dueAt }: any) => dueAt)
      t.equal(new Set(ticks).size, job.counted)
      const [last, first] = [ticks[0], ticks.at(-1)]
      t.equal((Date.parse(last) - Date.parse(first)) / 1000, job.counted - 1, 'each second has its own')
    })

    t.test('a clock that jumps a year ahead and back keeps nothing waiting for a year', async (t) => {
      const job = shearing(async (_deps, { id, attempts }) => {
        if (id === 'killed' && attempts < 2) throw new Error('never attempted here')
      })
      const saka = await startSaka(t, { jobs: [job] })
      const { clock, deps } = saka
      const now = clock.now()
      clock.set(plusMilliseconds(now, 365 * 24 * 60 * 60_000))
      await ask(saka, 'killed')
      const leasedUntil = plusMilliseconds(clock.now(), 120_000)
      await deps.db.transact(({ q, t }) => q.update(t.tasks).set({ status: 'running', attempts: 1, leasedUntil }))
      await ask(saka, 'asked', 'handed')
      await deps.db.transact(({ q, t }) =>
        q.update(t.tasks).set({ dispatchedAt: clock.now() }).where(eq(t.tasks.id, 'handed')),
      )
      await deps.db.transact((tx) =>
        enqueue(deps, tx, {
          ...{ id: 'later', job: 'shear-sheep', payload: {} },
          runAt: plusMilliseconds(clock.now(), 60_000),
        }),
      )
      clock.set(now)
      const runner = await start(deps)
      t.teardown(() => runner.stop())
      await until('they are done', async () => (await tasksOf(saka, 'done')).length === 3)
      t.same(job.attempted.toSorted(), ['asked', 'handed', 'killed'], 'what was asked for later waits for its time')
    })

    t.test('a clock that jumps runs what came due once, whichever way', async (t) => {
      const job = counting()
      const saka = await startSaka(t, { jobs: [job] })
      const { clock, deps, api } = saka
      const startAt = async (instant: string, runs: number) => {
        clock.set(instant)
        const runner = await start({ ...deps, startedAt: instant })
        await until('it has run', () => job.counted >= runs)
        await new Promise((tick) => setTimeout(tick, 200))
        await runner.stop()
        return job.counted
      }
      await api.post('/jobs/count-sheep/run')
      await until('it has run', () => job.counted === 1)
      t.equal(await startAt('2024-09-12T06:30:00.000Z', 2), 2, 'a year later once, and not once for each day')
      t.equal(await startAt('2023-09-12T06:30:00.000Z', 3), 3, 'back again, that night has its run')
      t.equal(await startAt('2023-09-12T07:30:00.000Z', 3), 3)
      t.equal(await startAt('2023-09-13T06:30:00.000Z', 4), 4, 'and the next one its own')
      t.notOk((await api.get('/jobs')).json.items[0].late)
      clock.set('2023-09-14T06:30:00.000Z')
      t.ok((await api.get('/jobs')).json.items[0].late, 'a run that is dated ahead hides no lateness')
    })

    t.test('a database that is away at the start ends no runner; what is overdue runs later', async (t) => {
      const job = counting()
      const { api, clock, deps } = await startSaka(t, { jobs: [job] })
      await api.post('/jobs/count-sheep/run')
      await until('it has run', () => job.counted === 1)
      clock.set('2023-09-12T06:30:00.000Z')
      let isAway = true
      const db = {
        ...deps.db,
        get read() {
          if (isAway) throw new Error('the database does not answer')
          return deps.db.read
        },
      }
      const runner = await start({ ...deps, db })
      t.teardown(() => runner.stop())
      isAway = false
      await until('it has run again', () => job.counted === 2)
    })

    t.test('a run shows how far it is and stops when it is told to', async (t) => {
      const job: ScheduledJob = {
        name: 'count-sheep',
        meaning,
        pattern: '0 3 * * *',
        run: (_deps, { signal, progress }) =>
          new Promise((resolve) => {
            progress({ counted: 7 })
            signal.addEventListener('abort', () => resolve({ counted: 8 }))
          }),
      }
      const { api } = await service(t, [job])
      const runs = async () => (await api.get('/jobs/count-sheep/runs')).json.items
      await api.post('/jobs/count-sheep/run')
      await until('it shows how far it is', async () => (await runs())[0].figures.counted === 7)
      t.match(await api.post('/jobs/count-sheep/cancel', {}), { json: { cancelled: 1 } })
      await until('it has stopped', async () => (await runs())[0].status !== 'running')
      t.match(await runs(), [{ status: 'cancelled', figures: { counted: 8 } }])
    })
  })
}

t.test('where no runner is, what waits for long is late', async (t) => {
  const saka = await startSaka(t, { jobs: [shearing()] })
  await ask(saka, 'dolly')
  t.match(await saka.api.get('//readyz'), { json: { jobs: 'ready' } })
  saka.clock.set(plusMilliseconds(saka.clock.now(), 16 * 60_000))
  t.match(await saka.api.get('//readyz'), { json: { jobs: 'late: shear-sheep' } })
})

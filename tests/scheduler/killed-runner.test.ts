import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { runEmbedded } from '../../jobs/embedded-runner.ts'
import { runOnRedis } from '../../jobs/redis-runner.ts'
import type { AllDeps } from '../../src/deps.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { enqueue } from '../../src/scheduler/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { databaseOf } from '../support/engine.ts'
import { startRedis } from '../support/redis.ts'
import { startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'
import { tasksOf } from './flock.ts'
import { killedJobs, sheared } from './killed-jobs.ts'

const redis = await startRedis(t)
if (!redis)
  t.test('on Redis', { skip: 'redis-server is not here: install it, or name it in REDIS_SERVER' }, async () => {})

const kinds = [
  { name: 'embedded', start: runEmbedded, env: { REDIS_URL: '' } },
  ...(redis
    ? [{ name: 'on Redis', start: (deps: AllDeps) => runOnRedis(deps, redis.url), env: { REDIS_URL: redis.url } }]
    : []),
]

for (const kind of kinds) {
  t.test(`${kind.name}: a process that is killed leaves its task to the next, and its run is given up`, async (t) => {
    const saka = await startSaka(t, { jobs: killedJobs })
    const { clock, deps, api } = saka
    await deps.db.transact((tx) => enqueue(deps, tx, { id: 'dolly', job: 'shear-sheep', payload: {} }))
    const env = {
      ...process.env,
      ...databaseOf(deps),
      LOG_LEVEL: 'silent',
      KILLED: 'true',
      NOW: clock.now(),
      ...kind.env,
    }
    const child = fork(join(projectRoot, 'tests/scheduler/killed-runner.ts'), { env })
    const begun = new Set<unknown>()
    child.on('message', (name) => begun.add(name))
    await until('both are at work', () => begun.size === 2)
    child.kill('SIGKILL')
    await once(child, 'close')
    t.match((await api.get('/jobs/count-sheep/runs')).json.items, [{ status: 'running' }])
    sheared.length = 0
    clock.set(plusMilliseconds(clock.now(), 120_001))
    const runner = await kind.start(deps)
    t.teardown(() => runner.stop())
    await until('the task is done', async () => (await tasksOf(saka, 'done')).length === 1)
    t.same(sheared, ['dolly'])
    t.match(await tasksOf(saka), [{ attempts: 2, failure: null, reason: null }])
    t.match(await api.post('/jobs/count-sheep/run'), { status: 202 })
    await until('it is done', async () => (await api.get('/jobs/count-sheep/runs')).json.items[0].status === 'done')
    t.match((await api.get('/jobs/count-sheep/runs')).json.items, [
      { status: 'done' },
      { status: 'interrupted', reason: { code: 'process_ended', meaning: { el: /σταμάτησε/ } } },
    ])
  })
}

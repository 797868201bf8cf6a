import t, { type Test } from 'tap'
import { mailNoticesJob } from '../../jobs/mail-notices.ts'
import { startWatchdog } from '../../jobs/watchdog.ts'
import { startWorkerLoop } from '../../jobs/worker-loop.ts'
import { alertTroubledJobs } from '../../src/alerts/index.ts'
import type { QueuedJob, ScheduledJob } from '../../src/scheduler/index.ts'
import { enqueue, GiveUp } from '../../src/scheduler/index.ts'
import { startMailServer } from '../support/mailbox.ts'
import { startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'

const meaning = { el: 'Μετρά τα πρόβατα.', en: 'Counts the sheep.' }

/** A service whose one job runs at three, with two administrators, and no runner. */
async function watched(t: Test, run: ScheduledJob['run'] = async () => ({ done: 1 })) {
  const post = await startMailServer(t)
  const counting: ScheduledJob = { name: 'count-sheep', meaning, pattern: '0 3 * * *', run }
  const shearing: QueuedJob = {
    name: 'shear-sheep',
    meaning,
    attempt: async () => {
      throw new GiveUp('it is a goat')
    },
  }
  const saka = await startSaka(t, { jobs: [counting, shearing, mailNoticesJob], env: { SMTP_URL: post.url } })
  for (const name of ['first', 'second'])
    await saka.api.made('/users', { email: `${name}@example.org`, name, roles: [{ role: 'admin' }] })
  return { ...saka, post, shearing }
}

/** A day later the sheep should have been counted. */
const nextMorning = '2023-09-12T06:30:00.000Z'

t.test('a job that is late is mailed to the administrators, once for each time, though no runner lives', async (t) => {
  const { api, deps, clock, post } = await watched(t)
  const watchdog = startWatchdog(deps, 20)
  t.teardown(() => watchdog.stop())
  await new Promise((tick) => setTimeout(tick, 200))
  t.same(post.mails, [], 'nothing is late')
  clock.set(nextMorning)
  await until('it is told', () => post.mails.length === 2)
  await new Promise((tick) => setTimeout(tick, 300))
  t.same(post.mails.map(({ to }) => to.join()).sort(), ['first@example.org', 'second@example.org'])
  t.match((await api.get('//readyz')).json, { jobs: 'late: count-sheep' })

  await api.post('/jobs/count-sheep/run')
  const { q, t: tables } = deps.db.read
  await until('it is no longer known to be late', async () => (await q.select().from(tables.situations)).length === 0)
  clock.set('2023-09-13T06:30:00.000Z')
  await until('late again, it is told again', () => post.mails.length === 4)
})

t.test('in three processes, one of which has just started, it is told once', async (t) => {
  const { deps, clock, post } = await watched(t)
  clock.set(nextMorning)
  const young = { ...deps, startedAt: nextMorning }
  const watchdogs = [deps, young, deps].map((one) => startWatchdog(one, 20))
  t.teardown(() => Promise.all(watchdogs.map((watchdog) => watchdog.stop())))
  await until('it is told', () => post.mails.length >= 2)
  await new Promise((tick) => setTimeout(tick, 500))
  t.equal(post.mails.length, 2)
})

t.test('a job that fails is told once, until it has been done', async (t) => {
  let broken = true
  const saka = await watched(t, async () => {
    if (broken) throw new Error('the gate is open')
    return { done: 1 }
  })
  const { api, deps } = saka
  const run = async () => {
    await api.post('/jobs/count-sheep/run')
    await until(
      'it has ended',
      async () => (await api.get('/jobs/count-sheep/runs')).json.items[0].status !== 'running',
    )
  }
  const told = async () => {
    await alertTroubledJobs(deps)
    return (await api.get('/audit/events?action=notice.made')).json.items.length
  }
  await run()
  t.equal(await told(), 1)
  await run()
  t.equal(await told(), 1)
  broken = false
  await run()
  t.equal(await told(), 1)
  broken = true
  await run()
  t.equal(await told(), 2)
})

t.test('tasks that have failed are told once, until they are asked for again', async (t) => {
  const { api, deps, shearing } = await watched(t)
  const told = async () => {
    await alertTroubledJobs(deps)
    return (await api.get('/audit/events?action=notice.made')).json.items.length
  }
  await deps.db.transact((tx) => enqueue(deps, tx, { id: 'dolly', job: 'shear-sheep', payload: {} }))
  const loop = startWorkerLoop(deps, shearing)
  t.teardown(() => loop.stop())
  loop.wake()
  await until(
    'it has failed',
    async () => (await api.get('/jobs/shear-sheep/tasks?status=failed')).json.items.length === 1,
  )
  t.equal(await told(), 1)
  t.equal(await told(), 1)
  await api.post('/jobs/shear-sheep/retry', {})
  t.equal(await told(), 1)
})

import t from 'tap'
import { jobs } from '../../jobs/registry.ts'
import { isStorageFault } from '../../src/platform/db/index.ts'
import { AddressRefused, ChannelDown } from '../../src/platform/delivery.ts'
import { counterLabels } from '../../src/scheduler/counter-labels.ts'
import { failureOf as failureIn } from '../../src/scheduler/failure-rules.ts'
import {
  GiveUp,
  isScheduled,
  nextDue,
  RetryLater,
  runOnTime,
  type ScheduledJob,
  workThrough,
} from '../../src/scheduler/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { startSaka } from '../support/saka.ts'
import { until } from '../support/until.ts'

const meaning = { el: 'Μετρά τα πρόβατα.', en: 'Counts the sheep.' }

/** A job that each test gives its work, nightly at three. */
function sheepJob(run: ScheduledJob['run']): ScheduledJob {
  return { name: 'count-sheep', meaning, pattern: '0 3 * * *', run }
}

/** Asks until the last run of the job has ended. */
async function ended(api: any): Promise<any> {
  let run: any
  await until('the run ends', async () => {
    run = (await api.get('/jobs/count-sheep/runs')).json.items[0]
    return run && run.status !== 'running'
  })
  return run
}

t.test('a coordinator sees what runs by itself, runs it now, and sees what it did', async (t) => {
  const saka = await startSaka(t, { jobs: [sheepJob(async () => ({ counted: 17 }))] })
  const coordinator = await saka.as({ role: 'coordinator' })
  const { items } = (await coordinator.get('/jobs')).json
  t.match(items, [{ name: 'count-sheep', meaning, nextRunAt: '2023-09-12T00:00:00.000Z', late: false, lastRun: null }])

  const begun = await coordinator.post('/jobs/count-sheep/run')
  t.match(begun, { status: 202, json: { job: 'count-sheep', status: 'running' } })
  t.match(await ended(coordinator), { id: begun.json.id, status: 'done', figures: { counted: 17 }, failure: null })
  t.match((await coordinator.get('/jobs')).json.items, [{ lastRun: { id: begun.json.id } }])
  t.match((await saka.api.get('/audit/events?action=job.requested')).json.items, [{ subjectId: begun.json.id }])
})

t.test('a job is never at work twice, and those who may not run it do not', async (t) => {
  let finish = () => {}
  const saka = await startSaka(t, {
    jobs: [sheepJob(() => new Promise((resolve) => (finish = () => resolve({ counted: 1 }))))],
  })
  const answers = await Promise.all([1, 2, 3].map(() => saka.api.post('/jobs/count-sheep/run')))
  t.same(answers.map(({ status }) => status).sort(), [202, 409, 409])
  t.match(
    answers.find(({ status }) => status === 409),
    { json: { code: 'job_running' }, headers: { 'retry-after': '60' } },
  )
  finish()
  t.match(await ended(saka.api), { status: 'done' })
  t.match(await saka.api.post('/jobs/count-sheep/run'), { status: 202 }, 'once it has ended it runs again')
  finish()
  await ended(saka.api)
  const auditor = await saka.as({ role: 'auditor' })
  t.match(await auditor.get('/jobs'), { status: 200 })
  t.match(await auditor.post('/jobs/count-sheep/run'), { status: 403 })
  t.match(await saka.api.post('/jobs/shear-sheep/run'), { status: 404 })
})

t.test('what every job counts has words in both languages', async (t) => {
  const { deps } = await startSaka(t)
  const control = { signal: new AbortController().signal, progress: () => {} }
  for (const job of jobs) {
    t.match(job.meaning, { el: /^[Α-ΩΆ-Ώ].*\.$/, en: /^[A-Z].*\.$/ }, job.name)
    if (!isScheduled(job)) continue
    const figures = await job.run(deps, control)
    t.same(
      Object.keys(figures).filter((name) => !(name in counterLabels)),
      [],
      job.name,
    )
  }
})

t.test('a run tells its figures and its failure in words', async (t) => {
  const saka = await startSaka(t, {
    jobs: [
      sheepJob(async (_deps, control) =>
        workThrough(control, ['dolly', 'molly', 'polly'], async (sheep) => {
          if (sheep === 'molly') throw new Error('molly has gone')
          return sheep === 'dolly' ? 'done' : 'skipped'
        }),
      ),
    ],
  })
  await saka.api.post('/jobs/count-sheep/run')
  t.match(await ended(saka.api), {
    status: 'failed',
    figures: { lookedAt: 3, done: 1, skipped: 1, failed: 1 },
    summary: {
      el: 'εξετάστηκαν: 3 · έγιναν: 1 · δεν χρειάζονταν κάτι: 1 · απέτυχαν: 1',
      en: 'looked at: 3 · done: 1 · skipped: 1 · failed: 1',
    },
    failure: '1 of 3 failed: molly has gone',
    reason: { code: 'partly', meaning: { el: 'Ένα μέρος απέτυχε· τα υπόλοιπα έγιναν.' } },
  })
})

t.test('why something failed is known by the error or what is behind it, and holds no value of a query', async (t) => {
  const failureOf = (error: unknown) => failureIn(error, isStorageFault)
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  const query = new Error('Failed query: insert into guardians\nparams: Ελένη', { cause: full })
  t.same(failureOf(query), { failure: 'database or disk is full', reason: 'storage' })
  t.same(failureOf(new Error('Failed query: x\nparams: Ελένη')), { failure: 'a query failed', reason: 'unforeseen' })
  t.match(failureOf(new GiveUp('EENVELOPE 550', { cause: new AddressRefused('550') })), { reason: 'address_refused' })
  t.match(failureOf(new RetryLater('421', { cause: new ChannelDown('421') })), { reason: 'channel_down' })
  t.match(failureOf(new RetryLater('not yet')), { failure: 'not yet', reason: 'postponed' })
  t.match(failureOf('thrown'), { reason: 'unforeseen' })
})

t.test('a run that fails says why, and the next one runs', async (t) => {
  let broken = true
  const saka = await startSaka(t, {
    jobs: [
      sheepJob(async () => {
        if (broken) throw new Error('the gate is open')
        return { counted: 3 }
      }),
    ],
  })
  await saka.api.post('/jobs/count-sheep/run')
  t.match(await ended(saka.api), { status: 'failed', failure: 'the gate is open' })
  broken = false
  await saka.api.post('/jobs/count-sheep/run')
  t.match(await ended(saka.api), { status: 'done', figures: { counted: 3 } })
})

t.test('a run whose process died is given up once it has shown no sign of life for a while', async (t) => {
  const saka = await startSaka(t, { jobs: [sheepJob(async () => ({ counted: 1 }))] })
  const { deps, clock, api } = saka
  const dead = { id: deps.newId(), job: 'count-sheep', status: 'running' as const, figures: {} }
  const leasedUntil = '2023-09-11T06:32:00.000Z'
  await deps.db.transact(async ({ q, t: tables }) => {
    await q.insert(tables.jobRuns).values({ ...dead, startedAt: clock.now(), leasedUntil })
  })
  t.match(await api.post('/jobs/count-sheep/run'), { status: 409 })
  clock.set('2023-09-11T06:32:01.000Z')
  t.match(await api.post('/jobs/count-sheep/run'), { status: 202 })
  await ended(api)
  const { items } = (await api.get('/jobs/count-sheep/runs')).json
  const reason = { code: 'process_ended', meaning: { el: /σταμάτησε/ } }
  t.match(items, [{ status: 'done' }, { id: dead.id, status: 'interrupted', endedAt: clock.now(), reason }])
})

t.test(
  'a job that has not begun when it should have is named where one looks whether the service is ready',
  async (t) => {
    const saka = await startSaka(t, { jobs: [sheepJob(async () => ({ counted: 1 }))] })
    const { api, clock } = saka
    t.match(await api.get('//readyz'), { status: 200, json: { jobs: 'ready' } })
    clock.set('2023-09-12T00:10:00.000Z')
    t.match(await api.get('//readyz'), { json: { jobs: 'ready' } }, 'a quarter of an hour is given')
    clock.set('2023-09-12T00:16:00.000Z')
    t.match(await api.get('//readyz'), { status: 200, json: { jobs: 'late: count-sheep' } })
    t.match((await api.get('/jobs')).json.items, [{ late: true }])
    await api.post('/jobs/count-sheep/run')
    await ended(api)
    t.match(await api.get('//readyz'), { json: { jobs: 'ready' } })
  },
)

t.test('on the two nights on which the hour changes a nightly job runs once, whatever its hour', async (t) => {
  const nights = [
    ['Europe/Athens', '30 3 * * *', '2023-03-25T21:00:00.000Z'],
    ['Europe/Athens', '30 3 * * *', '2023-10-28T20:00:00.000Z'],
    ['Europe/Athens', '30 2 * * *', '2023-03-25T21:00:00.000Z'],
    ['Europe/Athens', '30 2 * * *', '2023-10-28T20:00:00.000Z'],
    ['Europe/Berlin', '30 2 * * *', '2023-03-25T21:00:00.000Z'],
    ['Europe/Berlin', '30 2 * * *', '2023-10-28T20:00:00.000Z'],
  ] as const
  for (const [zone, pattern, evening] of nights) {
    const job = { ...sheepJob(async () => ({ done: 1 })), pattern }
    const saka = await startSaka(t, { jobs: [job], now: evening, env: { TIME_ZONE: zone } })
    const { deps, clock, api } = saka
    // As a runner does, a quarter of an hour late at most.
    for (let minute = 0; minute < 12 * 60; minute += 15) {
      clock.set(plusMilliseconds(evening, minute * 60_000))
      const due = nextDue(pattern, zone, plusMilliseconds(clock.now(), -15 * 60_000))
      if (due && due <= clock.now()) await runOnTime(deps, job)
      t.match((await api.get('//readyz')).json, { jobs: 'ready' }, `${zone} ${clock.now()}`)
    }
    t.equal((await api.get('/jobs/count-sheep/runs')).json.items.length, 1, `${zone} ${pattern} ${evening}`)
  }
})

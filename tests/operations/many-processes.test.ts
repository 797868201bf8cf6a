import { setTimeout as pause } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { postgresAlone } from '../support/engine.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { startMailServer } from '../support/mailbox.ts'
import { patientClient } from '../support/patient-client.ts'
import { openPickup } from '../support/pickup.ts'
import { type ServiceProcess, startProcess, stopProcess } from '../support/process.ts'
import { startRedis } from '../support/redis-server.ts'
import { until } from '../support/until.ts'

/** What a client may meet while the process that it asks ends: nobody there, or nobody any more on a connection that it kept. */
const noAnswer = ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', '503 database_away']

async function startRole(t: Test, env: Record<string, string>, role: 'web' | 'worker'): Promise<ServiceProcess> {
  const service = await startProcess(env, undefined, { env: { ROLE: role } })
  t.teardown(() => service.child.kill('SIGKILL'))
  return service
}

const redis = await startRedis(t)
const { skip } = postgresAlone('one process alone has the file of SQLite')

t.test('many processes are one service', { skip: skip ?? (redis ? false : 'there is no Redis') }, async (t) => {
  let isHeldUp = false
  const post = await startMailServer(t, {
    onData: (_stream, _session, done) => {
      if (!isHeldUp) done()
    },
  })
  const pickup = await openPickup(t, {
    children: 1500,
    env: { REDIS_URL: redis!.url, SMTP_URL: post.url, MAIL_FROM: 'saka@dimos.example' },
  })
  const { deps, school, campaign, api, codes, env, apiKey } = pickup
  const ask = askOf(deps)
  const count = async (query: string) => Number((await ask(`select count(*) as n from ${query}`))[0]!.n)
  const start = (role: 'web' | 'worker') => startRole(t, env, role)
  const webs = await Promise.all([1, 2, 3].map(() => start('web')))
  const workers = await Promise.all([1, 2].map(() => start('worker')))
  const startedAt = new Date().toISOString()
  const client = patientClient(() => webs.map(({ address }) => address), apiKey)
  const scan = (code: string, scanId: string) =>
    client.send({ path: '/redemptions', body: { code, scanId, schoolId: school.id } })

  await t.test('processes that are changed one after another under scans lose nothing that was answered', async (t) => {
    const surprises: string[] = []
    const acknowledged = new Set<string>()
    // A share of the vouchers for each change, however long it takes.
    const share = Math.floor(codes.length / webs.length)
    let allowed = 0
    let begun = 0
    let isOver = false
    const yards = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        if (begun === allowed) {
          await pause(30)
          continue
        }
        begun++
        const code = codes.pop()!
        const scanId = `rolling-${code}`
        const { status, json } = await scan(code, scanId)
        if (status === 201) acknowledged.add(scanId)
        else surprises.push(`${status} ${json.code}`)
        await pause(30)
      }
    })
    for (const i of webs.keys()) {
      const before = acknowledged.size
      allowed += share
      await until('it is under load', () => acknowledged.size >= before + 20)
      t.equal(await stopProcess(webs[i]!), 0, 'it ended in peace')
      webs[i] = await start('web')
    }
    isOver = true
    await Promise.all(yards)
    t.comment(`${acknowledged.size} scans, and asked again for ${JSON.stringify(client.met)}`)
    t.same(surprises, [])
    t.same(
      Object.keys(client.met).filter((what) => !noAnswer.includes(what)),
      [],
      'nobody met an error',
    )
    t.same(await ask('select deadlocks from pg_stat_database where datname = current_database()'), [{ deadlocks: 0 }])
    const kept = await ask(`select scan_id from scans where scan_id like 'rolling-%' and result = 'accepted'`)
    t.same(kept.map(({ scan_id }) => String(scan_id)).sort(), [...acknowledged].sort())
    await invariantsHold(t, ask)
  })

  await t.test(
    'the tasks of a worker that is killed are done by the other, and what it was at is not done twice',
    async (t) => {
      for (let i = 1; i <= 8; i++)
        await pickup.enroll(pickup.schools[1].id, `${i}`, {
          guardians: [{ name: 'Άννα', email: `parent${i}@example.org`, phone: null, language: 'el' }],
        })
      await api.made(`/campaigns/${campaign.id}/vouchers`)
      t.equal(await stopProcess(workers.pop()!), 0)
      isHeldUp = true
      await api.made(`/campaigns/${campaign.id}/reminders`, { step: 'announcement' })
      await until('a mail is on its way', async () => (await count(`messages where status = 'sending'`)) > 0)
      workers.push(await start('worker'))
      workers.shift()!.child.kill('SIGKILL')
      isHeldUp = false
      // Two minutes without a sign of life.
      await deps.db.transact(async ({ q, t: { tasks } }) => {
        await q
          .update(tasks)
          .set({ leasedUntil: '2020-01-01T00:00:00.000Z', dispatchedAt: '2019-12-31T00:00:00.000Z' })
          .where(eq(tasks.status, 'running'))
      })
      await until('all are done', async () => (await count(`tasks where job = 'send-mail' and status <> 'done'`)) === 0)
      t.equal(await count(`messages where status = 'doubtful'`), 1, 'nobody knows whether it went out')
      t.equal(await count(`messages where status = 'sent'`), 7)
      t.equal(post.mails.length, 7, 'the others went out')
      t.equal(new Set(post.mails.map(({ to }) => to[0])).size, post.mails.length, 'nobody got two')
    },
  )

  await t.test('what the clock says two workers do once', async (t) => {
    workers.push(await start('worker'))
    const startedAt = new Date().toISOString()
    const ticks = `job_runs where job = 'seal-trail' and due_at > '${startedAt}'`
    await until('the minute is over', async () => (await count(ticks)) > 0)
    t.equal(await count(ticks), 1)
  })

  await t.test('no job ran twice for one time', async (t) => {
    for (const service of [...webs, ...workers]) t.equal(await stopProcess(service), 0)
    const runs = `job_runs where due_at is not null and started_at > '${startedAt}'`
    t.ok((await count(runs)) > 0)
    t.same(await ask(`select job, due_at from ${runs} group by job, due_at having count(*) > 1`), [])
  })
})

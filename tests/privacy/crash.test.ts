import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { databaseOf, engine } from '../support/engine.ts'
import { killedProcess, startProcess } from '../support/process.ts'
import { allSql, runStatements } from '../support/sql.ts'
import { findTold, told, toldCampaign } from './told-campaign.ts'

const childrenInFile = 700
const file = [
  'schoolCode;pupilRef;familyName;guardianName;guardianEmail',
  ...Array.from({ length: childrenInFile }, (_, i) => {
    const guardian = `${told.guardianName} ${i};${i}.${told.email}`
    return `900000${1 + (i % 2)};C-${i};${told.familyName} ${i};${guardian}`
  }),
].join('\n')

/** What is erased of whom, and the condition under which it is there still. */
const personal: Record<string, string> = {
  'enrollments.pupilRef': 'FROM enrollments WHERE pupil_ref <> id',
  'enrollments.familyName': 'FROM enrollments WHERE family_name IS NOT NULL',
  'guardians.name': 'FROM guardians WHERE name IS NOT NULL',
  'guardians.email': 'FROM guardians WHERE email IS NOT NULL',
  'vouchers.revocationReason': 'FROM vouchers WHERE revocation_reason IS NOT NULL',
  'shipments.note': 'FROM shipments WHERE note IS NOT NULL',
  'discrepancies.resolution': `FROM discrepancies WHERE resolution <> '' AND NOT gone`,
  'auditDisclosures.value': 'FROM audit_disclosures WHERE campaign_id IS NOT NULL',
}

t.test('an erasure that is killed at any moment has counted what it erased, and is finished by the next', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign, folder } = saka
  await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file)
  await saka.end()
  const { key } = await api.made('/api-keys', { name: 'night watch', roles: [{ role: 'admin' }] })
  const count = async (what: string) =>
    (await allSql<{ n: number }>(deps.db.read, `SELECT count(*) AS n ${what}`))[0]!.n
  const counts = async () => {
    const all: Record<string, number> = {}
    for (const [column, what] of Object.entries(personal)) all[column] = await count(what)
    return all
  }
  const figures = async () => {
    const { checks, comparison } = await api.made(`/campaigns/${campaign.id}/reconciliations`)
    return { summary: (await api.get(`/campaigns/${campaign.id}/summary`)).json, checks, comparison }
  }
  const reports = async () => (await api.get(`/campaigns/${campaign.id}/erasures`)).json.items
  const events = async () => (await api.get('/audit/events?action=personal_data.erased')).json.items
  const erase = (address: string) =>
    fetch(`${address}/api/v1/jobs/erase-personal-data/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
    })
  const before = await counts()
  const figuresBefore = await figures()
  t.ok(before['guardians.email']! > childrenInFile)

  const moments = [
    ['in a batch', childrenInFile + 5 - 500],
    ['between two batches', childrenInFile + 5 - 500 - 205],
    // PostgreSQL's log is its own affair.
    ...(engine === 'sqlite' ? [['before the log is emptied', 0] as const] : []),
    ['in the report', 0],
  ] as const
  for (const [moment, left] of moments) {
    const killed = { by: 'tests/privacy/killed-erasure.ts', at: moment }
    const ended = await killedProcess(databaseOf(deps), killed, (address) => erase(address).catch(() => undefined))
    t.same(ended, [null, 'SIGKILL'], `killed ${moment}`)
    // As much later as a run that gives no sign of life is taken for alive.
    await runStatements(deps, 'UPDATE job_runs SET leased_until = started_at')

    const [report, ...others] = await reports()
    t.same(others, [], 'one report')
    t.equal(report.finishedAt, null, 'which does not say that it is done')
    t.same(await events(), [], 'nor does the trail')
    const now = await counts()
    t.equal(now['enrollments.pupilRef'], left, moment)
    for (const [column, there] of Object.entries(now))
      t.equal(there + (report.erased[column] ?? 0), before[column], `${column} is there or counted as erased`)
    const half = `(pupil_ref = id) <> (coalesce(family_name, given_name, section, withdrawal_reason) IS NULL AND folded = '')`
    const nameless = `pupil_ref <> id AND family_name IS NULL`
    t.equal(await count(`FROM enrollments WHERE ${half} AND NOT (${nameless})`), 0, 'no child is half erased')
  }

  const { child, address } = await startProcess(databaseOf(deps))
  t.teardown(() => child.kill('SIGKILL'))
  t.ok((await erase(address)).ok)
  const get = async (path: string): Promise<any> =>
    (await fetch(`${address}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } })).json()
  while ((await get('/jobs/erase-personal-data/runs')).items[0].status === 'running')
    await new Promise((next) => setTimeout(next, 20))
  const runs = (await get('/jobs/erase-personal-data/runs')).items
  t.same(
    runs.map(({ status }: any) => status),
    ['done', ...moments.map(() => 'interrupted')],
  )
  t.match(await get('/audit/verification'), { intact: true, faultCount: 0 }, 'the trail is intact')
  const [report, ...others] = await reports()
  t.same(others, [])
  t.ok(report.finishedAt)
  t.match(report.erased, before, 'the report counts all of it, once')
  t.match(
    await events(),
    [{ subjectId: campaign.id, change: { erased: report.erased } }],
    'and so does the trail, once',
  )
  child.kill('SIGTERM')
  await once(child, 'exit')

  clock.set(new Date().toISOString())
  t.same(await figures(), figuresBefore, 'and the figures hold')
  const bytes = readdirSync(folder)
    .filter((name) => /^saka\.db(-wal|-shm)?$/.test(name))
    .map((name) => readFileSync(join(folder, name)).toString('utf8'))
  t.same(findTold(bytes.join('')), [], 'no byte of anybody is left')
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Column, getTableColumns, getTableName } from 'drizzle-orm'
import t from 'tap'
import { erasePersonalDataJob } from '../../jobs/erase-personal-data.ts'
import { columnsOf } from '../../src/privacy/erasure/data-map.ts'
import { postgresSchema } from '../../src/schema.ts'
import { campaignBody, type OpenCampaign, openCampaign } from '../support/campaign.ts'
import { engine, sqliteAlone } from '../support/engine.ts'
import { openRaw } from '../support/raw.ts'
import { allSql, runStatements, textOfPostgres } from '../support/sql.ts'
import { findTold, told, toldCampaign } from './told-campaign.ts'

const closing = '2023-10-02T09:00:00.000Z'
const halfAYearLater = '2024-03-30T09:00:00.000Z'

/** Every byte that the database has on the disk, as text; of PostgreSQL, whose disk is its own affair, all that it holds. */
async function bytesOf({ deps, folder }: OpenCampaign): Promise<string> {
  if (engine === 'postgres') return textOfPostgres(deps)
  const files = readdirSync(folder).filter((name) => name.startsWith('saka.db') && !name.endsWith('-uploads'))
  t.ok(files.includes('saka.db-wal'))
  return files.map((name) => readFileSync(join(folder, name)).toString('utf8')).join('')
}

async function figuresOf({ api, campaign }: OpenCampaign) {
  const summary = (await api.get(`/campaigns/${campaign.id}/summary`)).json
  const { checks, comparison } = await api.made(`/campaigns/${campaign.id}/reconciliations`)
  return { summary, checks, comparison }
}

t.test('half a year after the closing nothing personal is left, and the figures still hold', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign, child } = saka
  clock.set(closing)
  await api.get(`/campaigns/${campaign.id}/enrollments?q=${encodeURIComponent(told.familyName)}`)
  await api.get(`/enrollments/${child.id}`, { 'access-reason': encodeURIComponent(told.access) })
  await saka.end()
  const before = await figuresOf(saka)
  const events = () => allSql(deps.db.read, `SELECT * FROM audit_events WHERE at <= '${closing}' ORDER BY id`)
  const trail = await events()

  clock.set('2024-03-30T08:59:59.999Z')
  t.same(await erasePersonalDataJob.run(deps), { campaigns: 0, values: 0 }, 'not a millisecond too early')
  t.same(findTold(await bytesOf(saka)).sort(), Object.values(told).sort(), 'until then everything is there to be found')

  clock.set(halfAYearLater)
  const done = await erasePersonalDataJob.run(deps)
  t.equal(done.campaigns, 1)
  t.same(findTold(await bytesOf(saka)), [], 'not in any byte of the database, its free pages or its log')

  const [report] = (await api.get(`/campaigns/${campaign.id}/erasures`)).json.items
  t.match(report, { campaignId: campaign.id, startedAt: halfAYearLater, finishedAt: halfAYearLater })
  const derived = ['enrollments.folded']
  const expected = columnsOf('personal', 'typed').filter((column) => !derived.includes(column))
  t.same(Object.keys(report.erased).sort(), expected.sort(), 'every column of the map was erased, and counted')
  t.match(report.erased, { 'guardians.name': 2, 'enrollments.withdrawalReason': 1, 'scans.raw': 3 })
  const [event] = (await api.get('/audit/events?action=personal_data.erased')).json.items
  t.match(event, { actorKind: 'system', subjectId: campaign.id, change: { erased: report.erased } })

  const { items } = (await api.get(`/campaigns/${campaign.id}/enrollments?limit=500`)).json
  t.equal(items.length, 5)
  for (const enrollment of items) t.equal(enrollment.pupilRef, enrollment.id, 'a pseudonym that is nobody else’s')
  t.same(await figuresOf(saka), before)
  t.same(await events(), trail, 'no event has changed')
})

t.test('erasing again does nothing; what is typed into an erased campaign goes the night after', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign } = saka
  await saka.end()
  clock.set(halfAYearLater)
  await erasePersonalDataJob.run(deps)
  t.same(await erasePersonalDataJob.run(deps), { campaigns: 0, values: 0 })
  const reports = async () => (await api.get(`/campaigns/${campaign.id}/erasures`)).json.items
  t.equal((await reports()).length, 1)

  const { items } = (await api.get(`/campaigns/${campaign.id}/discrepancies`)).json
  await api.patch(`/discrepancies/${items[0].id}`, { resolution: told.resolution })
  await erasePersonalDataJob.run(deps)
  t.match((await reports())[0].erased, { 'discrepancies.resolution': 1, 'auditDisclosures.value': 1 })
  t.same(findTold(await bytesOf(saka)), [])
})

t.test('the retention is the campaign’s own, and may change after the closing, alone', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign } = saka
  t.equal(campaign.retentionDays, 180)
  for (const retentionDays of [-1, 3651, 1.5]) {
    t.match(await api.patch(`/campaigns/${campaign.id}`, { retentionDays }), { status: 400 })
  }
  clock.set(closing)
  await saka.end()
  t.match(await api.patch(`/campaigns/${campaign.id}`, { retentionDays: 1, name: 'Άλλο' }), { status: 409 })
  t.match(await api.patch(`/campaigns/${campaign.id}`, { retentionDays: 0 }), { json: { retentionDays: 0 } })
  await erasePersonalDataJob.run(deps)
  t.same(findTold(await bytesOf(saka)), [])
})

t.test('a campaign that is not closed keeps what it needs, and so does its neighbour', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign, community, kit } = saka
  const next = await api.made('/campaigns', campaignBody(kit.id, [community.id]))
  const pupil = { schoolId: saka.school.id, pupilRef: 'NEXT-1', familyName: 'Επομενίδου' }
  const key = { 'idempotency-key': 'key-of-the-next' }
  const first = (await api.post(`/campaigns/${next.id}/enrollments`, pupil, key)).json
  await saka.end()
  clock.set(halfAYearLater)
  await erasePersonalDataJob.run(deps)
  t.same(findTold(await bytesOf(saka)), [])
  t.match((await api.get(`/enrollments/${first.id}`)).json, { familyName: 'Επομενίδου', pupilRef: 'NEXT-1' })
  t.same((await api.post(`/campaigns/${next.id}/enrollments`, pupil, key)).json, first, 'its answers are kept')
  t.same((await api.get(`/campaigns/${campaign.id}/enrollments?q=επομενιδου`)).json.items, [])
})

t.test('cut off in the middle, the next run goes on and the report counts all of it', async (t) => {
  const saka = await toldCampaign(t)
  const { api, clock, deps, campaign } = saka
  await saka.end()
  clock.set(halfAYearLater)
  let commits = 0
  const db = {
    ...deps.db,
    transact: ((work) => {
      if (++commits === 4) throw new Error('killed')
      return deps.db.transact(work)
    }) as typeof deps.db.transact,
  }
  await t.rejects(erasePersonalDataJob.run({ ...deps, db }), { message: 'killed' })
  const reports = async () => (await api.get(`/campaigns/${campaign.id}/erasures`)).json.items
  t.match(await reports(), [{ finishedAt: null, erased: { 'enrollments.givenName': 1 } }])
  t.notMatch((await reports())[0].erased, { 'vouchers.revocationReason': Number })
  clock.set('2024-03-31T09:00:00.000Z')
  await erasePersonalDataJob.run(deps)
  t.match(await reports(), [
    {
      startedAt: halfAYearLater,
      finishedAt: '2024-03-31T09:00:00.000Z',
      erased: { 'enrollments.givenName': 1, 'vouchers.revocationReason': Number },
    },
  ])
  t.equal((await reports()).length, 1)
  t.same(findTold(await bytesOf(saka)), [])
})

t.test('what belongs to no campaign goes when it is as old', async (t) => {
  const saka = await openCampaign(t, { draft: true })
  const { api, clock, deps, school } = saka
  await api.post('/redemptions', { scanId: 'scan-1', payload: told.raw, schoolId: school.id })
  t.same(findTold(await bytesOf(saka)), [told.raw])
  clock.set('2024-03-09T06:30:00.000Z')
  t.same(await erasePersonalDataJob.run(deps), { campaigns: 0, values: 0 })
  clock.set('2024-03-09T06:30:00.001Z')
  t.same(await erasePersonalDataJob.run(deps), { campaigns: 0, values: 1 })
  t.same(findTold(await bytesOf(saka)), [])
  const again = await api.post('/redemptions', { scanId: 'scan-1', payload: told.raw, schoolId: school.id })
  t.match(again, { status: 422, json: { code: 'idempotency_key_reused' } }, 'nobody knows any more what was read')
})

t.test('of the ledger and the scans nothing else can be changed, not even in the database', async (t) => {
  const { deps } = await toldCampaign(t)
  const { run } = await openRaw(t, deps)
  const erasable = ['movements.reason', 'scans.raw']
  for (const table of [postgresSchema.movements, postgresSchema.scans, postgresSchema.auditDisclosures]) {
    const columns = Object.values(getTableColumns(table) as Record<string, Column>)
    t.ok(columns.length > 4)
    for (const { name, dataType } of columns) {
      const told = `${getTableName(table)}.${name}`
      const other = dataType === 'custom' ? `'other'` : name
      const change = run(`UPDATE ${getTableName(table)} SET ${name} = ${other}`)
      await t.rejects(change, { message: /are never changed/ }, told)
      const erase = () => run(`UPDATE ${getTableName(table)} SET ${name} = NULL`)
      if (!erasable.includes(told)) await t.rejects(erase(), told)
    }
  }
  t.ok((await run(`UPDATE movements SET reason = NULL WHERE kind <> 'adjustment'`)) > 0)
})

t.test(
  'of 1,500 children who were renamed in between, no page of the database remembers one',
  sqliteAlone('it is about pages of its file'),
  async (t) => {
    const saka = await openCampaign(t)
    const { api, clock, deps, campaign } = saka
    const file = (mark: string) =>
      [
        'schoolCode;pupilRef;familyName;givenName;guardianName;guardianEmail',
        ...Array.from({ length: 1500 }, (_, i) => {
          const name = `${mark}${i}`.padEnd(12 + ((i * 7) % 60), 'x')
          return `${9_000_001 + (i % 2)};${mark}-${i};${name};${name};${name};${mark}${i}@example.org`
        }),
      ].join('\n')
    await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file('Marka'))
    await api.upload(
      `/campaigns/${campaign.id}/enrollment-imports`,
      file('Marka').replaceAll(/;Marka(\d)/g, ';Markademoisele$1'),
    )
    t.match(await bytesOf(saka), /Marka/)
    await runStatements(deps, `UPDATE campaigns SET status = 'closed', closed_at = '${clock.now()}'`)
    clock.set(halfAYearLater)
    t.match(await erasePersonalDataJob.run(deps), { campaigns: 1 })
    t.notMatch(await bytesOf(saka), /marka/i)
    const [report] = (await api.get(`/campaigns/${campaign.id}/erasures`)).json.items
    t.match(report.erased, { 'enrollments.familyName': 1500, 'guardians.email': 1500 })
  },
)

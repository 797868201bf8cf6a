import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { sealTrail } from '../../src/audit/index.ts'
import { markRefused, markStopped } from '../../src/notifications/recipients/repository.ts'
import { eraseExpired } from '../../src/privacy/index.ts'
import { findTold, told, toldCampaign } from '../privacy/told-campaign.ts'
import { backupsIn, openDatabase, saka } from '../support/backups.ts'
import { openCampaign } from '../support/campaign.ts'
import { databaseOf, engine, sqliteAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { textOfPostgres } from '../support/sql.ts'

/** A backup of a database, in a folder that goes with the test. */
async function backUp(t: Test, env: Record<string, string>): Promise<string> {
  const folder = temporaryFolder(t)
  const made = await saka('', ['backup', folder], env)
  t.equal(made.code, 0, made.err)
  return join(folder, backupsIn(folder)[0]!)
}

t.test('a restored backup does not bring back what guardians asked to be erased since', async (t) => {
  const service = await openCampaign(t)
  const { api, schools, enroll, clock, deps } = service
  const [school, other] = schools
  const guardian = { name: told.guardianName, email: told.email, phone: told.phone }
  // Of the same household: what tells them apart is more than the telephone.
  const stays = { name: told.otherGuardian, email: told.otherEmail, phone: told.phone }
  const names = { givenName: told.givenName, familyName: told.familyName, section: told.section }
  const earlier = await enroll(school.id, '0', { guardians: [{ email: 'earlier@example.org' }] })
  await api.made('/erasure-requests', { email: 'earlier@example.org', reason: 'before' })
  const child = await enroll(school.id, '1', { guardians: [guardian, stays] })
  const sibling = await enroll(other.id, '2', { guardians: [guardian] })
  const nameless = await enroll(school.id, '3', { ...names, guardians: [{ name: 'Αγνή' }] })
  const moves = await enroll(school.id, '4', { guardians: [{ name: 'Βαλάντης' }] })
  const bare = await enroll(school.id, '5')
  const { key } = await api.made('/api-keys', { name: 'μετά', roles: [{ role: 'admin' }] })
  await sealTrail(deps)
  const env = databaseOf(deps)
  const backup = await backUp(t, env)

  clock.set('2023-09-12T06:30:00.000Z')
  const reason = 'Request 12'
  await api.made('/erasure-requests', { email: told.email, reason })
  await api.made('/erasure-requests', { enrollmentId: nameless.id, includeChildren: true, reason })
  const moved = await api.made(`/enrollments/${moves.id}/transfer`, { schoolId: other.id })
  await api.made('/erasure-requests', { enrollmentId: moved.id, reason })
  await api.patch(`/enrollments/${bare.id}`, { guardians: [{ name: 'Γαλήνη' }] })
  await api.made('/erasure-requests', { enrollmentId: bare.id, reason })
  const later = await enroll(school.id, '6', { guardians: [{ name: 'Δανάη' }] })
  await api.made('/erasure-requests', { enrollmentId: later.id, reason })
  await service.stop()

  const done = await saka('', ['restore', backup, '--force'], env)
  t.equal(done.code, 0, done.err)
  t.match(done.out, /Erased again, as in the former database: of 5 children on request, and 0 campaigns\./)
  t.match(done.out, new RegExp(`of 1 child that this backup does not know: ${later.id} \\(`))
  const restored = await openDatabase(t, env)
  const ask = askOf(restored)
  const kept = await ask('select enrollment_id, name, phone from guardians')
  t.match(kept, [{ enrollment_id: child.id, name: told.otherGuardian, phone: told.phone }], 'and who did not ask stays')
  t.match(await ask(`select given_name, family_name, folded, section from enrollments where id = '${nameless.id}'`), [
    { given_name: null, family_name: null, section: told.section },
  ])
  const events = await ask(`select subject_id, actor_kind from audit_events where action = 'erasure_request.repeated'`)
  t.same(
    events.map(({ subject_id }) => subject_id).sort(),
    [child, sibling, nameless, moves, bare].map(({ id }) => id).sort(),
  )
  t.notOk(
    events.some(({ subject_id }) => subject_id === earlier.id),
    'what the backup knew of is not erased twice',
  )
  await invariantsHold(t, ask)

  const app = await buildApp(restored)
  t.teardown(() => app.close())
  const headers = { authorization: `Bearer ${key}` }
  const get = async (path: string) => (await app.inject({ url: `/api/v1${path}`, headers })).json()
  t.match(await get('/audit/verification'), { intact: true })
  t.match(await get(`/enrollments/${moves.id}`), { guardians: [], status: 'active' })
  const marked = await ask('select id from enrollments where guardians_erased_at is not null')
  const asked = [earlier, child, sibling, nameless, moves, bare]
  t.same(marked.map(({ id }) => id).sort(), asked.map(({ id }) => id).sort(), 'no import brings a guardian back')

  await app.close()
  await restored.close()
  const again = await saka('', ['restore', backup, '--force'], env)
  t.match(again.out, /of 5 children on request/, 'and a second restore learns it from the first')
})

t.test('nor are those written to again who ended reminders since', async (t) => {
  const { deps, campaign, stop } = await openCampaign(t)
  await sealTrail(deps)
  const env = databaseOf(deps)
  const backup = await backUp(t, env)
  const addressKey = 'a digest'
  await deps.db.transact(async (tx) => {
    await markStopped(tx, { campaignId: campaign.id, addressKey, at: '2023-09-12T06:30:00.000Z' })
    await markRefused(tx, { campaignId: campaign.id, addressKey: 'another', refusal: 'bounced', at: deps.clock.now() })
  })
  await stop()
  const done = await saka('', ['restore', backup, '--force'], env)
  t.match(done.out, /Reminders ended again, as in the former database: to 1 address\./)
  const ask = askOf(await openDatabase(t, env))
  t.match(await ask('select address_key, stopped_at from contact_marks'), [
    { address_key: addressKey, stopped_at: '2023-09-12T06:30:00.000Z' },
  ])
  t.match(await ask(`select count(*) as n from audit_events where action = 'reminders.stopped_again'`), [{ n: 1 }])
})

t.test('nor what was erased of a campaign since, when its retention was over', async (t) => {
  const service = await toldCampaign(t)
  const { clock, deps } = service
  await sealTrail(deps)
  const env = databaseOf(deps)
  const backup = await backUp(t, env)
  clock.set('2023-10-02T09:00:00.000Z')
  await service.end()
  clock.set('2024-03-30T09:00:00.000Z')
  t.match(await eraseExpired(deps), { campaigns: 1 })
  await service.stop()

  const done = await saka('', ['restore', backup, '--force'], env)
  t.equal(done.code, 0, done.err)
  t.match(done.out, /Erased again, as in the former database: of 0 children on request, and 1 campaign\./)
  const restored = await openDatabase(t, env)
  const ask = askOf(restored)
  t.match(await ask('select status from campaigns'), [{ status: 'open' }], 'otherwise it is what it was')
  const bytes =
    engine === 'postgres' ? await textOfPostgres(restored) : readFileSync(restored.config.databaseFile, 'utf8')
  t.same(findTold(bytes), [])
  t.match(await ask(`select count(*) as n from audit_events where action = 'personal_data.erased'`), [{ n: 1 }])
  await invariantsHold(t, ask)
})

t.test('where nobody can say what was erased since, the operator is told what to do', async (t) => {
  const service = await openCampaign(t)
  await sealTrail(service.deps)
  const env = databaseOf(service.deps)
  const backup = await backUp(t, env)
  await service.stop()
  const elsewhere = { DATABASE_URL: `file:${join(temporaryFolder(t), 'saka.db')}` }
  const alone = await saka('', ['restore', backup], elsewhere)
  t.match(alone, { code: 0, out: /where another database was in use, is not erased here\. Ask for it again/ })
  const nothing = await saka('', ['restore', backup, '--force'], elsewhere)
  t.equal(nothing.code, 0)
  t.notMatch(nothing.out, /[Ee]rased/, 'and of nothing where there was nothing')
})

t.test('a former database that is broken is told of', sqliteAlone('it is about its file'), async (t) => {
  const service = await openCampaign(t)
  await sealTrail(service.deps)
  const env = databaseOf(service.deps)
  const backup = await backUp(t, env)
  await service.stop()
  writeFileSync(service.deps.config.databaseFile, 'Dear Sir or Madam, '.repeat(1000))
  const done = await saka('', ['restore', backup, '--force'], env)
  t.match(done, { code: 0, out: /is there again: the former database cannot be read\. Ask for it again/ })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { fillDisk } from '../support/disk.ts'
import { told, toldCampaign } from './told-campaign.ts'

const reason = 'Request 12'

t.test('a guardian gets everything that is held about them and their children, and of nobody else', async (t) => {
  const saka = await toldCampaign(t)
  const { as, api, campaign, child, schools } = saka
  const coordinator = await as({ role: 'coordinator' })
  await coordinator.get(`/enrollments/${child.id}`)
  const given = await coordinator.post('/access-requests', { phone: '695 551 2345', reason })
  t.equal(given.status, 200)
  const [held, ...none] = given.json.children
  t.same(none, [])
  t.match(held.enrollment, { id: child.id, pupilRef: told.pupilRef, familyName: told.familyName })
  t.same(held.enrollment.guardians, [
    { name: told.guardianName, email: told.email, phone: told.phone, language: 'sq', consent: false },
  ])
  t.notMatch(given.text, told.otherGuardian, 'the other guardian has rights too')
  t.match(held, { campaign: { id: campaign.id }, school: { id: schools[0].id } })
  t.same(
    held.vouchers.map(({ status }: any) => status),
    ['revoked', 'redeemed'],
  )
  t.equal(held.redemptions.length, 2)
  t.equal(held.scans.length, 2)
  t.match(held.messages, [{ step: 'announcement', channel: 'print', status: 'listed', language: 'sq' }])
  const actions = held.events.map(({ action }: any) => action)
  for (const action of ['enrollment.created', 'voucher.revoked', 'voucher.redeemed', 'enrollments.read'])
    t.ok(actions.includes(action), action)
  t.equal(held.events.find(({ action }: any) => action === 'voucher.issued_again').change.reason, told.undo)

  const byMail = (await coordinator.post('/access-requests', { email: told.email.toUpperCase(), reason })).json
  t.equal(byMail.children.length, 4, 'the transferred child is two enrollments')
  const [event] = (await api.get('/audit/events?action=access_request.answered&limit=1')).json.items
  t.equal(event.change.reason, reason)
  t.same(
    event.change.enrollmentIds,
    byMail.children.map(({ enrollment }: any) => enrollment.id),
  )
  t.notMatch(JSON.stringify(event), told.email, 'whoever asks is a pseudonym in the trail')
  const key = { 'idempotency-key': 'key-of-access' }
  t.equal((await coordinator.post('/access-requests', { phone: told.phone, reason }, key)).status, 200)
  const { q, t: tables } = saka.deps.db.read
  t.notOk(
    (await q.select().from(tables.idempotencyKeys)).some((kept) => kept.key === 'key-of-access'),
    'nor kept',
  )
})

t.test('who asks is named by a contact or an enrollment, with a reason, by a coordinator', async (t) => {
  const { as, api, child, school } = await toldCampaign(t)
  const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'
  for (const path of ['/access-requests', '/erasure-requests']) {
    for (const body of [{ reason }, { phone: told.phone }, { phone: '12', reason }, { email: 'none', reason }])
      t.match(await api.post(path, body), { status: 400, json: { code: 'invalid_input' } }, path)
    t.match(await api.post(path, { enrollmentId: nowhere, reason }), { status: 404 })
    t.match(await api.post(path, { email: 'stranger@example.org', reason }), { status: 200 })
    for (const role of ['auditor', 'school', 'warehouse'] as const) {
      const caller = await as({ role, schoolId: school.id })
      t.equal((await caller.post(path, { enrollmentId: child.id, reason })).status, 403, `${role}: ${path}`)
    }
  }
  const { children } = (await api.post('/access-requests', { enrollmentId: child.id, reason })).json
  t.equal(children[0].enrollment.guardians.length, 2)
})

t.test('a guardian is forgotten at once, everywhere, and the child keeps the right to the kit', async (t) => {
  const saka = await openCampaign(t)
  const { api, as, campaign, school, folder, enroll, clock } = saka
  const guardian = { name: told.guardianName, email: told.email, phone: told.phone }
  const other = { name: told.otherGuardian, email: told.otherEmail }
  const known = { schoolId: school.id, pupilRef: '1', givenName: told.givenName, familyName: told.familyName }
  const key = { 'idempotency-key': 'key-of-the-child' }
  const first = { ...known, guardians: [guardian, other] }
  const child = (await api.post(`/campaigns/${campaign.id}/enrollments`, first, key)).json
  const sibling = await enroll(saka.schools[1].id, '2', { familyName: told.familyName, guardians: [guardian] })
  await api.made(`/campaigns/${campaign.id}/vouchers`)

  const coordinator = await as({ role: 'coordinator' })
  const done = await coordinator.post('/erasure-requests', { phone: told.phone, reason })
  t.match(done.json, {
    children: 2,
    erased: { 'guardians.name': 2, 'guardians.email': 2, 'guardians.phone': 2, 'idempotencyKeys.answer': 1 },
  })
  // Of PostgreSQL nothing is there to look at.
  const bytes = readdirSync(folder).filter((name) => name.startsWith('saka.db') && !name.endsWith('-uploads'))
  const disk = bytes.map((name) => readFileSync(join(folder, name)).toString('utf8')).join('')
  for (const contact of [told.guardianName, told.email, told.phone]) t.notMatch(disk, contact)
  const now = (await api.get(`/enrollments/${child.id}`)).json
  t.match(now, { familyName: told.familyName, guardians: [{ name: told.otherGuardian }], version: 2 })

  const [event] = (await api.get('/audit/events?action=erasure_request.done')).json.items
  t.match(event.change, { enrollmentIds: [child.id, sibling.id], reason })
  clock.set('2023-09-11T07:00:00.000Z')
  t.same((await coordinator.post('/erasure-requests', { phone: told.phone, reason })).json, { children: 0, erased: {} })
  t.equal((await api.get('/audit/events?action=erasure_request.done')).json.items.length, 1, 'again changes nothing')

  const { items } = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json
  for (const { code, schoolId } of items)
    t.match(await api.post('/redemptions', { code, schoolId, scanId: code }), { status: 201 })
})

t.test('what was erased on request is not brought back by the school’s old file, nor lost in a transfer', async (t) => {
  const { api, campaign, schools, enroll } = await openCampaign(t)
  const guardians = [{ name: told.guardianName, email: told.email }]
  const names = { givenName: told.givenName, familyName: told.familyName, section: 'Α1' }
  const { id } = await enroll(schools[0].id, '1', { ...names, guardians })
  const erased = await api.post('/erasure-requests', { enrollmentId: id, includeChildren: true, reason })
  t.match(erased.json.erased, { 'enrollments.givenName': 1, 'enrollments.familyName': 1, 'guardians.email': 1 })
  const moved = await api.made(`/enrollments/${id}/transfer`, { schoolId: schools[1].id })
  const file = (code: string) =>
    `schoolCode;pupilRef;givenName;familyName;section;guardianName;guardianEmail\n${code};1;${told.givenName};${told.familyName};Β2;${told.guardianName};${told.email}\n`
  const imported = await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file('9000002'))
  t.match(imported.json, { updated: 1, created: 0 })
  const now = (await api.get(`/enrollments/${moved.id}`)).json
  t.match(now, { pupilRef: '1', givenName: null, familyName: null, section: 'Β2', guardians: [] })
  const search = `/campaigns/${campaign.id}/enrollments?q=${encodeURIComponent(told.familyName)}`
  t.same((await api.get(search)).json.items, [])
})

t.test('two at once forget a guardian once; on a full disk nobody is told what was not done', async (t) => {
  const { api, campaign, enroll, school, deps } = await openCampaign(t)
  await enroll(school.id, '1', { guardians: [{ email: told.email }] })
  const ask = () => api.post('/erasure-requests', { email: told.email, reason })
  const answers = await Promise.all([ask(), ask()])
  t.same(answers.map(({ json }) => json.children).sort(), [0, 1])
  t.equal((await api.get('/audit/events?action=erasure_request.done')).json.items.length, 1)

  await enroll(school.id, '2', { guardians: [{ email: told.email }] })
  await fillDisk(deps)
  let full = await ask()
  for (let i = 0; full.status === 200 && i < 200; i++)
    full = await api.post('/access-requests', { email: told.email, reason: 'x'.repeat(400) })
  t.match(full, { status: 503, json: { code: 'storage_unavailable' } })
  t.equal((await api.get(`/campaigns/${campaign.id}/summary`)).json.enrolled, 2)
})

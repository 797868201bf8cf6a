import { createHmac } from 'node:crypto'
import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { askOf } from '../support/invariants.ts'
import type { Saka } from '../support/saka.ts'
import { breaking, runStatements, withoutTrigger } from '../support/sql.ts'

/** A campaign in which a child was withdrawn for a reason, and a look at the file. */
async function withdrawal(t: Parameters<typeof openCampaign>[0]) {
  const saka = await openCampaign(t)
  const child = await saka.enroll(saka.school.id, '1')
  await saka.api.made(`/enrollments/${child.id}/withdraw`, { reason: 'moved to Ξάνθη' })
  const ask = askOf(saka.deps)
  const changes = async () =>
    (await ask(`SELECT change FROM audit_events WHERE action = 'enrollment.withdrawn'`)).map((row) =>
      String(row.change),
    )
  const stored = async () => (await changes())[0]!
  const read = async () => (await saka.api.get('/audit/events?action=enrollment.withdrawn')).json.items[0]
  return { ...saka, child, ask, changes, stored, read }
}

/** What a verification finds, by kind and event. */
const faultsOf = async ({ api }: Saka) => {
  const { faults } = (await api.get('/audit/verification')).json
  return faults.map(({ kind, eventId }: any) => ({ kind, eventId }))
}

t.test('an event holds what somebody typed as a commitment, which its salt opens and nobody can compare', async (t) => {
  const { api, enroll, school, changes, stored, read } = await withdrawal(t)
  t.notMatch(await stored(), 'moved')
  const { reason } = JSON.parse(await stored())
  const event = await read()
  t.equal(event.change.reason, 'moved to Ξάνθη', 'reading puts it back')
  const opened = (salt: string, value: string) =>
    createHmac('sha256', Buffer.from(salt, 'base64url')).update(value).digest('base64url')
  t.equal(opened(event.salts.reason, 'moved to Ξάνθη'), reason.commitment)
  t.not(opened(event.salts.reason, 'moved to Δράμα'), reason.commitment)
  t.equal(Buffer.from(event.salts.reason, 'base64url').length, 32)
  await api.made(`/enrollments/${(await enroll(school.id, '2')).id}/withdraw`, { reason: 'moved to Ξάνθη' })
  t.equal(new Set(await changes()).size, 2, 'the same words twice are two commitments')
})

t.test('when salt and value are gone the event is as it was, tells nobody, and the trail is intact', async (t) => {
  const saka = await withdrawal(t)
  const { deps, stored, read } = saka
  const before = await stored()
  await runStatements(deps, 'DELETE FROM audit_disclosures')
  t.equal(await stored(), before)
  const event = await read()
  t.same(event.change, JSON.parse(before))
  t.same(event.salts, {})
  t.same(await faultsOf(saka), [])
})

t.test('an event and what it discloses are one: both are written or none', async (t) => {
  const { api, deps, enroll, school, ask } = await withdrawal(t)
  const { id } = await enroll(school.id, '2')
  await runStatements(deps, breaking('INSERT ON audit_disclosures'))
  t.equal((await api.post(`/enrollments/${id}/withdraw`, { reason: 'moved' })).status, 500)
  t.same(await ask(`SELECT status FROM enrollments WHERE id = '${id}'`), [{ status: 'active' }])
  t.same(await ask(`SELECT count(*) AS events FROM audit_events WHERE subject_id = '${id}'`), [{ events: 1 }])
})

t.test('a hand-out discloses nothing: its event is one row', async (t) => {
  const { api, campaign, enroll, school, ask } = await withdrawal(t)
  await enroll(school.id, '2')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const disclosures = () => ask('SELECT count(*) AS kept FROM audit_disclosures')
  const before = await disclosures()
  const [{ code }] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
  await api.made('/redemptions', { code, schoolId: school.id, scanId: 'scan-1' })
  t.same(await disclosures(), before)
})

t.test('a text that was changed behind its commitment is not shown, and is found with its position', async (t) => {
  const saka = await withdrawal(t)
  const { id } = await saka.read()
  t.same(await faultsOf(saka), [], 'nothing is wrong before')
  const [{ position }] = (await saka.ask(`SELECT position FROM audit_seals WHERE event_id = '${id}'`)) as any
  await runStatements(
    saka.deps,
    withoutTrigger('audit_disclosures_stay', 'audit_disclosures'),
    `UPDATE audit_disclosures SET value = 'nothing to see' WHERE event_id = '${id}'`,
  )
  const event = await saka.read()
  t.same(event.change, JSON.parse(await saka.stored()), 'the commitment is shown')
  t.same(event.salts, {})
  const { faults } = (await saka.api.get('/audit/verification')).json
  t.match(faults, [{ kind: 'disclosed_otherwise', position: Number(position), eventId: id, detail: /not shown/ }])
})

t.test('a text that was put in for a key that holds no commitment is not shown, and is found', async (t) => {
  const saka = await withdrawal(t)
  const [{ id }] = (await saka.api.get('/audit/events?action=campaign.opened')).json.items
  const before = (await saka.api.get('/audit/events?action=campaign.opened')).json.items
  for (const field of ['quantity', 'openedAt', 'toString', '__proto__']) {
    const insert = `INSERT INTO audit_disclosures (event_id, field, salt, value) VALUES ('${id}', '${field}', 'AAAA', '590')`
    await runStatements(saka.deps, withoutTrigger('audit_disclosures_begin', 'audit_disclosures'), insert)
  }
  t.same((await saka.api.get('/audit/events?action=campaign.opened')).json.items, before)
  t.same(await faultsOf(saka), [{ kind: 'disclosed_otherwise', eventId: id }])
})

t.test('once an event is sealed the database takes no more texts for it', async (t) => {
  const saka = await withdrawal(t)
  await faultsOf(saka)
  const { id } = await saka.read()
  const insert = `INSERT INTO audit_disclosures (event_id, field, salt, value) VALUES ('${id}', 'more', 'AAAA', 'x')`
  await t.rejects(runStatements(saka.deps, insert))
  t.same(await faultsOf(saka), [])
})

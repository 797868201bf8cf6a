import t from 'tap'
import { readPdf, readPlaces } from '../support/pdf-reader.ts'
import { remindedCampaign } from '../support/reminders.ts'

const step = {
  name: 'announcement',
  when: { on: 'opening', offsetDays: 0, at: '09:00' },
  to: 'all',
  channels: ['email'],
}
const guardian = (email: string, more = {}) => ({ guardians: [{ name: 'Άννα', email, language: 'sq', ...more }] })

t.test('a campaign begins with a plan, which is changed like other records', async (t) => {
  const { api, campaign } = await remindedCampaign(t)
  const path = `/campaigns/${campaign.id}/reminder-plan`
  const first = await api.get(path)
  t.match(first, { status: 200, json: { campaignId: campaign.id, version: 0 }, headers: { etag: '"0"' } })
  t.same(
    first.json.steps.map(({ name }: any) => name),
    ['announcement', 'first-reminder', 'last-days'],
  )
  const changed = await api.put(path, { steps: [step], quietHours: null }, { 'if-match': '"0"' })
  t.match(changed, { status: 200, json: { steps: [step], quietHours: null, version: 1 }, headers: { etag: '"1"' } })
  t.match(await api.put(path, { steps: [], quietHours: null }, { 'if-match': '"0"' }), { status: 412 })
  const two = await Promise.all([1, 2].map(() => api.put(path, { steps: [], quietHours: null }, { 'if-match': '"1"' })))
  t.same(two.map(({ status }) => status).sort(), [200, 412], 'of two at once one wins')
  t.match((await api.get('/audit/events?action=reminder_plan.changed')).json.items, { length: 2 })
})

t.test('what is wrong with a plan is said field by field', async (t) => {
  const { api, campaign } = await remindedCampaign(t)
  const path = `/campaigns/${campaign.id}/reminder-plan`
  const late = { ...step, when: { on: 'closing', offsetDays: 1, at: '10:00' }, channels: ['email', 'email'] }
  const refused = await api.put(path, { steps: [step, late], quietHours: { from: '21:00', to: '21:00' } })
  t.match(refused, { status: 400, json: { code: 'invalid_input' } })
  t.same(
    refused.json.errors.map(({ pointer }: any) => pointer),
    ['/steps/1/name', '/steps/1/when/offsetDays', '/steps/1/channels', '/quietHours'],
  )
  for (const wrong of [
    { steps: [{ ...step, when: { ...step.when, at: '24:00' } }], quietHours: null },
    { steps: [{ ...step, channels: [] }], quietHours: null },
    { steps: [{ ...step, channels: ['pigeon'] }], quietHours: null },
    { steps: [{ ...step, name: 'Ανακοίνωση' }], quietHours: null },
    { steps: [step] },
  ])
    t.match(await api.put(path, wrong), { status: 400 })
})

t.test('a dry run shows who would get what, in which language, and sends nothing', async (t) => {
  const saka = await remindedCampaign(t, { draft: true })
  const { api, campaign, school } = saka
  const child = await saka.enroll(school.id, '1', guardian('anna@example.org'))
  await saka.enroll(school.id, '2')
  const [voucher] = await saka.issue()
  const preview = await api.made(`/campaigns/${campaign.id}/reminders`, { step: 'announcement', dryRun: true })
  t.match(preview, {
    dryRun: true,
    messages: 2,
    byChannel: { email: 1, sms: 0, print: 1 },
    byLanguage: { sq: 1, el: 1 },
    items: [
      { channel: 'email', language: 'sq', to: 'anna@example.org', enrollmentIds: [child.id], voucherIds: [voucher.id] },
      {},
    ],
  })
  t.same(await saka.messages(), [])
  t.match((await api.get('/audit/events?action=messages.previewed')).json.items, [{ subjectId: campaign.id }])
  const sent = await api.post(`/campaigns/${campaign.id}/reminders`, { step: 'announcement', dryRun: false })
  t.match(sent, { status: 409, json: { code: 'campaign_not_open' } })
  const unknown = await api.post(`/campaigns/${campaign.id}/reminders`, { step: 'nonsense', dryRun: true })
  t.match(unknown, {
    status: 422,
    json: { code: 'unknown_step', steps: ['announcement', 'first-reminder', 'last-days'] },
  })
})

t.test('a step asked for is sent now, once, also by two who ask at once', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-01T07:00:00.000Z', children: [guardian('anna@example.org')] })
  const path = `/campaigns/${saka.campaign.id}/reminders`
  const asked = await Promise.all([1, 2, 3].map(() => saka.api.post(path, { step: 'last-days' })))
  t.same(
    asked.map(({ status, json }) => [status, json.items]),
    [
      [200, []],
      [200, []],
      [200, []],
    ],
  )
  await saka.send()
  await saka.api.made(path, { step: 'last-days' })
  await saka.send()
  t.equal(saka.post.mails.length, 1)
})

t.test('in quiet hours nothing is sent, whoever asks', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-11T19:00:00.000Z', children: [guardian('anna@example.org')] })
  const asked = await saka.api.made(`/campaigns/${saka.campaign.id}/reminders`, { step: 'announcement' })
  t.equal(asked.goesAt, '2023-09-12T05:00:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 0)
  saka.clock.set('2023-09-12T05:00:00.000Z')
  await saka.api.put(`/campaigns/${saka.campaign.id}/reminder-plan`, {
    steps: [step],
    quietHours: { from: '05:00', to: '09:00' },
  })
  await saka.send()
  t.equal(saka.post.mails.length, 0, 'nor when they are changed after it was planned')
  saka.clock.set('2023-09-12T06:00:00.000Z')
  await saka.send()
  t.equal(saka.post.mails.length, 1)
})

t.test('where a plan asks for consent, who has not given it is told by the school', async (t) => {
  const saka = await remindedCampaign(t)
  const { api, campaign, school } = saka
  await saka.enroll(school.id, '1', guardian('yes@example.org', { consent: true }))
  const child = await saka.enroll(school.id, '2', guardian('no@example.org'))
  await saka.issue()
  const plan = { steps: [step], quietHours: null, consentRequired: true }
  t.match(await api.put(`/campaigns/${campaign.id}/reminder-plan`, plan), {
    status: 200,
    json: { consentRequired: true },
  })
  await saka.remind()
  t.same(
    saka.post.mails.map(({ to }) => to),
    [['yes@example.org']],
  )
  const { items } = (await api.get(`/campaigns/${campaign.id}/phone-list`)).json
  t.match(items, [{ enrollmentId: child.id, why: 'no_consent' }])
})

t.test(
  'schools see messages and phone lists about their own children, auditors pseudonyms, warehouses nothing',
  async (t) => {
    const saka = await remindedCampaign(t)
    const { campaign, schools } = saka
    const mine = await saka.enroll(schools[0].id, '1', { givenName: 'Ελένη', ...guardian('anna@example.org') })
    const theirs = await saka.enroll(schools[1].id, '1', guardian('anna@example.org'))
    const unreached = await saka.enroll(schools[0].id, '2', { givenName: 'Νίκος' })
    await saka.enroll(schools[1].id, '2')
    await saka.issue()
    await saka.remind()
    const [messages, list] = [`/campaigns/${campaign.id}/messages`, `/campaigns/${campaign.id}/phone-list`]
    const school = await saka.as({ role: 'school', schoolId: schools[0].id })
    t.match((await school.get(`${messages}?channel=email`)).json.items, [
      { enrollmentIds: [mine.id], to: 'anna@example.org' },
    ])
    t.notMatch((await school.get(messages)).text, theirs.id)
    t.match((await school.get(list)).json.items, [
      { enrollmentId: unreached.id, givenName: 'Νίκος', why: 'no_contact' },
    ])
    t.equal((await school.get(list)).json.items.length, 1)
    const auditor = await saka.as({ role: 'auditor' })
    t.match((await auditor.get(`${messages}?channel=email`)).json.items, [{ to: null, language: null, status: 'sent' }])
    t.notMatch((await auditor.get(list)).text, /Νίκος/)
    t.match((await auditor.get(list, { 'access-reason': 'Complaint' })).text, /Νίκος/)
    t.equal((await auditor.post(`/campaigns/${campaign.id}/reminders`, { step: 'announcement' })).status, 403)
    const warehouse = await saka.as({ role: 'warehouse' })
    for (const path of [messages, list, `/campaigns/${campaign.id}/reminder-plan`])
      t.equal((await warehouse.get(path)).status, 403)
    const csv = await saka.api.get(`${list}?schoolId=${schools[0].id}`, { accept: 'text/csv' })
    t.match(csv.text, /^\ufeffschoolId,schoolName,.*\r\n.*Νίκος/)
    const looks = (await saka.api.get('/audit/events?action=phone_list.read')).json.items
    t.ok(looks.length >= 4, 'every look is an event')
  },
)

t.test('a phone list is printed, each school on pages of its own', async (t) => {
  const saka = await remindedCampaign(t)
  for (let ref = 1; ref <= 31; ref++)
    await saka.enroll(saka.schools[0].id, `${ref}`, { familyName: 'Φωτοπούλου', givenName: 'محمد' })
  await saka.enroll(saka.schools[1].id, '1', {
    guardians: [{ name: 'Μαρία', phone: '6902128001', language: 'sq' }],
  })
  await saka.issue()
  const path = `/campaigns/${saka.campaign.id}/phone-list.pdf`
  const whole = await saka.api.get(path)
  t.match(whole.headers['content-type'], 'application/pdf')
  const head = readPlaces(whole.bytes).filter(({ y }) => y > 105 && y < 125)
  t.same([...new Set(head.map(({ x }) => x))], [40, 80, 225, 350, 432, 503], 'each heading stands in its own column')
  const pages = await readPdf(whole.bytes)
  t.equal(pages.length, 3)
  t.match(JSON.stringify(pages[2]), /6902128001/)
  const school = await saka.as({ role: 'school', schoolId: saka.schools[1].id })
  t.equal((await readPdf((await school.get(path)).bytes)).length, 1)
})

t.test('a phone list is read page by page, each child once, in the order of the schools', async (t) => {
  const saka = await remindedCampaign(t)
  const enrolled: string[] = []
  for (const ref of ['10', '9', '8']) for (const { id } of saka.schools) enrolled.push((await saka.enroll(id, ref)).id)
  await saka.issue()
  const seen: any[] = []
  for (let cursor = ''; ; ) {
    const page = (await saka.api.get(`/campaigns/${saka.campaign.id}/phone-list?limit=4${cursor}`)).json
    seen.push(...page.items)
    if (!page.nextCursor) break
    cursor = `&cursor=${page.nextCursor}`
  }
  t.same(seen.map(({ enrollmentId }) => enrollmentId).sort(), enrolled.sort())
  t.same(
    seen.map(({ pupilRef }) => pupilRef),
    ['8', '9', '10', '8', '9', '10'],
  )
})

import t from 'tap'
import { moveCampaign } from '../../src/campaigns/index.ts'
import { anotherCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'

const saka = await startSaka(t)

t.test('a late arrival is enrolled with contacts in one spelling', async (t) => {
  const { api, school, campaign } = await anotherCampaign(saka)
  const answer = await api.post(`/campaigns/${campaign.id}/enrollments`, {
    schoolId: school.id,
    pupilRef: ' 901 ',
    familyName: 'Φωτοπούλου',
    givenName: 'Ελένη',
    guardians: [
      { name: 'Φωτοπούλου Μαρία', email: 'Maria@Families.Example.org', phone: '690 212 8000' },
      { phone: '00355691234567', language: 'SQ', consent: true },
    ],
  })
  t.equal(answer.status, 201)
  t.equal(answer.headers.etag, '"1"')
  t.match(answer.json, {
    schoolId: school.id,
    pupilRef: '901',
    status: 'active',
    section: null,
    headcount: false,
    guardians: [
      { name: 'Φωτοπούλου Μαρία', email: 'maria@families.example.org', phone: '+306902128000', language: 'el' },
      { name: null, email: null, phone: '+355691234567', language: 'sq', consent: true },
    ],
  })
  t.same((await api.get(`/enrollments/${answer.json.id}`)).json, answer.json)
})

t.test('a school has one child under one number, also when two are enrolled at once', async (t) => {
  const { api, schools, campaign } = await anotherCampaign(saka)
  const path = `/campaigns/${campaign.id}/enrollments`
  const child = { schoolId: schools[0].id, pupilRef: '1' }
  const answers = await Promise.all([api.post(path, child), api.post(path, child), api.post(path, child)])
  t.same(answers.map((answer) => answer.status).sort(), [201, 409, 409])
  t.match(answers.find((answer) => answer.status === 409)?.json, { code: 'pupil_ref_taken' })
  t.equal((await api.post(path, { ...child, schoolId: schools[1].id })).status, 201)
})

t.test('what cannot be enrolled says why', async (t) => {
  const { api, deps, school, campaign } = await anotherCampaign(saka)
  const path = `/campaigns/${campaign.id}/enrollments`
  const elsewhere = await api.made('/communities', { code: 'Z', name: 'Ζ΄ Δημοτική Κοινότητα' })
  const foreign = await api.made('/schools', { ministryCode: '9000099', name: '99ο', communityId: elsewhere.id })
  t.match(await api.post(path, { schoolId: foreign.id, pupilRef: '1' }), {
    status: 422,
    json: { code: 'school_not_in_campaign' },
  })
  t.match(
    await api.post(path, {
      schoolId: school.id,
      pupilRef: '1',
      givenName: '=1+1',
      guardians: [{ email: 'nobody', phone: '12', language: 'xx' }],
    }),
    {
      status: 400,
      json: {
        errors: [
          { pointer: '/givenName' },
          { pointer: '/guardians/0/email' },
          { pointer: '/guardians/0/phone' },
          { pointer: '/guardians/0/language' },
        ],
      },
    },
  )
  t.equal((await api.post(path, { schoolId: school.id, pupilRef: '1', guardians: [{}, {}, {}] })).status, 400)
  await deps.db.transact((tx) => moveCampaign(tx, campaign.id, 'open', { status: 'closing' }))
  t.match(await api.post(path, { schoolId: school.id, pupilRef: '1' }), {
    status: 409,
    json: { code: 'campaign_not_open' },
  })
})

t.test('children are found by words of their names and numbers, without accents and case', async (t) => {
  const { api, schools, campaign, enroll } = await anotherCampaign(saka)
  await enroll(schools[0].id, '007', { familyName: 'Φωτοπούλου', givenName: 'Ελένη' })
  await enroll(schools[0].id, '008', { familyName: 'Shehu', givenName: 'Ardit' })
  await enroll(schools[1].id, '007', { familyName: 'Λιάπης', givenName: 'Γιώργος' })
  const found = async (query: string) =>
    (await api.get(`/campaigns/${campaign.id}/enrollments?${query}`)).json.items.map(
      (item: { familyName: string }) => item.familyName,
    )
  t.same(await found(`q=${encodeURIComponent('φωτοπουλου ΕΛΕΝΗ')}`), ['Φωτοπούλου'])
  t.same(await found(`q=${encodeURIComponent('γιωργοσ')}`), ['Λιάπης'])
  t.same(await found('q=007'), ['Φωτοπούλου', 'Λιάπης'])
  t.same(await found(`q=007&schoolId=${schools[1].id}`), ['Λιάπης'])
  t.same(await found('q=%25'), ['Φωτοπούλου', 'Shehu', 'Λιάπης'], 'a sign that means nothing is no word')
  t.same(await found('status=withdrawn'), [])
  const page = (await api.get(`/campaigns/${campaign.id}/enrollments?limit=2`)).json
  const rest = (await api.get(`/campaigns/${campaign.id}/enrollments?limit=2&cursor=${page.nextCursor}`)).json
  t.same([page.items.length, rest.items.length, rest.nextCursor], [2, 1, null])
  const csv = await api.get(`/campaigns/${campaign.id}/enrollments`, { accept: 'text/csv' })
  t.equal(csv.text.trim().split('\r\n').length, 4)
})

t.test('what is known of a child is changed by one person at a time', async (t) => {
  const { api, school, schools, campaign, enroll } = await anotherCampaign(saka)
  const { id } = await enroll(school.id, '1', { familyName: 'Λιάπης', guardians: [{ phone: '6902128000' }] })
  const changed = await api.patch(`/enrollments/${id}`, { familyName: 'Λιάπη', section: 'Α2' }, { 'if-match': '"1"' })
  t.match(changed, {
    status: 200,
    json: { familyName: 'Λιάπη', section: 'Α2', version: 2, guardians: [{ phone: '+306902128000' }] },
  })
  t.equal(changed.headers.etag, '"2"')
  t.match(await api.patch(`/enrollments/${id}`, { section: 'Α3' }, { 'if-match': '"1"' }), {
    status: 412,
    json: { code: 'stale_version' },
  })
  t.match(await api.patch(`/enrollments/${id}`, { guardians: [] }), {
    status: 200,
    json: { guardians: [], section: 'Α2' },
  })
  const elsewhere = await api.patch(`/enrollments/${id}`, { schoolId: schools[1].id, status: 'withdrawn' })
  t.match(elsewhere.json, { schoolId: school.id, status: 'active' }, 'school and status are not changed this way')
  const found = await api.get(`/campaigns/${campaign.id}/enrollments?q=${encodeURIComponent('λιαπη')}`)
  t.equal(found.json.items.length, 1)
  const trail = (await api.get(`/audit/events?subjectId=${id}`)).json.items
  t.same(
    trail.map((event: { action: string }) => event.action),
    ['enrollment.changed', 'enrollment.changed', 'enrollment.created'],
  )
  t.notMatch(JSON.stringify(trail), /Λιάπη|6902128000/)
})

t.test('withdrawing twice changes nothing', async (t) => {
  const { api, school, enroll } = await anotherCampaign(saka)
  const { id } = await enroll(school.id, '1')
  const answers = await Promise.all(
    ['moved', 'moved away'].map((reason) => api.post(`/enrollments/${id}/withdraw`, { reason })),
  )
  t.match(answers, [
    { status: 200, json: { status: 'withdrawn' } },
    { status: 200, json: { status: 'withdrawn' } },
  ])
  t.equal(answers[0]?.json.withdrawalReason, answers[1]?.json.withdrawalReason)
  t.equal((await api.get(`/audit/events?subjectId=${id}&action=enrollment.withdrawn`)).json.items.length, 1)
})

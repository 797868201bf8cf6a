import t from 'tap'
import { openCampaign } from '../support/campaign.ts'

t.test('a zero byte, which not every engine can keep, is a fault of nobody’s', async (t) => {
  const { api, school, campaign } = await openCampaign(t)
  const scan = { scanId: 'scan\u0000', payload: 'WIFI:\u0000;', schoolId: school.id }
  const scanned = await api.post('/redemptions', scan)
  t.match(scanned, { status: 422, json: { code: 'not_a_voucher' } })
  t.same((await api.post('/redemptions', scan)).json.code, 'not_a_voucher', 'sent again, it is the same attempt')
  t.equal((await api.get(`/campaigns/${campaign.id}/scans`)).json.items.length, 1)
  const named = await api.post('/communities', { code: 'X', name: 'a\u0000b' })
  t.equal(named.status, 201)
  for (const answer of [
    await api.get(`/campaigns/${campaign.id}/enrollments?q=a%00b`),
    await api.get('/schools?q=a%00b'),
    await api.get('/audit/events?subjectId=a%00b'),
    await api.get(`/campaigns/${campaign.id}/enrollments`, { 'access-reason': 'a%00b' }),
    await api.post('/session', { email: 'a\u0000@example.org', password: 'x' }),
    await api.post('/warehouses', { name: 'a\u0000b' }, { 'idempotency-key': 'k\u0001' }),
  ])
    t.ok(answer.status < 500, answer.text)
})

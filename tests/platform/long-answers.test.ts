import t from 'tap'
import { handedOutCampaign } from '../reconciliation/handed-out-campaign.ts'
import { openCampaign } from '../support/campaign.ts'

const key = { 'idempotency-key': 'once' }

t.test('an answer with a line for every school is whole and in order, however many pieces it is sent in', async (t) => {
  const { api, community, campaign, enroll, receive } = await openCampaign(t)
  const codes = Array.from({ length: 1100 }, (_, i) => String(7_000_000 + i))
  const lines = codes.map((code) => `${code};Σχολείο ${code};${community.code}`)
  await api.post('/school-imports', ['code;name;community', ...lines].join('\n'), { 'content-type': 'text/csv' })
  const summary = (await api.get(`/campaigns/${campaign.id}/summary`)).json
  const named = summary.bySchool
    .map(({ schoolName }: any) => schoolName)
    .filter((name: string) => /^Σχολείο/.test(name))
  t.same(
    named,
    codes.map((code) => `Σχολείο ${code}`),
  )
  t.match(summary.byCommunity, [{ communityId: community.id, enrolled: 0 }])

  await receive(1100)
  const schools = (await api.get('/schools?limit=500&q=Σχολείο 7')).json.items
  for (const { id } of schools.slice(0, 3)) await enroll(id, '1')
  const { lines: divided } = await api.made(`/campaigns/${campaign.id}/allocations`, {})
  t.same(
    divided.map(({ quantity }: any) => quantity),
    [1, 1, 1],
  )
})

t.test('an answer that is sent in pieces is kept for its key as a whole', async (t) => {
  const { api, campaign } = await handedOutCampaign(t)
  const address = `/campaigns/${campaign.id}/reconciliations`
  const first = await api.post(address, undefined, key)
  t.match(first, {
    ...{ status: 201, json: { discrepancies: [{ code: 'target_not_met' }] } },
    headers: { 'idempotency-replayed': undefined },
  })
  t.match(first.headers['content-type'], /^application\/json/)
  const again = await api.post(address, undefined, key)
  t.match(again, { status: 201, headers: { 'idempotency-replayed': 'true' } })
  t.same(again.json, first.json)
  t.same((await api.get(`/reconciliations/${first.json.id}`)).json, first.json)
  t.equal((await api.get(address)).json.items.length, 1)
})

t.test('nothing that the contract does not name is sent', async (t) => {
  const { api, campaign } = await handedOutCampaign(t)
  const run = await api.made(`/campaigns/${campaign.id}/reconciliations`)
  t.notOk('basis' in run || 'discrepancyIds' in run, 'of the run')
  t.notOk('matter' in run.discrepancies[0] || 'gone' in run.discrepancies[0], 'of what it found')
})

import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { stockHands } from '../support/stock.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

t.test(
  'the first close ends the pickup: vouchers expire, and what has not left is promised to nobody any more',
  async (t) => {
    const saka = await openCampaign(t)
    const { api, campaign, schools, warehouse } = saka
    await saka.receive(3)
    for (const { id } of schools) await saka.enroll(id, '1')
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    const run = await api.made(`/campaigns/${campaign.id}/allocations`, {})
    await api.made(`/allocations/${run.id}/confirm`)
    const planned = await stockHands(saka).plan(schools[0].id, 1)
    const reserved = async () => (await api.get(`/balances?locationId=${warehouse.id}`)).json.items[0].reserved
    t.equal(await reserved(), 2, 'one planned, one promised')

    const closing = await api.post(`/campaigns/${campaign.id}/close`, { occurredAt: '2023-09-10T21:00:00Z' })
    t.match(closing, { status: 200, json: { status: 'closing', closingAt: '2023-09-10T21:00:00.000Z' } })
    t.ok(closing.headers.etag)
    const vouchers = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
    t.match(vouchers, [{ status: 'expired' }, { status: 'expired' }])
    t.match((await api.get(`/shipments?campaignId=${campaign.id}`)).json.items, [
      { id: planned.id, status: 'cancelled' },
    ])
    t.equal(await reserved(), 0)
    const atNow = `/balances?locationId=${warehouse.id}&at=${saka.clock.now()}`
    t.equal((await api.get(atNow)).json.items[0].reserved, 0, 'nor as of any later instant')
    const events = (await api.get(`/audit/events?subjectId=${campaign.id}&action=campaign.closing`)).json.items
    t.match(events, [{ change: { vouchersExpired: 2 } }])
    t.match(await api.made(`/campaigns/${campaign.id}/reconciliations`), { status: 'clean' })
  },
)

t.test('a draft is not closed, and nothing closes in the future', async (t) => {
  const { api, campaign } = await openCampaign(t, { draft: true })
  t.match(await api.post(`/campaigns/${campaign.id}/close`), { status: 409, json: { code: 'campaign_not_open' } })
  await api.made(`/campaigns/${campaign.id}/open`)
  const tomorrow = { occurredAt: '2023-09-12T06:30:00.000Z' }
  t.match(await api.post(`/campaigns/${campaign.id}/close`, tomorrow), {
    status: 422,
    json: { code: 'occurred_in_future' },
  })
})

t.test('a campaign ends with a reconciliation that was made and signed since the pickup, and not before', async (t) => {
  const saka = await handedOutCampaign(t)
  const { api, campaign } = saka
  const close = () => api.post(`/campaigns/${campaign.id}/close`)
  const early = await saka.reconcile()
  await api.made(`/reconciliations/${early.id}/sign`)
  t.match(await close(), { status: 200, json: { status: 'closing' } })
  t.match(
    await close(),
    { status: 409, json: { code: 'open_discrepancies' } },
    'one signed during the pickup does not do',
  )

  const run = await saka.reconcile()
  t.match(await close(), { status: 409, json: { code: 'open_discrepancies' } }, 'one that is not signed does not do')
  await api.made(`/reconciliations/${run.id}/sign`)
  await stockHands(saka).sendBack(saka.school.id, 1)
  t.match(await close(), { status: 409, json: { code: 'stale_reconciliation' } }, 'what came later is not signed for')

  const last = await saka.reconcile()
  await api.made(`/reconciliations/${last.id}/sign`)
  const closed = await close()
  t.match(closed, { status: 200, json: { status: 'closed', closedAt: saka.clock.now() } })
  t.same((await close()).json, closed.json, 'closing it again changes nothing')
  const actions = (await saka.actionsOf(campaign.id)).filter((action) => action.startsWith('campaign.'))
  t.same(actions, ['campaign.closed', 'campaign.closing', 'campaign.opened', 'campaign.created'])
})

t.test('of two who close at once one ends the pickup, and neither ends the campaign', async (t) => {
  const { api, campaign } = await openCampaign(t)
  const answers = await Promise.all([1, 2].map(() => api.post(`/campaigns/${campaign.id}/close`)))
  t.same(answers.map(({ status }) => status).sort(), [200, 409])
  t.match(await api.get(`/campaigns/${campaign.id}`), { json: { status: 'closing' } })
})

t.test('the summary tells where a campaign stands, in all, by community and by school', async (t) => {
  const saka = await handedOutCampaign(t)
  const { api, campaign, community, schools } = saka
  const other = await api.made('/communities', { code: 'B', name: 'Β΄ Δημοτική Κοινότητα' })
  await api.patch(`/campaigns/${campaign.id}`, { communityIds: [community.id, other.id] })
  const far = await api.made('/schools', { ministryCode: '9000009', name: '9ο Δημοτικό', communityId: other.id })
  await saka.enroll(far.id, '1')
  const summary = (await api.get(`/campaigns/${campaign.id}/summary`)).json
  const { bySchool, byCommunity, ...all } = summary
  t.same(all, {
    campaignId: campaign.id,
    enrolled: 11,
    vouchersIssued: 10,
    redeemed: 9,
    received: 12,
    onHand: 2,
    inTransit: 0,
    atSchools: 1,
    handedOut: 9,
    writtenOff: 0,
    spentCents: 144_000,
  })
  t.match(bySchool, [
    { schoolId: schools[0].id, enrolled: 6, vouchersIssued: 6, redeemed: 5, received: 6, atSchools: 1, handedOut: 5 },
    {
      schoolId: schools[1].id,
      enrolled: 4,
      vouchersIssued: 4,
      redeemed: 4,
      received: 4,
      atSchools: 0,
      spentCents: 48_000,
    },
    { schoolId: far.id, enrolled: 1, vouchersIssued: 0, received: 0, handedOut: 0, spentCents: 0 },
  ])
  t.match(byCommunity, [
    { communityId: community.id, enrolled: 10, redeemed: 9, received: 10, atSchools: 1, spentCents: 120_000 },
    { communityId: other.id, enrolled: 1, received: 0 },
  ])
  await saka.close()
  t.match(
    (await api.get(`/campaigns/${campaign.id}/summary`)).json,
    { vouchersIssued: 10 },
    'expired vouchers were issued',
  )
})

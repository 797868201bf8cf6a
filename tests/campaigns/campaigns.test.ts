import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { startSaka } from '../support/saka.ts'

type Json = any
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057'

t.test('the campaigns of 2021 and 2023 are expressed as they were, with the budget that they share', async (t) => {
  const { api, as } = await startSaka(t)
  const communities: Json[] = []
  for (const [i, code] of ['A', 'B', 'C', 'D', 'E'].entries()) {
    communities.push(await api.made('/communities', { code, name: `${'ΑΒΓΔΕ'[i]}΄ Δημοτική Κοινότητα` }))
  }
  const kit = await api.made('/kits', {
    name: 'Σχολικό σετ',
    items: [
      { name: 'Σακίδιο', quantity: 1, unitCostCents: 3571 },
      { name: 'Τετράδιο', quantity: 10, unitCostCents: 500 },
    ],
  })
  t.equal(kit.unitCostCents, 8571)
  const shared = 18_000_000
  const budget2021 = Math.floor((shared * 600) / 2100)
  const campaigns = [
    {
      name: 'Σχολικά σετ 2021',
      year: 2021,
      kitId: kit.id,
      communityIds: [communities[3].id, communities[4].id],
      targetQuantity: 600,
      budgetCents: budget2021,
      pickupFrom: '2021-09-13',
      pickupUntil: '2021-10-01',
    },
    {
      name: 'Σχολικά σετ 2023',
      year: 2023,
      kitId: kit.id,
      communityIds: communities.map(({ id }) => id),
      targetQuantity: 1500,
      budgetCents: shared - budget2021,
      pickupFrom: '2023-09-11',
      pickupUntil: '2023-09-29',
    },
  ]
  for (const campaign of campaigns) {
    const made = await api.made('/campaigns', campaign)
    t.match(made, { ...campaign, communityIds: Array, reserveQuantity: 0, fourEyes: false, status: 'draft' })
    t.same([...made.communityIds].sort(), [...campaign.communityIds].sort())
  }
  const listed = (await (await as({ role: 'auditor' })).get('/campaigns')).json.items
  t.same(
    listed.map(({ year }: Json) => year),
    [2023, 2021],
    'the newest first',
  )
})

t.test('a campaign names what is there: a kit, communities, and days in their order', async (t) => {
  const { api, campaign, kit, community } = await openCampaign(t, { draft: true })
  const { id: _, status: __, version: ___, ...fields } = campaign
  const impossible: [change: Json, code: string][] = [
    [{ kitId: nowhere }, 'unknown_kit'],
    [{ communityIds: [community.id, nowhere] }, 'unknown_communities'],
    [{ pickupFrom: '2023-09-30' }, 'pickup_ends_before_it_begins'],
  ]
  for (const [change, code] of impossible) {
    t.match(await api.post('/campaigns', { ...fields, ...change }), { status: 422, json: { code } })
    t.match(await api.patch(`/campaigns/${campaign.id}`, change), { status: 422, json: { code } })
  }
  t.match(
    (await api.post('/campaigns', { ...fields, communityIds: [nowhere] })).json.communityIds,
    [nowhere],
    'and says which',
  )
  for (const malformed of [
    { pickupFrom: '2023-02-30' },
    { targetQuantity: -1 },
    { budgetCents: 0.5 },
    { communityIds: [] },
    { name: ' ' },
  ]) {
    t.match(await api.post('/campaigns', { ...fields, ...malformed }), { status: 400 })
  }
  t.match(
    await api.post('/campaigns', { ...fields, pickupUntil: '2023-09-11', communityIds: [community.id, community.id] }),
    {
      status: 201,
      json: { communityIds: [community.id] },
    },
  )
  t.match(await api.get(`/kits/${kit.id}`), { json: kit })
})

t.test('a campaign is opened once, in its own time, and opening it again changes nothing', async (t) => {
  const { api, clock, campaign } = await openCampaign(t, { draft: true })
  const both = await Promise.all(
    [1, 2].map(() => api.post(`/campaigns/${campaign.id}/open`, { occurredAt: '2023-09-01T06:00:00Z' })),
  )
  for (const answer of both)
    t.match(answer, { status: 200, json: { status: 'open', openedAt: '2023-09-01T06:00:00.000Z', version: 2 } })
  clock.set('2023-09-12T06:30:00.000Z')
  t.match(await api.post(`/campaigns/${campaign.id}/open`), {
    status: 200,
    json: { openedAt: '2023-09-01T06:00:00.000Z', version: 2 },
  })
  await api.made(`/campaigns/${campaign.id}/close`)
  t.match(await api.post(`/campaigns/${campaign.id}/open`), { status: 409, json: { code: 'campaign_not_open' } })
})

t.test('what an open campaign gives out and whom it serves stays; it may serve more', async (t) => {
  const { api, campaign, community } = await openCampaign(t)
  const other = await api.made('/communities', { code: 'B', name: 'Β΄' })
  const kit = await api.made('/kits', { name: 'Άλλο σετ', items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 1 }] })
  const path = `/campaigns/${campaign.id}`
  const underWay = { status: 409, json: { code: 'campaign_under_way' } }
  t.match(await api.patch(path, { kitId: kit.id }), underWay)
  t.match(await api.patch(path, { communityIds: [other.id] }), underWay)
  t.match(await api.patch(path, { kitId: campaign.kitId, targetQuantity: 120 }), {
    status: 200,
    json: { targetQuantity: 120 },
  })
  t.match(await api.patch(path, { communityIds: [community.id, other.id] }), { status: 200 })
  t.same((await api.get(path)).json.communityIds.sort(), [community.id, other.id].sort())
  t.match(await api.patch(path, { pickupUntil: '2023-10-06' }), { status: 200, json: { pickupUntil: '2023-10-06' } })
})

t.test('a draft may still become another campaign', async (t) => {
  const { api, campaign } = await openCampaign(t, { draft: true })
  const other = await api.made('/communities', { code: 'B', name: 'Β΄' })
  const kit = await api.made('/kits', { name: 'Άλλο σετ', items: [{ name: 'Σακίδιο', quantity: 1, unitCostCents: 1 }] })
  t.match(await api.patch(`/campaigns/${campaign.id}`, { kitId: kit.id, communityIds: [other.id] }), {
    status: 200,
    json: { kitId: kit.id, communityIds: [other.id], version: 2 },
  })
})

import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { stockHands } from '../support/stock.ts'

const monday = '2023-09-11T06:30:00.000Z'
const noon = '2023-09-11T09:00:00.000Z'
const evening = '2023-09-11T15:00:00.000Z'

t.test('a count is blind until it is posted, and what it finds is a difference, not a new quantity', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, campaign, kit } = day
  const { at, count, lastMovement } = stockHands(day)
  await receive(50)
  const { id } = await count(warehouse.id, 47)
  const open = (await api.get(`/counts/${id}`)).json
  t.match(open, { status: 'open', lines: [{ kitId: kit.id, counted: 47, expected: null, variance: null }] })
  t.equal((await at(warehouse.id)).onHand, 50, 'an open count moves nothing')

  const [first, second] = await Promise.all([api.post(`/counts/${id}/post`), api.post(`/counts/${id}/post`)])
  t.match(first, { status: 200, json: { status: 'posted', lines: [{ expected: 50, variance: -3 }] } })
  t.same(second.json, first.json, 'posting again changes nothing')
  t.equal((await at(warehouse.id)).onHand, 47)
  t.match(await lastMovement('count'), { quantity: 3, fromLocationId: warehouse.id, causeType: 'count', causeId: id })
  t.match((await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items, [
    { code: 'count_variance', severity: 'warning', expected: 50, actual: 47, records: [{ type: 'count', id }, {}] },
  ])
  t.match(await api.post(`/counts/${id}/discard`), { status: 409, json: { code: 'count_not_open' } })
})

t.test('kits that move while people count do not spoil the count', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, warehouse, school } = day
  const { at, count, ship, dispatch } = stockHands(day)
  await receive(50)
  await ship(school.id, 10)
  clock.set(noon)
  const atWarehouse = await count(warehouse.id, 41, noon)
  const atSchool = await count(school.locationId, 10, noon)
  clock.set(evening)
  await dispatch(school.id, 5)
  await receive(20)

  t.match((await api.made(`/counts/${atWarehouse.id}/post`)).lines, [{ expected: 40, variance: 1 }])
  t.equal((await at(warehouse.id)).onHand, 56, '50 - 10 - 5 + 20 and the one that was found')
  t.equal((await at(warehouse.id, noon)).onHand, 41, 'the book agrees with what was counted, when it was counted')
  t.equal((await at(warehouse.id, monday)).onHand, 40)
  t.match((await api.made(`/counts/${atSchool.id}/post`)).lines, [{ expected: 10, variance: 0 }])
  t.equal((await api.get('/movements?kind=count')).json.items.length, 1, 'a count that agrees moves nothing')
})

t.test('an older count does not undo what a later one has settled', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, warehouse } = day
  const { at, count } = stockHands(day)
  await receive(10)
  clock.set(evening)
  const older = await count(warehouse.id, 8, noon)
  const later = await count(warehouse.id, 8, evening)
  await api.made(`/counts/${later.id}/post`)
  t.match(await api.post(`/counts/${older.id}/post`), { status: 409, json: { code: 'settled_by_count' } })
  t.equal((await at(warehouse.id)).onHand, 8)
  t.match(await api.post(`/counts/${older.id}/discard`), { status: 200, json: { status: 'discarded' } })
  t.equal((await api.post(`/counts/${older.id}/discard`)).status, 200, 'discarding again changes nothing')
  t.match(await api.post(`/counts/${older.id}/post`), { status: 409, json: { code: 'count_not_open' } })
})

t.test('a count that would leave less than is promised needs leave to take the promises back', async (t) => {
  const day = await openCampaign(t)
  const { api, campaign, receive, warehouse, enroll, schools } = day
  const { at, count, allocate } = stockHands(day)
  for (let i = 0; i < 6; i++) await enroll(schools[i % 2].id, `P${i}`)
  await receive(6)
  const allocation = await allocate()
  t.match(await at(warehouse.id), { onHand: 6, reserved: 6, available: 0 })

  const { id } = await count(warehouse.id, 5)
  t.match(await api.post(`/counts/${id}/post`), {
    status: 409,
    json: { code: 'reserved_stock', onHand: 6, reserved: 6 },
  })
  t.match((await api.get(`/counts/${id}`)).json, { status: 'open', lines: [{ expected: null }] }, 'it is still open')
  t.match(await api.post(`/counts/${id}/post`, { releaseReserved: true }), { status: 200, json: { status: 'posted' } })
  t.match(await at(warehouse.id), { onHand: 5, reserved: 0, available: 5 })
  t.equal((await api.get(`/allocations/${allocation.id}`)).json.status, 'superseded')
  t.equal((await api.post(`/campaigns/${campaign.id}/shipment-plans`)).json.code, 'not_allocated')

  await allocate()
  t.match(await at(warehouse.id), { onHand: 5, reserved: 5, available: 0 }, 'a new run promises what there is')
  await api.made(`/campaigns/${campaign.id}/shipment-plans`)
  const again = await count(warehouse.id, 4)
  t.match(
    await api.post(`/counts/${again.id}/post`, { releaseReserved: true }),
    { status: 409, json: { code: 'reserved_stock' } },
    'planned shipments are cancelled by people, not by a count',
  )
})

t.test('where the campaign asks for four eyes, the one who counted does not post', async (t) => {
  const day = await openCampaign(t, { campaign: { fourEyes: true } })
  const { api, receive, warehouse, as } = day
  const { count } = stockHands(day)
  await receive(10)
  const { id } = await count(warehouse.id, 9)
  t.match(await api.post(`/counts/${id}/post`), { status: 409, json: { code: 'four_eyes' } })
  const other = await as({ role: 'warehouse', warehouseId: warehouse.id })
  t.match(await other.post(`/counts/${id}/post`), { status: 200, json: { status: 'posted' } })
})

t.test('a count says where, when and what, each kit once', async (t) => {
  const day = await openCampaign(t)
  const { api, warehouse, school, kit } = day
  const line = { kitId: kit.id, counted: 1 }
  const refused = async (change: object) => {
    const { status, json } = await api.post('/counts', {
      locationId: warehouse.id,
      countedAt: monday,
      lines: [line],
      ...change,
    })
    return [status, json.code]
  }
  t.same(await refused({ lines: [line, line] }), [422, 'kit_counted_twice'])
  t.same(await refused({ countedAt: noon }), [422, 'occurred_in_future'])
  t.same(await refused({ lines: [{ kitId: school.id, counted: 1 }] }), [404, 'not_found'])
  t.same(await refused({ locationId: '00000000-0000-7000-8000-000000000002' }), [422, 'not_countable'])
  t.same(await refused({ lines: [{ kitId: kit.id, counted: -1 }] }), [400, 'invalid_input'])
})

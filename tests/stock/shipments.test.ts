import t from 'tap'
import { systemActor } from '../../src/identity/index.ts'
import { virtualLocations } from '../../src/places/index.ts'
import { campaignStockFigures, reserveForSchools, stockForAllocation } from '../../src/stock/index.ts'
import { campaignBody, openCampaign } from '../support/campaign.ts'
import { stockHands } from '../support/stock.ts'

const { transit, written_off: writtenOff } = virtualLocations
const tuesday = '2023-09-12T06:30:00.000Z'

t.test('a shipment goes from plan to confirmed delivery, and each kit is always somewhere', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, warehouse, school, campaign, as } = day
  const { at, plan } = stockHands(day)
  await receive(30)
  const planned = await plan(school.id, 10)
  t.match(planned, { number: 1, status: 'planned', quantity: 10, reservedQuantity: 0, version: 1 })
  t.match(await at(warehouse.id), { onHand: 30, reserved: 10, available: 20 })

  const deliver = (accepted: number, rejected: number, missing: number, caller = api) =>
    caller.post(`/shipments/${planned.id}/deliver`, {
      acceptedQuantity: accepted,
      rejectedQuantity: rejected,
      missingQuantity: missing,
      note: 'two boxes were wet',
    })
  t.match(await deliver(10, 0, 0), { status: 409, json: { code: 'shipment_not_dispatched' } })
  clock.set(tuesday)
  const dispatched = await api.post(`/shipments/${planned.id}/dispatch`)
  t.match(dispatched, { status: 200, headers: { etag: '"2"' }, json: { status: 'dispatched', dispatchedAt: tuesday } })
  t.match(await at(warehouse.id), { onHand: 20, reserved: 0, available: 20 })
  t.equal((await at(transit)).onHand, 10)
  t.match(await api.post(`/shipments/${planned.id}/dispatch`), { status: 409, json: { code: 'shipment_not_planned' } })
  t.match(await api.post(`/shipments/${planned.id}/cancel`), { status: 409, json: { code: 'shipment_not_planned' } })

  const teacher = await as({ role: 'school', schoolId: school.id })
  const stranger = await as({ role: 'school', schoolId: day.schools[1].id })
  t.equal((await deliver(7, 2, 1, stranger)).status, 404, 'another school’s shipment is not there')
  t.match(await deliver(7, 2, 2, teacher), { status: 422, json: { code: 'delivery_does_not_add_up' } })
  const early = { acceptedQuantity: 10, occurredAt: '2023-09-11T06:30:00Z' }
  t.equal((await api.post(`/shipments/${planned.id}/deliver`, early)).json.code, 'before_dispatch')
  const delivered = await deliver(7, 2, 1, teacher)
  t.match(delivered, { status: 200, json: { status: 'delivered', acceptedQuantity: 7, note: 'two boxes were wet' } })
  t.same((await deliver(7, 2, 1)).json, delivered.json, 'the same figures again change nothing')
  t.match(await deliver(8, 2, 0), { status: 409, json: { code: 'delivery_final' } })
  t.same([(await at(school.locationId)).onHand, (await at(transit)).onHand], [7, 3])
  t.match((await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items, [
    { code: 'missing_in_transit', severity: 'warning', expected: 10, actual: 9, records: [{ id: planned.id }] },
  ])

  const takeBack = (quantity: number, damagedQuantity = 0) =>
    api.post(`/shipments/${planned.id}/return`, { quantity, damagedQuantity })
  t.match(await takeBack(3), { status: 409, json: { code: 'not_returnable', returnable: 2 } })
  t.match(await takeBack(1, 2), { status: 422, json: { code: 'more_damaged_than_came' } })
  const both = await Promise.all([takeBack(2, 1), takeBack(2, 1)])
  t.same(both.map(({ status }) => status).sort(), [200, 409], 'what was rejected comes back once')
  t.match((await api.get(`/shipments/${planned.id}`)).json, { status: 'delivered', returnedQuantity: 2 })
  t.same([(await at(warehouse.id)).onHand, (await at(transit)).onHand, (await at(writtenOff)).onHand], [21, 1, 1])
  t.equal((await api.get(`/shipments/${planned.id}/delivery-note.pdf`)).bytes.subarray(0, 5).toString(), '%PDF-')
})

t.test('what is missing stays in transit until it is found or written off', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, school, kit, campaign } = day
  const { at, dispatch, lastMovement } = stockHands(day)
  await receive(30)
  const onItsWay = await dispatch(school.id, 10)
  const explain = (quantity: number, more = {}) =>
    api.post('/adjustments', { locationId: transit, kitId: kit.id, quantity, reason: 'lost', ...more })
  t.match(
    await explain(-1),
    { status: 409, json: { code: 'not_missing' } },
    'a shipment on its way is not explained away',
  )
  const { id } = await dispatch(school.id, 8)
  await api.made(`/shipments/${id}/deliver`, { acceptedQuantity: 5, missingQuantity: 3 })
  t.equal((await explain(-4)).json.code, 'not_missing')
  t.equal((await explain(-1, { shipmentId: onItsWay.id })).json.code, 'not_missing')
  t.match(await explain(-1), { status: 201, json: { shipmentId: id } })

  const status = async () => (await api.get(`/campaigns/${campaign.id}/discrepancies`)).json.items[0].status
  t.equal(await status(), 'open')
  t.match(await explain(-2, { shipmentId: id, reason: 'found' }), { status: 201 })
  t.equal(await status(), 'resolved', 'all of it is explained')
  t.equal((await explain(-1)).json.code, 'not_missing')
  t.same([(await at(transit)).onHand, (await at(writtenOff)).onHand], [10, 3])

  const { id: movementId } = await lastMovement('adjustment')
  await api.made(`/movements/${movementId}/reverse`, { reason: 'it was another shipment' })
  t.equal((await explain(-2)).status, 201, 'what was undone is missing again')
})

t.test('a shipment that was never delivered comes back whole', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, school } = day
  const { at, dispatch } = stockHands(day)
  await receive(10)
  const { id } = await dispatch(school.id, 6)
  const takeBack = (quantity: number) => api.post(`/shipments/${id}/return`, { quantity, damagedQuantity: 1 })
  t.match(await takeBack(5), { status: 409, json: { code: 'not_returnable', returnable: 6 } })
  t.match(await takeBack(6), { status: 200, json: { status: 'returned', returnedQuantity: 6 } })
  t.match(await takeBack(6), { status: 409, json: { code: 'shipment_not_dispatched' } })
  t.equal((await api.post(`/shipments/${id}/deliver`, { acceptedQuantity: 6 })).json.code, 'shipment_not_dispatched')
  t.match(await at(warehouse.id), { onHand: 9, reserved: 0, available: 9 })
})

t.test('of two who ship the last kit at once one wins, and delivery notes are numbered without a gap', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, schools, kit, campaign } = day
  const { at } = stockHands(day)
  await receive(5)
  const order = (schoolId: string, quantity: number) =>
    api.post('/shipments', { campaignId: campaign.id, warehouseId: warehouse.id, schoolId, kitId: kit.id, quantity })
  await order(schools[0].id, 4)
  const rush = await Promise.all(Array.from({ length: 10 }, (_, i) => order(schools[i % 2].id, 1)))
  t.same(rush.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)])
  t.match(rush.find(({ status }) => status === 409)?.json, { code: 'insufficient_stock', onHand: 5, reserved: 5 })
  t.match(await at(warehouse.id), { onHand: 5, reserved: 5, available: 0 })

  const last = rush.find(({ status }) => status === 201)?.json
  const twice = await Promise.all([1, 2].map(() => api.post(`/shipments/${last.id}/dispatch`)))
  t.same(twice.map(({ status }) => status).sort(), [200, 409])
  t.equal((await at(transit)).onHand, 1)
  await receive(20)
  await Promise.all(Array.from({ length: 20 }, (_, i) => order(schools[i % 2].id, 1)))
  const notes = (await api.get('/shipments?limit=500')).json.items.map((shipment: any) => shipment.number)
  t.same(
    notes,
    Array.from({ length: 22 }, (_, i) => i + 1),
  )
})

t.test('a shipment is for the campaign’s kit and schools, while it is open', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, school, campaign } = day
  const { plan } = stockHands(day)
  await receive(10)
  const refused = async (change: object) => {
    const order = { campaignId: campaign.id, warehouseId: warehouse.id, schoolId: school.id, quantity: 1, ...change }
    const { status, json } = await api.post('/shipments', order)
    return [status, json.code]
  }
  const community = await api.made('/communities', { code: 'B', name: 'Β΄ Δημοτική Κοινότητα' })
  const outside = await api.made('/schools', { ministryCode: '9000099', name: '99ο', communityId: community.id })
  const other = await api.made('/kits', { name: 'Άλλο', items: [{ name: 'Μολύβι', quantity: 1, unitCostCents: 1 }] })
  t.same(await refused({ schoolId: outside.id }), [422, 'school_not_in_campaign'])
  t.same(await refused({ kitId: other.id }), [422, 'kit_not_in_campaign'])
  t.same(await refused({ warehouseId: school.locationId }), [404, 'not_found'])
  t.same(await refused({ quantity: 0 }), [400, 'invalid_input'])
  const draft = await api.made('/campaigns', campaignBody(day.kit.id, [community.id]))
  t.same(await refused({ campaignId: draft.id, schoolId: outside.id }), [409, 'campaign_not_open'])

  await plan(school.id, 1)
  const theirs = await plan(day.schools[1].id, 1)
  t.same((await api.get(`/shipments?schoolId=${theirs.schoolId}&status=planned`)).json.items.length, 1)
  t.same((await api.get(`/shipments?campaignId=${draft.id}`)).json.items, [])
})

t.test('what an allocation promises is reserved until it is shipped, and planned once', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, schools, enroll, campaign } = day
  const { at, allocate, plan } = stockHands(day)
  for (let i = 0; i < 12; i++) await enroll(schools[i % 3 === 0 ? 1 : 0].id, `P${i}`)
  await receive(15)
  t.equal((await api.post(`/campaigns/${campaign.id}/shipment-plans`)).json.code, 'not_allocated')
  await allocate()
  t.match(await at(warehouse.id), { onHand: 15, reserved: 12, available: 3 })

  const byHand = await plan(schools[0].id, 10)
  t.match(byHand, { reservedQuantity: 8 }, 'out of the school’s own promise first')
  t.match(await at(warehouse.id), { onHand: 15, reserved: 14, available: 1 })
  t.match(await plan(schools[1].id, 5), { reservedQuantity: 4 }, 'the fifth is the one that was available')
  t.match(await at(warehouse.id), { reserved: 15, available: 0 })
  await api.made(`/shipments/${byHand.id}/cancel`)
  t.match(await at(warehouse.id), { reserved: 13, available: 2 }, 'eight are the school’s again, two are free')
  await api.made(`/shipments/${byHand.id}/cancel`)
  t.match(await at(warehouse.id), { reserved: 13, available: 2 }, 'cancelling again changes nothing')

  const planAll = () => api.made(`/campaigns/${campaign.id}/shipment-plans`)
  const plans = await Promise.all([planAll(), planAll()])
  t.same(plans.map(({ items }) => items.length).sort(), [0, 1], 'planned once, however often it is asked for')
  t.match(
    plans.flatMap(({ items }) => items),
    [{ schoolId: schools[0].id, quantity: 8, reservedQuantity: 8 }],
  )
  t.match(await at(warehouse.id), { onHand: 15, reserved: 13, available: 2 }, 'the promise has only changed hands')
})

t.test('kits are promised from the warehouses that have them, and shipped from any', async (t) => {
  const day = await openCampaign(t, { schools: 3 })
  const { api, deps, receive, warehouse, schools, campaign } = day
  const { at } = stockHands(day)
  const second = await api.made('/warehouses', { name: 'Δεύτερη αποθήκη' })
  await receive(10)
  await receive(6, { warehouseId: second.id })
  const reserve = (...quantities: number[]) =>
    deps.db.transact((tx) =>
      reserveForSchools(
        deps,
        tx,
        systemActor,
        campaign,
        quantities.map((quantity, i) => ({ schoolId: schools[i].id, quantity })),
      ),
    )
  await reserve(7, 5, 4)
  t.same(
    [(await at(warehouse.id)).available, (await at(second.id)).available],
    [0, 0],
    'all sixteen, one school from both',
  )
  await t.rejects(reserve(7, 5, 5), { code: 'insufficient_stock' })
  t.same([(await at(warehouse.id)).reserved, (await at(second.id)).reserved], [10, 6], 'a refusal leaves the promises')
  await reserve(7, 5)
  t.same([(await at(warehouse.id)).reserved, (await at(second.id)).reserved], [7, 5], 'new promises replace the old')

  const order = { campaignId: campaign.id, warehouseId: warehouse.id, schoolId: schools[1].id, quantity: 3 }
  const shipment = await api.made('/shipments', order)
  t.equal(shipment.reservedQuantity, 3, 'the promise moves to the warehouse that ships')
  t.same([(await at(warehouse.id)).reserved, (await at(second.id)).reserved], [10, 2])
  await api.made(`/shipments/${shipment.id}/cancel`)
  t.same([(await at(warehouse.id)).reserved, (await at(second.id)).reserved], [10, 2], 'and stays there')
})

t.test('the campaign’s figures add up, and what a school has lost or sent back can be shipped again', async (t) => {
  const day = await openCampaign(t)
  const { api, deps, receive, school, schools, kit, campaign } = day
  const { dispatch, ship, plan, sendBack } = stockHands(day)
  await receive(100)
  await ship(school.id, 20)
  const { id } = await dispatch(school.id, 10)
  await api.made(`/shipments/${id}/deliver`, { acceptedQuantity: 6, rejectedQuantity: 3, missingQuantity: 1 })
  await api.made(`/shipments/${id}/return`, { quantity: 2, damagedQuantity: 1 })
  await dispatch(schools[1].id, 5)
  await plan(schools[1].id, 4)
  await sendBack(school.id, 4)
  await api.made('/adjustments', { locationId: school.locationId, kitId: kit.id, quantity: -2, reason: 'lost' })

  const { total, bySchool } = await campaignStockFigures(deps.db.read, campaign)
  t.same(total, {
    received: 100,
    shipped: 35,
    accepted: 26,
    rejected: 3,
    missing: 1,
    returned: 6,
    handedOut: 0,
    writtenOff: 3,
    onHand: 70,
    inTransit: 7,
    atSchools: 20,
    spentCents: 1_200_000,
  })
  t.equal(total.received, total.onHand + total.inTransit + total.atSchools + total.handedOut + total.writtenOff)
  t.match(bySchool.get(school.id), {
    received: 26,
    shipped: 30,
    returned: 6,
    writtenOff: 2,
    inTransit: 2,
    atSchools: 20,
  })
  t.match(bySchool.get(schools[1].id), { shipped: 5, inTransit: 5, atSchools: 0 })

  const allocatable = await stockForAllocation(deps.db.read, campaign)
  t.same(allocatable, {
    onHand: 70,
    shippedBySchool: new Map([
      [school.id, 20],
      [schools[1].id, 5],
    ]),
    plannedBySchool: new Map([[schools[1].id, 4]]),
  })
})

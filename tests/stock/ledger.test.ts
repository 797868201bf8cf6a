import t from 'tap'
import { virtualLocations } from '../../src/places/index.ts'
import { openCampaign } from '../support/campaign.ts'
import { runStatements } from '../support/sql.ts'
import { stockHands } from '../support/stock.ts'

const { supplier, transit, written_off: writtenOff } = virtualLocations
const monday = '2023-09-11T06:30:00.000Z'
const tuesday = '2023-09-12T06:30:00.000Z'
const wednesday = '2023-09-13T06:30:00.000Z'

t.test('what kits and receipts cost stays an exact number of cents, one by one and together', async (t) => {
  const { api, deps, warehouse, kit, campaign } = await openCampaign(t)
  const tooExpensive = { status: 422, json: { code: 'too_expensive' } }
  const item = { name: 'Σακίδιο', quantity: 1_000_000_000, unitCostCents: 1_000_000_000_000 }
  t.match(await api.post('/kits', { name: 'Μεγάλο', items: [item] }), tooExpensive)
  const half = { ...item, quantity: 500, unitCostCents: 1_000_000_000 }
  t.match(await api.post('/kits', { name: 'Διπλό', items: [half, half, { ...half, quantity: 1 }] }), tooExpensive)
  t.match(await api.post('/kits', { name: 'Ακριβό', items: [half, half] }), {
    status: 201,
    json: { unitCostCents: 1_000_000_000_000 },
  })
  const receipt = {
    ...{ warehouseId: warehouse.id, kitId: kit.id, campaignId: campaign.id, damagedQuantity: 0 },
    ...{ supplier: 'Χαρτικά Πειραιά ΑΕ', documentNumber: 'ΔΑ-7' },
  }
  const largest = { ...receipt, quantity: item.quantity, unitCostCents: item.unitCostCents }
  t.match(await api.post('/receipts', largest), tooExpensive)
  const most = await api.made('/receipts', { ...receipt, quantity: 1000, unitCostCents: 999_999_999 })
  t.match(await api.post('/receipts', { ...receipt, quantity: 1, unitCostCents: 1001 }), tooExpensive, 'together')
  t.match(await api.post('/receipts', { ...receipt, quantity: 1, unitCostCents: 1000 }), { status: 201 })
  const { json } = await api.get(`/campaigns/${campaign.id}/summary`)
  t.match(json.total ?? json, { spentCents: 1_000_000_000_000 })
  for (const statement of [
    `INSERT INTO kits (id, name, unit_cost_cents) VALUES ('x', 'x', 1000000000001)`,
    `INSERT INTO receipts (id, warehouse_id, kit_id, campaign_id, quantity, damaged_quantity, unit_cost_cents, supplier, document_number, occurred_at, recorded_at)
     SELECT 'x', warehouse_id, kit_id, campaign_id, 1000000000, 0, 1001, supplier, document_number, occurred_at, recorded_at
     FROM receipts WHERE id = '${most.id}'`,
  ])
    await t.rejects(runStatements(deps, statement), /cost/)
})

t.test('what comes is received whole, and the damaged part is written off at once', async (t) => {
  const day = await openCampaign(t)
  const { api, warehouse, kit, campaign } = day
  const { at } = stockHands(day)
  const receipt = {
    warehouseId: warehouse.id,
    kitId: kit.id,
    campaignId: campaign.id,
    quantity: 100,
    damagedQuantity: 4,
    unitCostCents: 12_000,
    supplier: 'Χαρτικά Πειραιά ΑΕ',
    documentNumber: 'ΔΑ-7',
  }
  const made = await api.post('/receipts', receipt)
  t.match(made, { status: 201, json: { ...receipt, occurredAt: monday, reversedAt: null, warnings: [] } })
  t.match(await at(warehouse.id), { onHand: 96, reserved: 0, available: 96 })
  t.equal((await at(writtenOff)).onHand, 4)
  t.equal((await at(supplier)).onHand, -100)

  const refused = async (change: object) => (await api.post('/receipts', { ...receipt, ...change })).json.code
  t.equal(await refused({ damagedQuantity: 101 }), 'more_damaged_than_came')
  t.equal(await refused({ occurredAt: tuesday }), 'occurred_in_future')
  t.equal(await refused({ warehouseId: day.school.locationId }), 'not_found')
  t.equal(await refused({ quantity: 0 }), 'invalid_input')
  const other = await api.made('/kits', { name: 'Άλλο', items: [{ name: 'Μολύβι', quantity: 1, unitCostCents: 1 }] })
  t.equal(await refused({ kitId: other.id }), 'kit_not_in_campaign')
  t.equal((await at(warehouse.id)).onHand, 96, 'a refusal moves nothing')
})

t.test('going over the budget is a warning and a discrepancy until the receipt is reversed', async (t) => {
  const day = await openCampaign(t, { campaign: { budgetCents: 120_000 } })
  const { api, receive, campaign } = day
  const { lastMovement, at } = stockHands(day)
  const discrepancies = async () =>
    (await api.get(`/campaigns/${campaign.id}/discrepancies?code=over_budget`)).json.items
  t.same((await receive(10)).warnings, [], 'ten times 120 euros is all of the budget')
  t.same(await discrepancies(), [])
  t.match((await receive(1)).warnings, [{ code: 'over_budget', detail: /€1,320\.00.*€1,200\.00/ }])
  t.match(await discrepancies(), [{ severity: 'warning', status: 'open', expected: 120_000, actual: 132_000 }])

  const { id } = await lastMovement('receipt')
  await api.made(`/movements/${id}/reverse`, { reason: 'typed twice' })
  t.match(await discrepancies(), [{ status: 'resolved' }])
  t.equal((await at(day.warehouse.id)).onHand, 10)
  t.equal((await receive(1)).warnings.length, 1, 'what was reversed is not spent, what comes now is')
})

t.test('a balance can be asked for as of any instant', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, warehouse, school, kit } = day
  const { at, plan } = stockHands(day)
  await receive(50)
  clock.set(tuesday)
  const { id } = await plan(school.id, 20)
  clock.set(wednesday)
  await api.made(`/shipments/${id}/dispatch`)
  await api.made(`/shipments/${id}/deliver`, { acceptedQuantity: 20 })

  t.same(await at(warehouse.id, '2023-09-10T00:00:00Z'), { onHand: 0, reserved: 0, available: 0 })
  t.same(await at(warehouse.id, monday), { onHand: 50, reserved: 0, available: 50 })
  t.same(await at(warehouse.id, tuesday), { onHand: 50, reserved: 20, available: 30 })
  t.same(await at(warehouse.id, wednesday), { onHand: 30, reserved: 0, available: 30 })
  t.same(await at(warehouse.id, wednesday), await at(warehouse.id), 'the present is the latest instant')
  t.equal((await at(school.locationId, tuesday)).onHand, 0)
  t.equal((await at(school.locationId)).onHand, 20)

  await api.made('/adjustments', {
    locationId: warehouse.id,
    kitId: kit.id,
    quantity: -5,
    reason: 'lost',
    occurredAt: tuesday,
  })
  t.equal((await at(warehouse.id, tuesday)).onHand, 45, 'what is recorded late counts from when it happened')
  t.equal((await at(warehouse.id, monday)).onHand, 50)
})

t.test('the ledger is read newest first, by place, kit, kind, cause and time, page by page', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, school, kit, as } = day
  const { dispatch, ship } = stockHands(day)
  const receipt = await receive(50)
  clock.set(tuesday)
  await ship(school.id, 5)
  clock.set(wednesday)
  await dispatch(day.schools[1].id, 7)
  const kinds = async (query: string) => (await api.get(`/movements?${query}`)).json.items.map((m: any) => m.kind)
  t.same(await kinds(''), ['dispatch', 'delivery', 'dispatch', 'receipt'])
  t.same(await kinds(`kitId=${kit.id}&locationId=${school.locationId}`), ['delivery'])
  t.same(await kinds(`locationId=${transit}&kind=dispatch`), ['dispatch', 'dispatch'])
  t.same(await kinds(`from=${tuesday}&to=${tuesday}`), ['delivery', 'dispatch'])
  t.same(await kinds(`causeId=${receipt.id}`), ['receipt'])

  const first = (await api.get('/movements?limit=3')).json
  await receive(1)
  const rest = (await api.get(`/movements?limit=3&cursor=${first.nextCursor}`)).json
  t.same(
    rest.items.map((m: any) => m.kind),
    ['receipt'],
    'what comes meanwhile does not shift the pages',
  )
  t.equal(rest.nextCursor, null)

  const teacher = await as({ role: 'school', schoolId: school.id })
  t.same(
    (await teacher.get('/movements')).json.items.map((m: any) => m.kind),
    ['delivery'],
    'a school sees its own yard',
  )
  t.same(
    (await teacher.get('/balances')).json.items.map((b: any) => b.locationId),
    [school.locationId],
  )
})

t.test('stock is put right by hand, but never below nothing and never out of what is promised', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, school, kit } = day
  const { at, plan, ship } = stockHands(day)
  await receive(10)
  await ship(school.id, 2)
  await plan(school.id, 5)
  const adjust = (locationId: string, quantity: number, reason = 'correction', more = {}) =>
    api.post('/adjustments', { locationId, kitId: kit.id, quantity, reason, ...more })

  t.match(await adjust(warehouse.id, -4, 'damaged'), {
    status: 409,
    json: { code: 'reserved_stock', onHand: 8, reserved: 5 },
  })
  t.match(await adjust(warehouse.id, -9, 'lost'), { status: 409, json: { code: 'insufficient_stock' } })
  t.match(await adjust(school.locationId, -3, 'lost'), { status: 409, json: { code: 'insufficient_stock' } })
  t.match(await adjust(warehouse.id, 0), { status: 400 })
  t.match(await adjust(supplier, 1), { status: 422, json: { code: 'not_adjustable' } })
  t.match(await adjust(transit, 1, 'found'), { status: 422, json: { code: 'not_adjustable' } })
  t.match(await at(warehouse.id), { onHand: 8, reserved: 5, available: 3 })

  t.match(await adjust(warehouse.id, -3, 'expired', { note: 'glue sticks' }), {
    status: 201,
    json: { quantity: -3, reason: 'expired', note: 'glue sticks', shipmentId: null, occurredAt: monday },
  })
  t.equal((await adjust(school.locationId, 1, 'found')).status, 201)
  t.match(await at(warehouse.id), { onHand: 5, reserved: 5, available: 0 })
  t.equal((await at(school.locationId)).onHand, 3)
  t.equal((await at(writtenOff)).onHand, 2)
})

t.test('what a school sends back is at the warehouse, and it cannot send what it never had', async (t) => {
  const day = await openCampaign(t)
  const { api, receive, warehouse, school, kit, as } = day
  const { at, ship, lastMovement } = stockHands(day)
  await receive(10)
  await ship(school.id, 6)
  const back = { schoolId: school.id, warehouseId: warehouse.id, kitId: kit.id, quantity: 4, reason: 'left over' }
  t.match(await api.post('/returns', back), { status: 201, json: { ...back, occurredAt: monday } })
  t.equal((await at(warehouse.id)).onHand, 8)
  t.equal((await at(school.locationId)).onHand, 2)
  t.match(await lastMovement('return'), { causeType: 'return', campaignId: day.campaign.id, reason: 'left over' })
  t.match(await api.post('/returns', back), { status: 409, json: { code: 'insufficient_stock' } })

  const elsewhere = await api.made('/warehouses', { name: 'Δεύτερη αποθήκη' })
  const staff = await as({ role: 'warehouse', warehouseId: elsewhere.id })
  t.equal((await staff.post('/returns', back)).status, 404, 'staff of one warehouse do not act for another')
})

t.test('a movement is undone once, by its opposite, which points back', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, warehouse, receive } = day
  const { at, lastMovement } = stockHands(day)
  await receive(10)
  const movement = await lastMovement('receipt')
  clock.set(tuesday)
  const reverse = () => api.post(`/movements/${movement.id}/reverse`, { reason: 'wrong document' })
  const answers = await Promise.all([reverse(), reverse(), reverse()])
  t.same(answers.map(({ status }) => status).sort(), [201, 409, 409], 'of three at once one wins')
  t.match(answers.find(({ status }) => status === 201)?.json, {
    kind: 'reversal',
    reversesId: movement.id,
    fromLocationId: warehouse.id,
    toLocationId: supplier,
    quantity: 10,
    reason: 'wrong document',
  })
  t.equal((await reverse()).json.code, 'already_reversed')
  t.same([(await at(warehouse.id)).onHand, (await at(warehouse.id, monday)).onHand], [0, 0], 'as if it had not been')
  const reversal = await lastMovement('reversal')
  t.match(await api.post(`/movements/${reversal.id}/reverse`, { reason: 'no' }), {
    status: 409,
    json: { code: 'undone_elsewhere' },
  })
  t.equal((await api.post(`/movements/${day.kit.id}/reverse`, { reason: 'no' })).status, 404)
})

t.test('a movement is not undone when the kits are gone, are promised, or were counted since', async (t) => {
  const day = await openCampaign(t)
  const { api, clock, receive, warehouse, school, kit } = day
  const { count, plan, dispatch, lastMovement } = stockHands(day)
  await receive(10)
  const receipt = await lastMovement('receipt')
  const reverse = async (id: string) => (await api.post(`/movements/${id}/reverse`, { reason: 'mistake' })).json.code
  const planned = await plan(school.id, 6)
  t.equal(await reverse(receipt.id), 'reserved_stock')
  await api.made(`/shipments/${planned.id}/dispatch`)
  t.equal(await reverse(receipt.id), 'insufficient_stock')

  const adjustment = { locationId: warehouse.id, kitId: kit.id, quantity: 1, reason: 'found' }
  await api.made('/adjustments', adjustment)
  const found = await lastMovement('adjustment')
  const counted = await count(warehouse.id, 5)
  t.equal(
    (await api.post(`/movements/${found.id}/reverse`, { reason: 'mistake' })).status,
    201,
    'an open count settles nothing',
  )
  await api.made(`/counts/${counted.id}/post`)
  t.equal(await reverse(receipt.id), 'settled_by_count')
  t.equal(await reverse((await lastMovement('count')).id), 'settled_by_count', 'nor is the count itself undone')

  clock.set(tuesday)
  await api.made('/adjustments', adjustment)
  t.equal(await reverse((await lastMovement('adjustment')).id), undefined, 'an earlier count settles nothing')
  await dispatch(school.id, 1)
  t.equal(await reverse((await lastMovement('dispatch')).id), 'undone_elsewhere')
})

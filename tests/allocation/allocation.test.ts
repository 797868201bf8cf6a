import t from 'tap'
import { anotherCampaign, type OpenCampaign } from '../support/campaign.ts'
import { enrollChildren } from '../support/children.ts'
import { startSaka } from '../support/saka.ts'

const service = await startSaka(t)

/** A campaign whose schools have so many children each, with so many kits at the warehouse. */
async function withChildren(
  children: number[],
  stock: number,
  change: Parameters<typeof anotherCampaign>[1] = {},
): Promise<OpenCampaign & { idOf(school: number): string }> {
  const saka = await anotherCampaign(service, { schools: children.length, ...change })
  for (const [i, count] of children.entries()) {
    await enrollChildren(saka.deps, { campaignId: saka.campaign.id, schoolId: saka.schools[i].id, count })
  }
  if (stock > 0) await saka.receive(stock)
  return { ...saka, idOf: (school) => saka.schools[school].id }
}

const propose = ({ api, campaign }: OpenCampaign, body: Record<string, unknown> = {}) =>
  api.made(`/campaigns/${campaign.id}/allocations`, body)

const stockOf = async ({ api, warehouse }: OpenCampaign) =>
  (await api.get(`/balances?locationId=${warehouse.id}`)).json.items[0]

const quantities = (run: any, schools: any[]) =>
  schools.map(({ id }) => run.lines.find((line: any) => line.schoolId === id)?.quantity)

/** Plans what is promised and dispatches it. */
async function shipAll({ api, campaign }: OpenCampaign): Promise<any[]> {
  await api.made(`/campaigns/${campaign.id}/shipment-plans`, {})
  const planned = (await api.get(`/shipments?campaignId=${campaign.id}&status=planned`)).json.items
  for (const { id } of planned) await api.made(`/shipments/${id}/dispatch`, {})
  return planned
}

t.test('stock is divided by need, with one sentence for each school, and promised once it is confirmed', async (t) => {
  const saka = await withChildren([60, 30, 10, 0], 50)
  const { api, schools } = saka
  const run = await propose(saka, { policy: {} })
  t.match(run, { status: 'proposed', whatIf: false, stockQuantity: 50, needQuantity: 100, shortfall: 50 })
  t.ok(run.seed)
  t.same(quantities(run, schools), [30, 15, 5, undefined], 'a school that needs nothing has no line')
  for (const line of run.lines) t.match(line.reason, /^Gets \d+ for a need of \d+ because stock is short: .*\.$/)
  t.same(
    run.lines.map((line: any) => line.schoolName),
    schools.slice(0, 3).map((school) => school.name),
  )
  t.match(await stockOf(saka), { onHand: 50, reserved: 0 }, 'a proposal promises nothing')

  t.match(await api.made(`/allocations/${run.id}/confirm`), { status: 'confirmed', confirmedAt: saka.clock.now() })
  t.match(await stockOf(saka), { onHand: 50, reserved: 50, available: 0 })
  const read = (await api.get(`/allocations/${run.id}`, { 'accept-language': 'el-GR,el;q=0.9' })).json
  t.match(read.lines[0], { need: 60, shipped: 0, quantity: 30, reason: /^Λαμβάνει 30 έναντι ανάγκης 60/ })
})

t.test('the reserve stays back, and a buffer is added to every need', async (t) => {
  const saka = await withChildren([50, 50], 90, { campaign: { reserveQuantity: 10 } })
  t.match(await propose(saka), { stockQuantity: 80, needQuantity: 100, shortfall: 20 })
  t.match(await propose(saka, { policy: { bufferPercent: 3 } }), {
    stockQuantity: 80,
    needQuantity: 104,
    shortfall: 24,
  })
  await saka.api.patch(`/campaigns/${saka.campaign.id}`, { reserveQuantity: 1000 })
  t.match(
    await propose(saka),
    { stockQuantity: 0, shortfall: 100 },
    'a reserve beyond the stock leaves nothing to divide',
  )
})

t.test(
  'a policy guarantees a minimum and puts named schools first, and names schools of the campaign alone',
  async (t) => {
    const saka = await withChildren([80, 10, 10], 40)
    const { schools } = saka
    const minimum = await propose(saka, { policy: { minimumPerSchool: 8 } })
    t.ok(quantities(minimum, schools).every((quantity) => quantity >= 8))
    const priority = await propose(saka, { policy: { prioritySchoolIds: [saka.idOf(2)] } })
    t.equal(quantities(priority, schools)[2], 10)
    t.match(priority.lines[2].reason, /10 by priority/)
    const stranger = await saka.api.post(`/campaigns/${saka.campaign.id}/allocations`, {
      policy: { prioritySchoolIds: [saka.campaign.id] },
    })
    t.match(stranger, { status: 422, json: { code: 'unknown_priority_schools', schoolIds: [saka.campaign.id] } })
  },
)

t.test('confirming twice, also at once, changes nothing the second time', async (t) => {
  const saka = await withChildren([20, 10], 30)
  const run = await propose(saka)
  const answers = await Promise.all([1, 2, 3].map(() => saka.api.post(`/allocations/${run.id}/confirm`)))
  t.same(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  t.match(await stockOf(saka), { reserved: 30 })
  const events = (await saka.api.get(`/audit/events?subjectId=${run.id}`)).json.items
  t.same(
    events.map((event: any) => event.action),
    ['allocation.confirmed', 'allocation.proposed'],
  )
})

t.test('of two allocations confirmed at once one is in force, and it is the one that is promised', async (t) => {
  const saka = await withChildren([20, 20], 20)
  const { api, campaign } = saka
  const runs = [
    await propose(saka, { policy: { prioritySchoolIds: [saka.idOf(0)] } }),
    await propose(saka, { policy: { prioritySchoolIds: [saka.idOf(1)] } }),
  ]
  await Promise.all(runs.map(({ id }) => api.post(`/allocations/${id}/confirm`)))
  const listed = (await api.get(`/campaigns/${campaign.id}/allocations`)).json.items
  t.same(listed.map((run: any) => run.status).sort(), ['confirmed', 'superseded'])
  t.match(await stockOf(saka), { reserved: 20 })
  const inForce = listed.find((run: any) => run.status === 'confirmed')
  const [shipment, ...others] = await shipAll(saka)
  t.equal(others.length, 0)
  t.equal(shipment.schoolId, inForce.policy.prioritySchoolIds[0])
})

t.test('an allocation is stale once enrollments, stock, shipments or the reserve have changed', async (t) => {
  const changes: Record<string, (saka: OpenCampaign) => Promise<unknown>> = {
    enrollments: (saka) => saka.enroll(saka.school.id, 'late'),
    stock: (saka) => saka.receive(5),
    reserve: ({ api, campaign }) => api.patch(`/campaigns/${campaign.id}`, { reserveQuantity: 1 }),
    shipments: async (saka) => {
      const first = await propose(saka)
      await saka.api.made(`/allocations/${first.id}/confirm`)
      await shipAll(saka)
    },
  }
  for (const [what, change] of Object.entries(changes)) {
    const saka = await withChildren([20, 10], 25)
    const run = await propose(saka)
    await change(saka)
    const answer = await saka.api.post(`/allocations/${run.id}/confirm`)
    t.match(answer, { status: 409, json: { code: 'stale_allocation' } }, what)
  }
})

t.test('a superseded allocation does not come into force again', async (t) => {
  const saka = await withChildren([20, 10], 25)
  const [first, second] = [await propose(saka), await propose(saka, { policy: { minimumPerSchool: 9 } })]
  await saka.api.made(`/allocations/${first.id}/confirm`)
  await saka.api.made(`/allocations/${second.id}/confirm`)
  t.match(await saka.api.get(`/allocations/${first.id}`), { json: { status: 'superseded' } })
  t.match(await saka.api.post(`/allocations/${first.id}/confirm`), { status: 409, json: { code: 'stale_allocation' } })
  t.match(await stockOf(saka), { reserved: 25 })
})

t.test('what was shipped is never taken back, late children are counted, and only the rest is promised', async (t) => {
  const saka = await withChildren([20, 20], 30)
  const { api, schools } = saka
  await api.made(`/allocations/${(await propose(saka)).id}/confirm`)
  await shipAll(saka)
  const left = (await api.get(`/campaigns/${saka.campaign.id}/enrollments?schoolId=${saka.idOf(0)}&limit=500`)).json
    .items
  for (const { id } of left.slice(0, 12)) await api.made(`/enrollments/${id}/withdraw`, { reason: 'moved away' })
  for (let i = 0; i < 6; i++) await saka.enroll(saka.idOf(1), `late-${i}`)
  await saka.receive(9)

  const run = await propose(saka)
  t.match(run, { stockQuantity: 39, needQuantity: 34, shortfall: 2 })
  t.same(quantities(run, schools), [15, 24])
  t.match(run.lines[0], { need: 8, shipped: 15, reason: /^Keeps what was shipped \(15\) although its need is 8 now/ })
  t.match(run.lines[1], { need: 26, shipped: 15 })
  await api.made(`/allocations/${run.id}/confirm`)
  t.match(await stockOf(saka), { onHand: 9, reserved: 9 }, 'promised is what is still to be sent')
})

t.test('planned shipments keep what they carry when a new allocation gives their school less', async (t) => {
  const saka = await withChildren([20, 20], 20)
  const { api, campaign } = saka
  const first = await propose(saka, { policy: { prioritySchoolIds: [saka.idOf(0)] } })
  await api.made(`/allocations/${first.id}/confirm`)
  await api.made(`/campaigns/${campaign.id}/shipment-plans`, {})
  const run = await propose(saka)
  t.same(quantities(run, saka.schools), [10, 10])
  const answer = await api.post(`/allocations/${run.id}/confirm`)
  t.match(answer, { status: 409, json: { code: 'insufficient_stock' } }, 'nothing is promised twice')
  t.match(await stockOf(saka), { reserved: 20 })
  t.match(
    await api.get(`/allocations/${first.id}`),
    { json: { status: 'confirmed' } },
    'the earlier one stays in force',
  )

  const [planned] = (await api.get(`/shipments?campaignId=${campaign.id}&status=planned`)).json.items
  await api.made(`/shipments/${planned.id}/cancel`)
  await api.made(`/allocations/${run.id}/confirm`)
  t.match(await stockOf(saka), { reserved: 20 })
})

t.test('a what-if divides an imagined stock and cannot be confirmed', async (t) => {
  const saka = await withChildren([20, 10], 0)
  const run = await propose(saka, { stockQuantity: 21 })
  t.match(run, { whatIf: true, stockQuantity: 21, shortfall: 9 })
  t.same(quantities(run, saka.schools), [14, 7])
  t.match(await saka.api.post(`/allocations/${run.id}/confirm`), { status: 409, json: { code: 'what_if' } })
  t.match(await propose(saka, { stockQuantity: 0 }), { whatIf: true, shortfall: 30 })
})

t.test('where a campaign asks for four eyes, another one than the maker confirms', async (t) => {
  const saka = await withChildren([20, 10], 30, { campaign: { fourEyes: true } })
  const run = await propose(saka)
  t.match(await saka.api.post(`/allocations/${run.id}/confirm`), { status: 409, json: { code: 'four_eyes' } })
  const colleague = await saka.as({ role: 'coordinator' })
  t.equal((await colleague.post(`/allocations/${run.id}/confirm`)).status, 200)
})

t.test('stock is divided before a campaign opens, and no longer once its pickup has ended', async (t) => {
  const saka = await withChildren([20, 10], 30, { draft: true })
  const { api, campaign } = saka
  t.match(await propose(saka), { stockQuantity: 30, shortfall: 0 })
  await api.made(`/campaigns/${campaign.id}/open`)
  const run = await propose(saka)
  await api.made(`/campaigns/${campaign.id}/close`)
  t.match(await api.post(`/campaigns/${campaign.id}/allocations`, {}), {
    status: 409,
    json: { code: 'campaign_not_open' },
  })
  t.match(await api.post(`/allocations/${run.id}/confirm`), { status: 409, json: { code: 'campaign_not_open' } })
})

t.test('lots are drawn with a seed that the service chooses and records', async (t) => {
  const saka = await withChildren([10, 10, 10, 10, 10, 10, 10], 40)
  const { api, campaign } = saka
  const [one, two] = [await propose(saka), await propose(saka)]
  t.not(one.seed, two.seed)
  t.equal(one.lines.filter((line: any) => /draw/.test(line.reason)).length, 7)
  const forced = await api.made(`/campaigns/${campaign.id}/allocations`, { policy: {}, seed: one.seed })
  t.not(forced.seed, one.seed, 'nobody chooses the seed')
})

t.test('lines are listed page by page and as a table', async (t) => {
  const saka = await withChildren([3, 2, 1], 6)
  const run = await propose(saka)
  const first = (await saka.api.get(`/allocations/${run.id}/lines?limit=2`)).json
  const second = (await saka.api.get(`/allocations/${run.id}/lines?limit=2&cursor=${first.nextCursor}`)).json
  t.same([...first.items, ...second.items], run.lines)
  const csv = await saka.api.get(`/allocations/${run.id}/lines`, { accept: 'text/csv' })
  t.match(csv.text, /schoolId,schoolName,need,shipped,quantity,reason/)
  t.equal((await saka.api.get('/allocations/01890a5d-ac96-774b-bcce-b302099a8057')).status, 404)
})

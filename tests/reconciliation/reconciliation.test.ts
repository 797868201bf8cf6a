import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readTable } from '../../src/platform/tabular/index.ts'
import { stockHands } from '../support/stock.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

const codes = (discrepancies: any[]) => discrepancies.map(({ code }) => code).sort()

t.test('books in which everything adds up are clean, and say so check by check', async (t) => {
  const saka = await handedOutCampaign(t)
  const run = await saka.reconcile()
  t.equal(run.status, 'clean')
  for (const check of run.checks) t.equal(check.passed, true, check.code)
  const compared = new Map(run.checks.map((check: any) => [check.code, check.compared]))
  t.equal(compared.get('shipments_add_up'), 2)
  t.equal(compared.get('one_redemption_per_voucher'), 9)
  t.equal(compared.get('receipts_are_moved'), 12)
  t.same(codes(run.discrepancies), ['target_not_met'], 'what needs no answer is told all the same')
  t.match(run.discrepancies[0], { severity: 'info', expected: 100, actual: 9, reconciliationId: run.id })
  t.same(await saka.actionsOf(run.id), ['reconciliation.run'])
  t.same((await saka.api.get(`/reconciliations/${run.id}`)).json, run)
  t.match((await saka.api.get(`/campaigns/${saka.campaign.id}/reconciliations`)).json.items, [
    { id: run.id, status: 'clean' },
  ])
})

t.test(
  'planned, received, shipped, handed out and returned stand side by side for campaign, community and school',
  async (t) => {
    const saka = await handedOutCampaign(t)
    const { api, campaign, community, schools, folder } = saka
    await stockHands(saka).sendBack(schools[0].id, 1)
    const run = await saka.reconcile()
    t.same(run.comparison, [
      line('campaign', campaign, { planned: 10, received: 12, shipped: 10, handedOut: 9, returned: 1, remaining: 3 }),
      line('community', community, { planned: 10, received: 10, shipped: 10, handedOut: 9, returned: 1, remaining: 0 }),
      line('school', schools[0], { planned: 6, received: 6, shipped: 6, handedOut: 5, returned: 1, remaining: 0 }),
      line('school', schools[1], { planned: 4, received: 4, shipped: 4, handedOut: 4, returned: 0, remaining: 0 }),
    ])

    const workbook = await api.get(`/reconciliations/${run.id}.xlsx`)
    t.match(workbook.headers['content-type'], /spreadsheetml/)
    const file = join(folder, 'reconciliation.xlsx')
    writeFileSync(file, workbook.bytes)
    const table = await readTable(file)
    t.same(table.header.cells, [
      'level',
      'name',
      'planned',
      'received',
      'shipped',
      'handedOut',
      'returned',
      'remaining',
    ])
    const rows: string[][] = []
    for await (const batch of table.rows()) rows.push(...batch.map(({ cells }) => [...cells]))
    t.same(rows[2], ['school', schools[0].name, '6', '6', '6', '5', '1', '0'])
    for (const kind of ['xlsx', 'pdf'])
      t.equal((await api.get(`/reconciliations/01890a5d-ac96-774b-bcce-b302099a8057.${kind}`)).status, 404)

    function line(level: string, { id, name }: any, stages: Record<string, number>) {
      return { level, id, name, ...stages }
    }
  },
)

t.test('what happens on the way is a finding until it is put right, and is settled by itself when it is', async (t) => {
  const saka = await handedOutCampaign(t)
  const { api, campaign, schools, kit } = saka
  await saka.enroll(schools[1].id, 'late')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const late = (await saka.vouchersOf(1)).find(({ status }: any) => status === 'issued')
  await saka.scan(late, schools[1])
  const shipment = await stockHands(saka).dispatch(schools[0].id, 2)
  await api.made(`/shipments/${shipment.id}/deliver`, { acceptedQuantity: 0, rejectedQuantity: 1, missingQuantity: 1 })
  const run = await saka.reconcile()
  t.equal(run.status, 'findings')
  const findings = run.discrepancies.filter(({ severity }: any) => severity !== 'info')
  t.same(codes(findings), ['missing_in_transit', 'negative_balance', 'rejected_not_returned'])
  const [missing] = await saka.discrepancies('&code=missing_in_transit')
  t.match(missing, { status: 'open', expected: 2, actual: 1, reconciliationId: null }, 'opened the moment it happened')
  const [negative] = await saka.discrepancies('&code=negative_balance')
  t.match(negative, { expected: 0, actual: -1, records: [{ type: 'location' }, { type: 'school', id: schools[1].id }] })

  await api.made(`/shipments/${shipment.id}/return`, { quantity: 1, damagedQuantity: 0 })
  const transit = (await api.get('/locations?kind=transit')).json.items[0]
  await api.made('/adjustments', { locationId: transit.id, kitId: kit.id, quantity: -1, reason: 'lost', note: 'van' })
  await api.made('/adjustments', { locationId: schools[1].locationId, kitId: kit.id, quantity: 1, reason: 'found' })
  const next = await saka.reconcile()
  t.equal(next.status, 'clean')
  for (const { code } of findings) {
    t.match(await saka.discrepancies(`&code=${code}`), [{ status: 'resolved', resolution: String }], code)
  }
  t.match(
    (await saka.discrepancies('&code=negative_balance'))[0].resolution,
    /^No longer found by the reconciliation of 2023-/,
  )
  t.same(await saka.actionsOf(negative.id), ['discrepancy.resolved', 'discrepancy.opened'])
  const first = (await api.get(`/reconciliations/${run.id}`)).json
  t.equal(first.discrepancies.length, run.discrepancies.length, 'the earlier run keeps what it found')
})

t.test('a kit that left on a refused scan is accounted for, and needs an answer', async (t) => {
  const saka = await handedOutCampaign(t)
  const { schools } = saka
  const [used] = await saka.vouchersOf(1)
  await saka.scan(used, schools[0], { handedOut: true })
  const run = await saka.reconcile()
  t.same(
    run.checks.filter(({ passed }: any) => !passed).map(({ code }: any) => code),
    ['kits_suffice', 'reports_are_answered'],
    'the kit is missing for the child whom it was for',
  )
  await saka.api.made('/adjustments', {
    ...{ locationId: schools[0].locationId, kitId: saka.kit.id, quantity: 1 },
    ...{ reason: 'found', note: 'behind the door' },
  })
  const [duplicate] = run.discrepancies.filter(({ severity }: any) => severity === 'error')
  t.match(duplicate, { code: 'duplicate_handout', status: 'open' })
  await saka.api.patch(`/discrepancies/${duplicate.id}`, { resolution: 'The first kit was torn and thrown away' })
  t.match(await saka.reconcile(), { status: 'clean' })
})

t.test('an answered finding stays answered until its figures change', async (t) => {
  const saka = await handedOutCampaign(t, { campaign: { budgetCents: 12 * 12_000 - 1 } })
  const [over] = await saka.discrepancies('&code=over_budget')
  t.match(over, { severity: 'warning', expected: 143_999, actual: 144_000 })
  await saka.api.patch(`/discrepancies/${over.id}`, { resolution: 'The council has granted the rest' })
  const run = await saka.reconcile()
  t.equal(run.status, 'findings', 'it is still so')
  t.match(
    run.discrepancies.find(({ code }: any) => code === 'over_budget'),
    { id: over.id, status: 'resolved' },
  )
  await saka.api.patch(`/campaigns/${saka.campaign.id}`, { budgetCents: 100_000 })
  await saka.reconcile()
  t.match(await saka.discrepancies('&code=over_budget'), [{ id: over.id, status: 'open', expected: 100_000 }])
})

t.test('a signature needs every answer, fresh books and, where four eyes are asked for, another person', async (t) => {
  const saka = await handedOutCampaign(t, { campaign: { fourEyes: true, budgetCents: 1 } })
  const { api, schools } = saka
  const colleague = await saka.as({ role: 'coordinator' })
  const run = await saka.reconcile()
  const [over] = await saka.discrepancies('&code=over_budget')
  t.match(await colleague.post(`/reconciliations/${run.id}/sign`), {
    status: 409,
    json: { code: 'open_discrepancies', open: 1 },
  })
  await api.patch(`/discrepancies/${over.id}`, { resolution: 'Granted' })
  t.match(await api.post(`/reconciliations/${run.id}/sign`), { status: 409, json: { code: 'four_eyes' } })
  const [left] = (await saka.vouchersOf(0)).filter(({ status }: any) => status === 'issued')
  await saka.scan(left, schools[0])
  t.match(await colleague.post(`/reconciliations/${run.id}/sign`), {
    status: 409,
    json: { code: 'stale_reconciliation' },
  })
  const fresh = await saka.reconcile()
  const answers = await Promise.all([1, 2].map(() => colleague.post(`/reconciliations/${fresh.id}/sign`)))
  t.same(
    answers.map(({ status }) => status),
    [200, 200],
    'signing twice changes nothing',
  )
  t.match(answers[0], { json: { status: 'signed', signedAt: saka.clock.now() } })
  t.same(answers[0]!.json, answers[1]!.json)
  t.same(await saka.actionsOf(fresh.id), ['reconciliation.signed', 'reconciliation.run'])
})

t.test(
  'a scan goes on beside a reconciliation, which tells of the moment at which it began and nothing later',
  async (t) => {
    const saka = await handedOutCampaign(t)
    const { api, campaign, schools, served } = saka
    await saka.enroll(schools[1].id, 'late')
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    const late = (await saka.vouchersOf(1)).find(({ status }: any) => status === 'issued')
    await saka.scan(late, schools[1])
    const [left] = (await saka.vouchersOf(0)).filter(({ status }: any) => status === 'issued')

    const { transact } = served.db
    let scanned: any
    served.db.transact = async (...work) => {
      served.db.transact = transact
      // The balances have been read, and hand-outs not yet.
      scanned = await saka.scan(left, schools[0])
      return transact(...work)
    }
    const run = await saka.reconcile()
    t.match(scanned, { result: 'accepted' }, 'which does not wait for it')
    const compared = new Map(run.checks.map((check: any) => [check.code, check.compared]))
    t.equal(compared.get('one_redemption_per_voucher'), 10)
    t.match(run.comparison[0], { handedOut: 10 })
    t.same(
      run.checks.filter(({ passed }: any) => !passed).map(({ code }: any) => code),
      ['negative_balance'],
      'no check takes it for a contradiction',
    )
    t.match(await api.post(`/reconciliations/${run.id}/sign`), { json: { code: 'open_discrepancies' } })
    const [negative] = await saka.discrepancies('&code=negative_balance')
    await api.patch(`/discrepancies/${negative.id}`, { resolution: 'It is on its way' })
    t.match(await api.post(`/reconciliations/${run.id}/sign`), { json: { code: 'stale_reconciliation' } })
    t.match((await saka.reconcile()).comparison[0], { handedOut: 11 })
  },
)

t.test('two reconciliations at once are both whole, and open of each matter one discrepancy', async (t) => {
  const saka = await handedOutCampaign(t)
  const { api, campaign } = saka
  await api.patch(`/campaigns/${campaign.id}`, { budgetCents: 1 })
  const runs = await Promise.all([saka.reconcile(), saka.reconcile(), saka.reconcile()])
  t.equal(new Set(runs.map(({ id }) => id)).size, 3)
  const found = await saka.discrepancies()
  t.same(codes(found), ['over_budget', 'target_not_met'])
  for (const run of runs) t.same(run.discrepancies, found)
  for (const { id } of found.filter(({ code }) => code !== 'over_budget'))
    t.same(await saka.actionsOf(id), ['discrepancy.opened'])
})

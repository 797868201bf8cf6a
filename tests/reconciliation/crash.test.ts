import t from 'tap'
import { databaseOf } from '../support/engine.ts'
import { killedProcess, startProcess } from '../support/process.ts'
import { runStatements } from '../support/sql.ts'
import { stockHands } from '../support/stock.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

t.test('a reconciliation that is killed at any moment is no run, and the next finds each matter once', async (t) => {
  const saka = await handedOutCampaign(t)
  const { api, campaign, schools, deps } = saka
  await saka.enroll(schools[1].id, 'late')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const late = (await saka.vouchersOf(1)).find(({ status }: any) => status === 'issued')
  await saka.scan(late, schools[1])
  const shipment = await stockHands(saka).dispatch(schools[0].id, 1)
  await api.made(`/shipments/${shipment.id}/deliver`, { acceptedQuantity: 0, rejectedQuantity: 1, missingQuantity: 0 })
  const { key } = await api.made('/api-keys', { name: 'coordinator', roles: [{ role: 'coordinator' }] })
  const path = `/campaigns/${campaign.id}/reconciliations`
  const reconcile = (address: string, idempotencyKey: string) =>
    fetch(`${address}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
    })
  const runs = async () => (await api.get(path)).json.items

  const killed = async (at: string) => {
    const by = 'tests/reconciliation/killed-reconciliation.ts'
    const ended = await killedProcess(databaseOf(deps), { by, at }, (address) =>
      t.rejects(reconcile(address, 'first'), 'nobody is answered'),
    )
    t.same(ended, [null, 'SIGKILL'], `killed ${at}`)
    // As much later as a request that gives no sign of life is taken for alive.
    await runStatements(deps, 'UPDATE idempotency_keys SET leased_until = created_at')
  }

  const found = ['negative_balance', 'rejected_not_returned', 'target_not_met']
  for (const [moment, opened] of [
    ['in a portion', 1],
    ['between two portions', 2],
    ['before the run is stored', 3],
  ] as const) {
    await killed(moment)
    t.same(await runs(), [], 'there is no run')
    const open = await saka.discrepancies()
    t.same(open.map(({ code }) => code).sort(), found.slice(0, opened), moment)
    for (const { id } of open) t.same(await saka.actionsOf(id), ['discrepancy.opened'], 'what was opened has its event')
  }

  await killed('before it is answered')
  const [run, ...others] = await runs()
  t.same(others, [], 'one run, which is whole')
  const open = await saka.discrepancies()
  t.same(open.map(({ code }) => code).sort(), found, 'of each matter one discrepancy')
  t.same([...new Set(open.map(({ reconciliationId }) => reconciliationId))], [run.id], 'which belongs to it')

  const alive = await startProcess(databaseOf(deps))
  t.teardown(() => alive.child.kill('SIGKILL'))
  const answers = [await reconcile(alive.address, 'first'), await reconcile(alive.address, 'first')]
  const [again, replayed] = (await Promise.all(answers.map((answer) => answer.json()))) as any[]
  t.equal(answers[1]!.headers.get('idempotency-replayed'), 'true')
  t.match(again, { id: run.id, discrepancies: { length: 3 } }, 'the same key is answered with the run that it made')
  t.same(replayed, again)
  t.equal((await runs()).length, 1)
  t.match(await (await reconcile(alive.address, 'second')).json(), { status: 'findings', discrepancies: { length: 3 } })
  t.equal((await runs()).length, 2)
})

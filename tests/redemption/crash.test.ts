import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { enrollChildren } from '../support/children.ts'
import { databaseOf } from '../support/engine.ts'
import { askOf } from '../support/invariants.ts'
import { runs } from '../support/long.ts'
import { killedProcess, startProcess } from '../support/process.ts'

const count = runs(200, 1000)

t.test('a service that is killed in the middle of a batch has done all of it or nothing', async (t) => {
  const { api, campaign, school, deps } = await openCampaign(t)
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const vouchers = await askOf(deps)('select code from vouchers')
  const { key } = await api.made('/api-keys', { name: 'phone', roles: [{ role: 'coordinator' }] })
  const scannedAt = '2023-09-11T06:30:00.000Z'
  const scans = vouchers.map(({ code }, i) => ({ scanId: `s${i}`, code, schoolId: school.id, scannedAt }))
  const send = (address: string) =>
    fetch(`${address}/api/v1/redemption-batches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scans }),
    })
  const done = async () => {
    const { q, t: tables } = deps.db.read
    const [kept, redemptions, movements] = await Promise.all([
      q.select({ id: tables.scans.id }).from(tables.scans),
      q.select({ id: tables.redemptions.id }).from(tables.redemptions),
      q.select({ id: tables.movements.id }).from(tables.movements),
    ])
    return [kept.length, redemptions.length, movements.length]
  }

  for (const [killAt, kept] of [
    ['middle', 0],
    ['committed', count],
  ] as const) {
    const killed = { by: 'tests/redemption/killed-service.ts', at: killAt }
    const ask = (address: string) => t.rejects(send(address), 'nobody is answered')
    t.same(await killedProcess(databaseOf(deps), killed, ask), [null, 'SIGKILL'])
    t.same(await done(), [kept, kept, kept], `killed ${killAt}`)
  }

  const { child, address } = await startProcess(databaseOf(deps))
  const { results } = (await (await send(address)).json()) as { results: { status: number }[] }
  child.kill('SIGTERM')
  t.ok(
    results.every(({ status }) => status === 201),
    'sent again, every scan is answered as accepted',
  )
  t.same(await done(), [count, count, count])
})

import t from 'tap'
import { openCampaign } from '../support/campaign.ts'
import { moveStock } from '../../src/stock/index.ts'
import { systemActor } from '../../src/identity/index.ts'
import { virtualLocations } from '../../src/places/index.ts'
t.test('speed', async (t) => {
  const { deps, receive, kit, school, campaign } = await openCampaign(t)
  await receive(100)
  const n = 20000
  await deps.db.transact(async (tx) => {
    const go = async (n: number) => { for (let i = 0; i < n; i++) await moveStock(deps, tx, systemActor, { kitId: kit.id, fromLocationId: school.locationId, toLocationId: virtualLocations.handed_out, quantity: 1, kind: 'handout', causeType: 'redemption', causeId: deps.newId(), campaignId: campaign.id, occurredAt: deps.clock.now() }) }
    await go(2000)
    const s = performance.now(); await go(n); console.log('us per moveStock', (performance.now() - s) / n * 1000)
  })
  const s = performance.now(); (await import('../../src/stock/index.ts')); const { campaignStockFigures } = await import('../../src/stock/index.ts'); await campaignStockFigures(deps.db.read, campaign); console.log('figures ms', performance.now() - s)
})

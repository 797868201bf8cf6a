import fc from 'fast-check'
import t from 'tap'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { type OpenCampaign, openCampaign } from '../support/campaign.ts'
import { runs } from '../support/long.ts'
import { stockHands } from '../support/stock.ts'

const quantity = fc.integer({ min: 1, max: 9 })
const which = fc.nat({ max: 100 })
const step = fc.record({
  command: fc.constantFrom(
    'receive',
    'plan',
    'plan',
    'dispatch',
    'deliver',
    'cancel',
    'back',
    'adjust',
    'count',
    'return',
  ),
  quantity,
  which,
})
type Step = { command: string; quantity: number; which: number }

/** Does one thing, or nothing where there is nothing to do it to; a refusal is as good as a deed. */
async function act(day: OpenCampaign, { command, quantity, which }: Step): Promise<void> {
  const { api, warehouse, schools, kit, receive } = day
  const { count } = stockHands(day)
  const school = schools[which % schools.length]
  const place = [warehouse.id, ...schools.map(({ locationId }) => locationId)][which % 3]
  const pick = async (status: string) => {
    const { items } = (await api.get(`/shipments?status=${status}`)).json
    return items.length > 0 ? items[which % items.length] : undefined
  }
  const order = { campaignId: day.campaign.id, warehouseId: warehouse.id, schoolId: school.id, quantity }
  if (command === 'receive') await receive(quantity)
  if (command === 'plan') await api.post('/shipments', order)
  if (command === 'dispatch' || command === 'cancel') {
    const shipment = await pick('planned')
    if (shipment) await api.made(`/shipments/${shipment.id}/${command}`)
  }
  if (command === 'deliver') {
    const shipment = await pick('dispatched')
    const rejectedQuantity = Math.min(which % 3, shipment?.quantity)
    const acceptedQuantity = shipment?.quantity - rejectedQuantity
    if (shipment) await api.made(`/shipments/${shipment.id}/deliver`, { acceptedQuantity, rejectedQuantity })
  }
  if (command === 'back') {
    const shipment = await pick(which % 2 ? 'delivered' : 'dispatched')
    if (shipment)
      await api.post(`/shipments/${shipment.id}/return`, { quantity: shipment.rejectedQuantity || shipment.quantity })
  }
  if (command === 'adjust') {
    const signed = which % 2 ? quantity : -quantity
    await api.post('/adjustments', { locationId: place, kitId: kit.id, quantity: signed, reason: 'correction' })
  }
  if (command === 'count') await api.post(`/counts/${(await count(place, quantity)).id}/post`)
  if (command === 'return') await api.post('/returns', { ...order, kitId: kit.id, reason: 'left over' })
}

t.test(
  'on any day all kits add up to nothing, no place that cannot owes kits, and the past stays as it was',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 40 }), async (steps) => {
        await t.test('a random day', async (t) => {
          const day = await openCampaign(t)
          const balances = async (at = '') => (await day.api.get(`/balances?limit=500${at}`)).json.items
          const past = new Map<string, any[]>()
          for (const one of steps) {
            await act(day, one)
            const now = await balances()
            const wrong = now.filter(
              (b: any) => b.locationKind !== 'supplier' && b.locationKind !== 'written_off' && b.available < 0,
            )
            t.same(wrong, [], `after ${one.command} nothing is owed or promised twice`)
            t.equal(
              now.reduce((sum: number, b: any) => sum + b.onHand, 0),
              0,
            )
            past.set(day.clock.now(), now)
            day.clock.set(plusMilliseconds(day.clock.now(), 60_000))
          }
          for (const [instant, then] of past) {
            const seen = (await balances(`&at=${instant}`)).filter((b: any) => b.onHand !== 0 || b.reserved !== 0)
            t.same(
              seen,
              then.filter((b: any) => b.onHand !== 0 || b.reserved !== 0),
              'as it was then',
            )
          }
          const planned = (await day.api.get('/shipments?status=planned&limit=500')).json.items
          const promised = planned.reduce((sum: number, shipment: any) => sum + shipment.quantity, 0)
          t.equal((await stockHands(day).at(day.warehouse.id)).reserved, promised, 'what is planned is reserved')
        })
        if (!t.passing()) throw new Error('the stock does not add up')
      }),
      { numRuns: runs(2, 6), endOnFailure: true },
    )
  },
)

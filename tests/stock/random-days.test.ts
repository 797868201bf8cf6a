import fc from 'fast-check'
import t from 'tap'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { randomRequests, randomStep } from '../journeys/random-commands.ts'
import { openCampaign } from '../support/campaign.ts'
import { runs } from '../support/long.ts'
import { stockHands } from '../support/stock.ts'

/** Commands that write down what happens now, and undo nothing. */
const only = ['receive', 'ship', 'ship', 'dispatch', 'deliver', 'cancel', 'takeBack', 'adjust', 'count', 'return']

/** What comes from the supplier, or is found, comes out of nothing. */
const mayOwe = ['supplier', 'written_off']

const isOfSomething = ({ onHand, reserved }: any) => onHand !== 0 || reserved !== 0
const total = (items: any[], field: string) => items.reduce((sum, item) => sum + item[field], 0)

t.test('on any day no place that cannot owes kits, all add up to nothing, and the past stays as it was', async (t) => {
  const anyDay = fc.asyncProperty(fc.array(randomStep, { minLength: 30, maxLength: 40 }), async (steps) => {
    await t.test('a random day', async (t) => {
      const day = await openCampaign(t)
      const { api, clock, warehouse } = day
      const draw = randomRequests(day, { only })
      const balances = async (at = '') => (await api.get(`/balances?limit=500${at}`)).json.items.filter(isOfSomething)
      const past = new Map<string, any[]>()
      for (const step of steps) {
        const { command, request } = await draw(step)
        // A count of an earlier moment would put the past right.
        if (command === 'count') request.body.countedAt = clock.now()
        const made = request && (await api.post(request.path, request.body))
        if (command === 'count') await api.post(`/counts/${made.json.id}/post`)
        const now = await balances()
        const owing = now.filter(({ locationKind, available }: any) => available < 0 && !mayOwe.includes(locationKind))
        t.same(owing, [], `after ${command} nothing is owed or promised twice`)
        t.equal(total(now, 'onHand'), 0)
        past.set(clock.now(), now)
        clock.set(plusMilliseconds(clock.now(), 60_000))
      }
      for (const [instant, then] of past) t.same(await balances(`&at=${instant}`), then, 'as it was then')
      const planned = (await api.get('/shipments?status=planned&limit=500')).json.items
      const { reserved } = await stockHands(day).at(warehouse.id)
      t.equal(reserved, total(planned, 'quantity'), 'what is planned is reserved')
    })
    if (!t.passing()) throw new Error('the stock does not add up')
  })
  await fc.assert(anyDay, { numRuns: runs(2, 6), endOnFailure: true })
})

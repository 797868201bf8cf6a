import t from 'tap'
import { openCampaign } from '../support/campaign.ts'

type Json = any

t.test(
  'every change has its event, in the words of the domain, and tells who, when and by which request',
  async (t) => {
    const saka = await openCampaign(t)
    const { api, clock, campaign, school } = saka
    const me = (await api.get('/me')).json
    const all: Json[] = (await api.get('/audit/events?limit=500')).json.items
    t.same(all.map(({ action }) => action).reverse(), [
      'community.created',
      'school.created',
      'school.created',
      'warehouse.created',
      'kit.created',
      'campaign.created',
      'campaign.opened',
    ])
    t.ok(all.every((event) => event.actorId === me.id && event.actorKind === 'api_key' && event.at === clock.now()))

    clock.set('2023-09-12T06:30:00.000Z')
    const coordinator = await saka.as({ role: 'coordinator' })
    await coordinator.patch(`/schools/${school.id}`, { phone: '+30 210 400 0002' })
    const { id } = (await coordinator.get('/me')).json
    const events = async (query: string) =>
      (await api.get(`/audit/events?${query}`)).json.items.map(({ action }: Json) => action)
    t.same(await events(`subjectId=${school.id}`), ['school.changed', 'school.created'])
    t.same(await events(`actorId=${id}`), ['school.changed'])
    t.same(await events('action=campaign.opened'), ['campaign.opened'])
    t.same(await events('from=2023-09-12T00:00:00Z'), ['school.changed'])
    t.same(await events(`to=2023-09-11T06:30:00Z&subjectId=${campaign.id}`), ['campaign.opened', 'campaign.created'])
    const [event] = (await api.get(`/audit/events?actorId=${id}`)).json.items
    t.match(event, { requestId: /^[0-9a-f-]{36}$/, change: { fields: ['phone'] } })
    t.notMatch(JSON.stringify(event), '210')
  },
)

t.test('a refused change leaves no event, and one that changes nothing neither', async (t) => {
  const { api, campaign } = await openCampaign(t)
  const before = (await api.get('/audit/events')).json.items.length
  await api.post('/communities', { code: 'A', name: 'Ξανά' })
  await api.post(`/campaigns/${campaign.id}/open`)
  await api.patch(`/campaigns/${campaign.id}`, { name: 'Άλλο' }, { 'if-match': '"99"' })
  t.equal((await api.get('/audit/events')).json.items.length, before)
})

import t from 'tap'
import { openCampaign } from '../support/campaign.ts'

t.test('a campaign is opened once, and opening it again changes nothing', async (t) => {
  const { api, campaign } = await openCampaign(t)
  const again = await api.post(`/campaigns/${campaign.id}/open`)
  t.match(again, { status: 200, json: { status: 'open' } })
})

import type { Test } from 'tap'
import { localDate, plusDays } from '../../src/shared/time.ts'
import { type OpenCampaign, openCampaign } from './campaign.ts'
import { enrollChildren } from './children.ts'
import { databaseOf } from './engine.ts'
import { askOf } from './invariants.ts'

/** A pickup that is going on today, for processes that go by the clock on the wall. */
export interface Pickup extends OpenCampaign {
  /** The settings of a process that works on it. */
  env: Record<string, string>
  /** Of a coordinator. */
  apiKey: string
  /** The codes of the vouchers at the first school. */
  codes: string[]
}

/** Opens a pickup of `children` at the first school, each with a voucher; the second school has none yet. Reminders go out at any hour. */
export async function openPickup(
  t: Test,
  { children, env = {} }: { children: number; env?: Record<string, string> },
): Promise<Pickup> {
  const now = new Date().toISOString()
  const today = localDate(now, 'Europe/Athens')
  const town = await openCampaign(t, {
    now,
    env,
    campaign: { pickupFrom: plusDays(today, -1), pickupUntil: plusDays(today, 20), targetQuantity: 100_000 },
  })
  const { api, deps, campaign, school } = town
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count: children })
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const plan = `/campaigns/${campaign.id}/reminder-plan`
  const { steps } = (await api.get(plan)).json
  await api.put(plan, { steps, quietHours: null }, { 'if-match': '"0"' })
  const { key } = await api.made('/api-keys', { name: 'phone', roles: [{ role: 'coordinator' }] })
  const codes = (await askOf(deps)('select code from vouchers order by id')).map(({ code }) => String(code))
  return { ...town, env: { ...databaseOf(deps), ...env }, apiKey: key, codes }
}

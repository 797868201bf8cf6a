import type { Test } from 'tap'
import { type CampaignChange, type OpenCampaign, openCampaign } from '../support/campaign.ts'

/** A campaign in the middle of its pickup, and shorthands for what happens next. */
export interface HandedOutCampaign extends OpenCampaign {
  vouchersOf(school: number): Promise<any[]>
  scan(voucher: any, school: any, more?: Record<string, unknown>): Promise<any>
  reconcile(): Promise<any>
  close(): Promise<any>
  discrepancies(query?: string): Promise<any[]>
  actionsOf(subjectId: string): Promise<string[]>
}

/**
 * Twelve kits for the six children of the first school and the four of the second, ten of them shipped and delivered by a
 * confirmed allocation. Every voucher is redeemed but one of the first school, and one hand-out was undone and made again.
 */
export async function handedOutCampaign(t: Test, change: CampaignChange = {}): Promise<HandedOutCampaign> {
  const saka = await openCampaign(t, change)
  const { api, campaign, schools } = saka
  let scans = 0
  const whole: HandedOutCampaign = {
    ...saka,
    vouchersOf: async (school) =>
      (await api.get(`/campaigns/${campaign.id}/vouchers?schoolId=${schools[school].id}&limit=500`)).json.items,
    scan: async ({ code }, { id: schoolId }, more = {}) => {
      scans += 1
      return (await api.post('/redemptions', { code, schoolId, scanId: `scan-${scans}`, ...more })).json
    },
    reconcile: () => api.made(`/campaigns/${campaign.id}/reconciliations`),
    close: () => api.made(`/campaigns/${campaign.id}/close`),
    discrepancies: async (query = '') =>
      (await api.get(`/campaigns/${campaign.id}/discrepancies?limit=500${query}`)).json.items,
    actionsOf: async (subjectId) =>
      (await api.get(`/audit/events?subjectId=${subjectId}`)).json.items.map((event: any) => event.action),
  }
  await saka.receive(12)
  for (const [school, children] of [6, 4].entries()) {
    for (let i = 1; i <= children; i++) await saka.enroll(schools[school].id, String(i))
  }
  const { id: allocationId } = await api.made(`/campaigns/${campaign.id}/allocations`, {})
  await (await saka.as({ role: 'coordinator' })).made(`/allocations/${allocationId}/confirm`)
  await api.made(`/campaigns/${campaign.id}/shipment-plans`, {})
  for (const { id, quantity } of (await api.get(`/shipments?campaignId=${campaign.id}`)).json.items) {
    await api.made(`/shipments/${id}/dispatch`, {})
    const delivered = { acceptedQuantity: quantity, rejectedQuantity: 0, missingQuantity: 0 }
    await api.made(`/shipments/${id}/deliver`, delivered)
  }
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  const [first, second] = [await whole.vouchersOf(0), await whole.vouchersOf(1)]
  for (const voucher of first.slice(1)) await whole.scan(voucher, schools[0])
  for (const voucher of second) await whole.scan(voucher, schools[1])
  const { redemption } = await whole.scan(first[0], schools[0])
  await api.made(`/redemptions/${redemption.id}/undo`, { reason: 'forgotten at the gate' })
  const again = await whole.scan(first[0], schools[0])
  await api.made(`/redemptions/${again.redemption.id}/undo`, { reason: 'came back' })
  return whole
}

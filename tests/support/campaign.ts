import type { Test } from 'tap'
import type { Log } from '../../src/platform/observability/log.ts'
import { type Saka, startSaka } from './saka.ts'

/** An open campaign with two schools in one community, a warehouse and a kit. */
export interface OpenCampaign extends Saka {
  community: any
  /** Schools of the campaign. */
  schools: any[]
  /** The first of `schools`. */
  school: any
  warehouse: any
  kit: any
  campaign: any
  /** Receives kits at the warehouse, or as `more` says. */
  receive(quantity: number, more?: Record<string, unknown>): Promise<any>
  /** Enrolls a child. */
  enroll(schoolId: string, pupilRef: string, more?: Record<string, unknown>): Promise<any>
}

/** How the campaign of a test differs from the usual one. */
export interface CampaignChange {
  now?: string
  env?: Record<string, string>
  log?: Log
  schools?: number
  campaign?: Record<string, unknown>
  /** Leave it a draft. */
  draft?: boolean
}

/** A body for a campaign that gives this kit to these communities, with pickup from 11 to 29 September 2023. */
export const campaignBody = (kitId: string, communityIds: string[]) => ({
  name: 'Σχολικά σετ 2023',
  year: 2023,
  kitId,
  communityIds,
  targetQuantity: 100,
  budgetCents: 18_000_000,
  pickupFrom: '2023-09-11',
  pickupUntil: '2023-09-29',
})

/** Starts the service with an open campaign: two schools, a kit of 120 euros, pickup from 11 to 29 September 2023. */
export async function openCampaign(t: Test, change: CampaignChange = {}): Promise<OpenCampaign> {
  const { now, env, log } = change
  const saka = await startSaka(t, { ...(now && { now }), ...(env && { env }), ...(log && { log }) })
  return anotherCampaign(saka, change)
}

/** How many campaigns {@link anotherCampaign} has made in a service. */
const campaigns = new WeakMap<object, number>()

/**
 * The same in a service that may have others, for tests that ask of their own campaign alone: places, kit and all are its own.
 * Starting a service takes ten times as long.
 */
export async function anotherCampaign(
  saka: Saka,
  change: Omit<CampaignChange, 'now' | 'env' | 'log'> = {},
): Promise<OpenCampaign> {
  const { api } = saka
  const before = campaigns.get(saka.deps) ?? 0
  campaigns.set(saka.deps, before + 1)
  const another = before === 0 ? '' : String(before + 1)
  const community = await api.made('/communities', { code: `A${another}`, name: 'Α΄ Δημοτική Κοινότητα' })
  const schools: any[] = []
  for (let i = 1; i <= (change.schools ?? 2); i++) {
    schools.push(
      await api.made('/schools', {
        ministryCode: String(9_000_000 + before * 1000 + i),
        name: `${i}ο Δημοτικό Σχολείο Πειραιά`,
        communityId: community.id,
        address: 'Κολοκοτρώνη 58',
      }),
    )
  }
  const warehouse = await api.made('/warehouses', { name: `Κεντρική αποθήκη ${another}`.trim() })
  const kit = await api.made('/kits', {
    name: 'Σχολικό σετ',
    items: [
      { name: 'Σακίδιο', quantity: 1, unitCostCents: 9000 },
      { name: 'Τετράδιο', quantity: 10, unitCostCents: 300 },
    ],
  })
  const campaign = await api.made('/campaigns', { ...campaignBody(kit.id, [community.id]), ...change.campaign })
  if (!change.draft) await api.made(`/campaigns/${campaign.id}/open`)
  return {
    ...saka,
    community,
    schools,
    school: schools[0],
    warehouse,
    kit,
    campaign,
    receive: (quantity, more) =>
      api.made('/receipts', {
        warehouseId: warehouse.id,
        kitId: kit.id,
        campaignId: campaign.id,
        quantity,
        damagedQuantity: 0,
        unitCostCents: 12_000,
        supplier: 'Προμηθευτής ΑΕ',
        documentNumber: 'ΔΑ-1',
        ...more,
      }),
    enroll: (schoolId, pupilRef, more = {}) =>
      api.made(`/campaigns/${campaign.id}/enrollments`, { schoolId, pupilRef, ...more }),
  }
}

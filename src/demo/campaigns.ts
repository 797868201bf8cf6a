import { type LocalDate, localDate, plusMilliseconds } from '../shared/time.ts'
import { exampleFile, type Stage } from './stage.ts'
import {
  allocate,
  handOut,
  importFile,
  issueVouchers,
  nightlyChecks,
  oddScans,
  openCampaign,
  receive,
  remind,
  settle,
  ship,
} from './steps.ts'

const day = 24 * 60 * 60_000

/** 2021: the 4th and 5th communities, 600 kits. */
export async function campaign2021(stage: Stage): Promise<any> {
  const { api, clock, communities, tell } = stage
  clock.set('2021-08-30T07:00:00.000Z')
  tell.act('2021: the 4th and 5th municipal communities, 600 kits')
  const campaign = await openCampaign(stage, {
    name: 'Σχολικά σετ 2021',
    year: 2021,
    communityIds: [communities.D.id, communities.E.id],
    targetQuantity: 600,
    budgetCents: 5_142_000,
    pickupFrom: '2021-09-13',
    pickupUntil: '2021-09-24',
  })
  const enrollments = `/campaigns/${campaign.id}/enrollment-imports`
  const broken = await api.upload(enrollments, exampleFile('enrollments-broken.csv'))
  tell.step(
    `A list with faults is refused whole (${broken.status} ${broken.body.code}), and each fault is named:`,
    broken.body.report.errors.map(({ row, column, code, message }: any) => ({ row, column, code, message })),
  )
  await importFile(stage, enrollments, 'enrollments-2021.windows-1253.csv')
  clock.set('2021-09-01T07:00:00.000Z')
  await receive(stage, campaign, 600, 'ΔΑ-2021-017')
  await allocate(stage, campaign)
  clock.set('2021-09-08T07:00:00.000Z')
  const shipments = await ship(stage, campaign, 1, 1)
  await issueVouchers(stage, campaign)
  await remind(stage, campaign, 'announcement', '2021-09-11T07:00:00.000Z')
  await handOut(stage, campaign, 96, ['2021-09-13T05:30:00.000Z', '2021-09-14T05:30:00.000Z'])
  await oddScans(stage, campaign, '2021-09-15T05:30:00.000Z')
  await nightlyChecks(stage, ['2021-09-16T01:30:00.000Z', '2021-09-17T01:30:00.000Z'])
  await remind(stage, campaign, 'last-days', '2021-09-22T07:00:00.000Z')
  await settle(stage, campaign, shipments, '2021-09-27T07:00:00.000Z')
  return campaign
}

/** 2023: all five communities, 1,500 kits, and more children than that in the end. */
export async function campaign2023(stage: Stage): Promise<any> {
  const { clock, communities, tell } = stage
  clock.set('2023-08-28T07:00:00.000Z')
  tell.act('2023: all five municipal communities, 1,500 kits')
  const campaign = await openCampaign(stage, {
    name: 'Σχολικά σετ 2023',
    year: 2023,
    communityIds: Object.values(communities).map((community: any) => community.id),
    targetQuantity: 1500,
    budgetCents: 12_858_000,
    pickupFrom: '2023-09-11',
    pickupUntil: '2023-09-29',
  })
  const enrollments = `/campaigns/${campaign.id}/enrollment-imports`
  await importFile(stage, enrollments, 'enrollments-2023.xlsx')
  clock.set('2023-08-31T07:00:00.000Z')
  await receive(stage, campaign, 1500, 'ΔΑ-2023-031')
  await allocate(stage, campaign, { minimumPerSchool: 5 })
  clock.set('2023-09-06T07:00:00.000Z')
  const shipments = await ship(stage, campaign, 1)
  await issueVouchers(stage, campaign)
  await handOut(stage, campaign, 93, ['2023-09-11T05:30:00.000Z', '2023-09-12T05:30:00.000Z'])
  clock.set('2023-09-14T07:00:00.000Z')
  tell.step('In the first week 86 more children arrive: 1,524 children, 1,500 kits. The rest is divided again.')
  await importFile(stage, enrollments, 'late-arrivals-2023.csv')
  await allocate(stage, campaign)
  await ship(stage, campaign)
  await issueVouchers(stage, campaign)
  await oddScans(stage, campaign, '2023-09-18T05:30:00.000Z')
  await handOut(stage, campaign, 100, ['2023-09-19T05:30:00.000Z', '2023-09-20T05:30:00.000Z'])
  await settle(stage, campaign, shipments, '2023-10-02T07:00:00.000Z')
  return campaign
}

/** This year's, by head counts alone, in the middle of its pickup: to explore. */
export async function campaignNow(stage: Stage, timeZone: string): Promise<any> {
  const { clock, communities, tell } = stage
  const now = new Date().toISOString()
  const year = Number(now.slice(0, 4))
  tell.act(`${year}: by head counts, without a single name, and open now`)
  clock.set(plusMilliseconds(now, -21 * day))
  const dayAt = (days: number): LocalDate => localDate(plusMilliseconds(now, days * day), timeZone)
  const campaign = await openCampaign(stage, {
    name: `Σχολικά σετ ${year}`,
    year,
    communityIds: Object.values(communities).map((community: any) => community.id),
    targetQuantity: 1500,
    budgetCents: 13_000_000,
    reserveQuantity: 10,
    pickupFrom: dayAt(-7),
    pickupUntil: dayAt(7),
  })
  await importFile(stage, `/campaigns/${campaign.id}/headcount-imports`, 'headcounts-2023.csv')
  await receive(stage, campaign, 1500, `ΔΑ-${year}-008`)
  await allocate(stage, campaign)
  clock.set(plusMilliseconds(now, -12 * day))
  await ship(stage, campaign)
  await issueVouchers(stage, campaign)
  await handOut(stage, campaign, 55, [plusMilliseconds(now, -5 * day), plusMilliseconds(now, -4 * day)])
  return campaign
}

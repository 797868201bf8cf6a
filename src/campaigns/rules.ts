import type { Actor } from '../identity/rules.ts'
import type { Id } from '../shared/ids.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import type { Instant, LocalDate } from '../shared/time.ts'

/** `draft → open → closing → closed`. */
export const campaignStatuses = ['draft', 'open', 'closing', 'closed'] as const

/** One of {@link campaignStatuses}. */
export type CampaignStatus = (typeof campaignStatuses)[number]

/** One thing in a kit. */
export interface KitItem {
  name: string
  quantity: number
  unitCostCents: number
}

/** One kind of school set with its contents. */
export interface Kit {
  id: Id
  name: string
  items: KitItem[]
  /** The sum of its items, each times its quantity. */
  unitCostCents: number
}

/** One year's distribution. */
export interface Campaign {
  id: Id
  name: string
  year: number
  kitId: Id
  communityIds: Id[]
  targetQuantity: number
  budgetCents: number
  /** Kits kept back at the warehouse. */
  reserveQuantity: number
  pickupFrom: LocalDate
  pickupUntil: LocalDate
  /** Whether the one who confirms, posts or signs must be another than the one who made it. */
  fourEyes: boolean
  /** How many days after its closing its personal data is erased, 0 to 3650. */
  retentionDays: number
  status: CampaignStatus
  openedAt: Instant | null
  closingAt: Instant | null
  closedAt: Instant | null
  version: number
}

/** What a kit costs: the sum of its items, each times its quantity. */
export function unitCostOf(items: KitItem[]): number {
  return items.reduce((sum, item) => sum + item.quantity * item.unitCostCents, 0)
}

/**
 * The most that anything costs, in cents: a kit, a receipt, all receipts of a campaign. Ten thousand million euros are more than
 * any budget, and few enough that every sum of them is an exact number on either engine.
 */
const costAtMostCents = 1_000_000_000_000

/** Something would cost more than {@link costAtMostCents}. */
const tooExpensive = defineProblem({
  code: 'too_expensive',
  status: 422,
  title: 'That costs more than can be',
  detail: () =>
    'Quantities times their unit costs come to more than 10,000,000,000 euros. Costs are in cents: correct the quantity or the unit cost.',
})

/** What stands against something that costs `cents`: a kit, or all receipts of a campaign with the one that comes. */
export function checkCost(cents: number): Problem | undefined {
  return cents > costAtMostCents ? tooExpensive() : undefined
}

/** The campaign is not open. */
const campaignNotOpen = defineProblem<{ status: CampaignStatus }>({
  code: 'campaign_not_open',
  status: 409,
  title: 'The campaign is not open',
  detail: ({ status }) =>
    status === 'draft'
      ? 'The campaign is still a draft. Open it first.'
      : `The campaign is ${status}: its pickup has ended.`,
})

/** The campaign has ended: nothing of it changes any more. */
const campaignClosed = defineProblem({
  code: 'campaign_closed',
  status: 409,
  title: 'The campaign is closed',
  detail: () => 'The campaign has been reconciled, signed and closed. Nothing of it can change any more.',
})

/** Whoever made it may not also approve it. */
const fourEyes = defineProblem({
  code: 'four_eyes',
  status: 409,
  title: 'Another person must do this',
  detail: () => 'This campaign asks for four eyes: somebody other than the one who made it must approve it.',
})

/** The pickup would end before it begins. */
const pickupEndsBeforeItBegins = defineProblem({
  code: 'pickup_ends_before_it_begins',
  status: 422,
  title: 'The pickup ends before it begins',
  detail: () => 'pickupUntil must be the same day as pickupFrom or a later one. Correct one of the two.',
})

/** The kit of a campaign is not there. */
export const unknownKit = defineProblem({
  code: 'unknown_kit',
  status: 422,
  title: 'There is no such kit',
  detail: () => 'The kitId names no kit. Add the kit first, or correct the id.',
})

/** A community of a campaign is not there. */
export const unknownCommunities = defineProblem<{ communityIds: Id[] }>({
  code: 'unknown_communities',
  status: 422,
  title: 'There are no such communities',
  detail: () => 'Some of communityIds name no community. Add those first, or correct the ids.',
  members: (facts) => ({ ...facts }),
})

/** A campaign is for other communities than a school's. */
const schoolNotInCampaign = defineProblem({
  code: 'school_not_in_campaign',
  status: 422,
  title: 'The campaign does not serve that school',
  detail: () =>
    'The school is in none of the campaign’s communities. Correct the school, or add its community to the campaign.',
})

/** What an open campaign gives out, and to whom, stays as it is. */
const campaignUnderWay = defineProblem<{ field: string }>({
  code: 'campaign_under_way',
  status: 409,
  title: 'The campaign is under way',
  detail: ({ field }) => `${field} can only be changed while the campaign is a draft.`,
})

/** What stands against `campaign` serving a school. */
export function checkInScope(
  campaign: Pick<Campaign, 'communityIds'>,
  school: { communityId: Id },
): Problem | undefined {
  return campaign.communityIds.includes(school.communityId) ? undefined : schoolNotInCampaign()
}

/** What stands against doing what only an open campaign allows. */
export function checkOpen({ status }: Pick<Campaign, 'status'>): Problem | undefined {
  return status === 'open' ? undefined : status === 'closed' ? campaignClosed() : campaignNotOpen({ status })
}

/** What stands against changing anything of a campaign. */
export function checkNotClosed({ status }: Pick<Campaign, 'status'>): Problem | undefined {
  return status === 'closed' ? campaignClosed() : undefined
}

/** What stands against taking in children: the pickup has ended. */
export function checkTakesEnrollments({ status }: Pick<Campaign, 'status'>): Problem | undefined {
  return status === 'draft' ? undefined : checkOpen({ status })
}

/** What stands against `actor` approving what `makerId` made. */
export function checkFourEyes(
  campaign: Pick<Campaign, 'fourEyes'>,
  makerId: string,
  actor: Actor,
): Problem | undefined {
  return campaign.fourEyes && makerId === actor.id ? fourEyes() : undefined
}

/** What stands against changing `campaign` by `change`. How long its personal data is kept may change to the end. */
export function checkChange(campaign: Campaign, change: Partial<Campaign>): Problem | undefined {
  if (campaign.status === 'closed' && Object.keys(change).some((field) => field !== 'retentionDays'))
    return campaignClosed()
  if (campaign.status !== 'draft' && change.kitId && change.kitId !== campaign.kitId)
    return campaignUnderWay({ field: 'kitId' })
  const lost = change.communityIds && campaign.communityIds.some((id) => !change.communityIds?.includes(id))
  if (campaign.status !== 'draft' && lost) return campaignUnderWay({ field: 'communityIds' })
  return checkPickup({ ...campaign, ...change })
}

/** What stands against a pickup window. */
export function checkPickup({
  pickupFrom,
  pickupUntil,
}: Pick<Campaign, 'pickupFrom' | 'pickupUntil'>): Problem | undefined {
  return pickupFrom <= pickupUntil ? undefined : pickupEndsBeforeItBegins()
}

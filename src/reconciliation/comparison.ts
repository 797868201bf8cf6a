import { type Campaign, schoolsOfCampaign } from '../campaigns/index.ts'
import { allCommunities, type Community, findSchool, type SchoolInBrief } from '../places/index.ts'
import type { Reader } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { type CampaignStockFigures, campaignStockFigures, noStock, type StockFigures } from '../stock/index.ts'
import type { ComparisonLine } from './rules.ts'

/** Whom the lines of a comparison are about. */
export interface ComparedPlaces {
  campaign: { id: Id; name: string }
  communities: readonly Pick<Community, 'id' | 'name'>[]
  schools: readonly Pick<SchoolInBrief, 'id' | 'name' | 'communityId'>[]
}

/** What became of a campaign's kits, and every school that has a part in it. */
export async function readFigures(
  reader: Reader,
  campaign: Campaign,
): Promise<{ stock: CampaignStockFigures; places: ComparedPlaces }> {
  const stock = await campaignStockFigures(reader, campaign)
  const schools = await schoolsOfCampaign(reader, campaign)
  // A school outside may have handed out a kit: then its figures belong to the campaign all the same.
  const known = new Set(schools.map(({ id }) => id))
  const outside = [...stock.bySchool.keys()].filter((id: Id) => !known.has(id))
  for (const id of outside) {
    const school = await findSchool(reader, id)
    if (school) schools.push(school)
  }
  return { stock, places: { campaign, communities: await allCommunities(reader), schools } }
}

type Stages = Omit<ComparisonLine, 'level' | 'id' | 'name'>

/**
 * Planned, received, shipped, handed out and returned, side by side: the campaign first, then each community with its
 * schools behind it. `planned` is the confirmed allocation's quantity per school.
 */
export function compare(
  { campaign, communities, schools }: ComparedPlaces,
  stock: CampaignStockFigures,
  planned: ReadonlyMap<Id, number>,
): ComparisonLine[] {
  const lines = schools.map(({ id, name, communityId }) => ({
    communityId,
    line: { level: 'school' as const, id, name, ...stagesOf(planned.get(id) ?? 0, stock.bySchool.get(id)) },
  }))
  const perCommunity = communities.flatMap(({ id, name }): ComparisonLine[] => {
    const own = lines.filter(({ communityId }) => communityId === id).map(({ line }) => line)
    return own.length === 0 ? [] : [{ level: 'community', id, name, ...sumOf(own, nothing) }, ...own]
  })
  const { onHand, inTransit, atSchools } = stock.total
  const divided = lines.reduce((sum, { line }) => sum + line.planned, 0)
  const all = { ...stagesOf(divided, stock.total), remaining: onHand + inTransit + atSchools }
  return [{ level: 'campaign', id: campaign.id, name: campaign.name, ...all }, ...perCommunity]
}

function stagesOf(planned: number, figures: StockFigures = noStock): Stages {
  const { received, shipped, handedOut, returned, atSchools } = figures
  return { planned, received, shipped, handedOut, returned, remaining: atSchools }
}

const nothing: Stages = { planned: 0, received: 0, shipped: 0, handedOut: 0, returned: 0, remaining: 0 }

/** The figures of `parts` added up: those that `none` has, which is the sum of no parts. */
export function sumOf<Figures extends { [Name in keyof Figures]: number }>(
  parts: readonly Figures[],
  none: Figures,
): Figures {
  const added = (name: string) => parts.reduce((sum, part) => sum + part[name as keyof Figures], 0)
  return Object.fromEntries(Object.keys(none).map((name) => [name, added(name)])) as Figures
}

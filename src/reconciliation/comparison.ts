import type { Community, School } from '../places/index.ts'
import type { Id } from '../shared/ids.ts'
import type { CampaignStockFigures, StockFigures } from '../stock/index.ts'
import type { ComparisonLine } from './rules.ts'

/** Whom the lines of a comparison are about. */
export interface ComparedPlaces {
  campaign: { id: Id; name: string }
  communities: readonly Pick<Community, 'id' | 'name'>[]
  schools: readonly Pick<School, 'id' | 'name' | 'communityId'>[]
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
  const lines = schools.map((school) => {
    const { id, name, communityId } = school
    return {
      communityId,
      line: { level: 'school' as const, id, name, ...stagesOf(planned.get(id) ?? 0, stock.bySchool.get(id)) },
    }
  })
  const perCommunity = communities.flatMap(({ id, name }): ComparisonLine[] => {
    const own = lines.filter(({ communityId }) => communityId === id).map(({ line }) => line)
    return own.length === 0 ? [] : [{ level: 'community', id, name, ...sumOf(own) }, ...own]
  })
  const { onHand, inTransit, atSchools } = stock.total
  const all = stagesOf(sumOf(lines.map(({ line }) => line)).planned, stock.total)
  return [{ level: 'campaign', ...campaign, ...all, remaining: onHand + inTransit + atSchools }, ...perCommunity]
}

function stagesOf(planned: number, figures: StockFigures | undefined): Stages {
  const { received = 0, shipped = 0, handedOut = 0, returned = 0, atSchools = 0 } = figures ?? {}
  return { planned, received, shipped, handedOut, returned, remaining: atSchools }
}

function sumOf(lines: readonly Stages[]): Stages {
  const sum = { planned: 0, received: 0, shipped: 0, handedOut: 0, returned: 0, remaining: 0 }
  for (const line of lines) {
    for (const stage of Object.keys(sum) as (keyof Stages)[]) sum[stage] += line[stage]
  }
  return sum
}

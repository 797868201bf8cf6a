import { type Campaign, schoolsOfCampaign } from '../campaigns/index.ts'
import { allCommunities, findSchool } from '../places/index.ts'
import type { Reader } from '../schema.ts'
import type { Id } from '../shared/ids.ts'
import { type CampaignStockFigures, campaignStockFigures } from '../stock/index.ts'
import type { ComparedPlaces } from './comparison.ts'

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

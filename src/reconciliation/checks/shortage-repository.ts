import { and, count, eq, sum } from 'drizzle-orm'
import { type Campaign, schoolsOfCampaign } from '../../campaigns/index.ts'
import type { Reader } from '../../schema.ts'
import type { LocalDate } from '../../shared/time.ts'
import { needsKits, type ShortageFacts } from './shortage-rules.ts'

/** What the schools of a campaign need and have, if it matters on `today`. */
export async function readShortages(reader: Reader, campaign: Campaign, today: LocalDate): Promise<ShortageFacts> {
  const { id: campaignId, kitId } = campaign
  if (!needsKits(campaign, today)) return { campaignId, schools: [] }
  const { q, t } = reader
  const { vouchers: v, enrollments: e, shipments: s, balances: b } = t
  const waiting = and(eq(v.campaignId, campaignId), eq(v.status, 'issued'), eq(e.status, 'active'))
  const remaining = await q
    .select({ id: v.schoolId, all: count() })
    .from(v)
    .innerJoin(e, eq(e.id, v.enrollmentId))
    .where(waiting)
    .groupBy(v.schoolId)
  const onTheWay = await q
    .select({ id: s.schoolId, all: sum(s.quantity) })
    .from(s)
    .where(and(eq(s.campaignId, campaignId), eq(s.status, 'dispatched')))
    .groupBy(s.schoolId)
  const schools = await schoolsOfCampaign(reader, campaign)
  const onHand = await q
    .select({ id: b.locationId, all: b.onHand })
    .from(b)
    .where(and(eq(b.kitId, kitId), eq(b.kind, 'school')))
  const by = (rows: { id: string; all: number | string | null }[]) =>
    new Map(rows.map(({ id, all }) => [id, Number(all)]))
  const [needed, coming, there] = [by(remaining), by(onTheWay), by(onHand)]
  return {
    campaignId,
    schools: schools.map(({ id, name, locationId }) => ({
      ...{ schoolId: id, name },
      remaining: needed.get(id) ?? 0,
      onHand: there.get(locationId) ?? 0,
      onTheWay: coming.get(id) ?? 0,
    })),
  }
}

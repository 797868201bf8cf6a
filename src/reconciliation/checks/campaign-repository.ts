import { and, count, eq, gt, isNotNull, isNull, lt, notExists, or, type SQL, sql } from 'drizzle-orm'
import type { Campaign } from '../../campaigns/index.ts'
import type { Reader, Tables } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { StockFigures } from '../../stock/index.ts'
import type { CampaignFacts } from './campaign-rules.ts'

/** What a campaign set out to, what came of it, and whether its trail is whole. `stock` are its figures in all. */
export async function readCampaignFacts(
  reader: Reader,
  campaign: Campaign,
  stock: StockFigures,
): Promise<CampaignFacts> {
  const { id: campaignId, budgetCents, targetQuantity } = campaign
  const { spentCents, handedOut, received } = stock
  return {
    ...{ campaignId, budgetCents, targetQuantity, spentCents, handedOut, received },
    receivedOnPaper: await receivedOnPaper(reader, campaignId),
    allocation: await confirmedAllocation(reader, campaignId),
    ...(await readTrail(reader, campaignId)),
  }
}

async function receivedOnPaper({ q, t }: Reader, campaignId: Id): Promise<number> {
  const standing = and(eq(t.receipts.campaignId, campaignId), isNull(t.receipts.reversedAt))
  const [row] = await q
    .select({ kits: sql<number>`coalesce(sum(${t.receipts.quantity}), 0)` })
    .from(t.receipts)
    .where(standing)
  return row!.kits
}

async function confirmedAllocation({ q, t }: Reader, campaignId: Id): Promise<CampaignFacts['allocation']> {
  const { id, stockQuantity, status } = t.allocations
  const confirmed = and(eq(t.allocations.campaignId, campaignId), eq(status, 'confirmed'))
  const [run] = await q.select({ id, stockQuantity }).from(t.allocations).where(confirmed)
  if (!run) return undefined
  const { schoolId, need, shipped, quantity, allocationId } = t.allocationLines
  const lines = q.select({ schoolId, need, shipped, quantity }).from(t.allocationLines)
  return { ...run, lines: await lines.where(eq(allocationId, run.id)) }
}

/** Records that changed something, and which of them the trail says nothing of. */
async function readTrail(reader: Reader, campaignId: Id): Promise<Pick<CampaignFacts, 'changes' | 'unrecorded'>> {
  const { q, t } = reader
  const { receipts, shipments: s, allocations: a, discrepancies: d, redemptions: r, auditEvents: e } = t
  const shipped = eq(s.campaignId, campaignId)
  const kinds: [string, string, Changed, SQL | undefined][] = [
    ['receipt', 'receipt.recorded', receipts, eq(receipts.campaignId, campaignId)],
    ['shipment', 'shipment.planned', s, shipped],
    ['shipment', 'shipment.dispatched', s, and(shipped, isNotNull(s.dispatchedAt))],
    ['shipment', 'shipment.delivered', s, and(shipped, isNotNull(s.deliveredAt))],
    ['shipment', 'shipment.returned', s, and(shipped, gt(s.returnedQuantity, 0))],
    ['allocation', 'allocation.confirmed', a, and(eq(a.campaignId, campaignId), isNotNull(a.confirmedAt))],
    ['discrepancy', 'discrepancy.opened', d, eq(d.campaignId, campaignId)],
  ]
  let changes = 0
  const unrecorded: CampaignFacts['unrecorded'] = []
  for (const [type, action, table, changed] of kinds) {
    const itsEvent = and(eq(e.subjectId, table.id), eq(e.action, action))
    const unheard = notExists(q.select({ id: e.id }).from(e).where(itsEvent))
    const [all] = await q.select({ records: count() }).from(table).where(changed)
    const silent = await q.select({ id: table.id }).from(table).where(and(changed, unheard))
    changes += all!.records
    unrecorded.push(...silent.map(({ id }) => ({ type, id })))
  }
  const ofCampaign = eq(r.campaignId, campaignId)
  const [all] = await q
    .select({ redeemed: count(), undone: count(r.undoneAt) })
    .from(r)
    .where(ofCampaign)
  changes += all!.redeemed + all!.undone
  const silent = await q
    .select({ id: r.voucherId })
    .from(r)
    .where(ofCampaign)
    .groupBy(r.voucherId)
    .having(
      or(lt(eventsOf(t, 'voucher.redeemed'), count()), lt(eventsOf(t, 'voucher.issued_again'), count(r.undoneAt))),
    )
  unrecorded.push(...silent.map(({ id }) => ({ type: 'voucher', id })))
  return { changes, unrecorded }
}

type Changed = Tables['receipts'] | Tables['shipments'] | Tables['allocations'] | Tables['discrepancies']

/** How many events say that `action` was done to the voucher of the redemption at hand. */
function eventsOf({ auditEvents: e, redemptions: r }: Tables, action: string) {
  return sql<number>`(select count(*) from ${e} where ${e.subjectId} = ${r.voucherId} and ${e.action} = ${action})`
}

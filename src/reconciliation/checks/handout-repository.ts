import { and, count, eq, gt, inArray, isNull, ne, not, notExists, sql } from 'drizzle-orm'
import type { Reader, Tables } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { HandoutFacts, Miscount } from './handout-rules.ts'

const live = ['issued', 'redeemed'] as const
const toMiscount = ({ id, actual }: { id: Id; actual: number }): Miscount => ({ id, expected: 1, actual })
const idOf = ({ id }: { id: Id }) => id

/** Vouchers, redemptions and hand-outs of a campaign, counted, and those that contradict each other. */
export async function readHandouts(reader: Reader, campaignId: Id): Promise<HandoutFacts> {
  return {
    campaignId,
    ...(await countVouchers(reader, campaignId)),
    ...(await compareRedemptions(reader, campaignId)),
    ...(await compareMovements(reader, campaignId)),
    ...(await compareRefused(reader, campaignId)),
  }
}

async function countVouchers({ q, t }: Reader, campaignId: Id) {
  const v = t.vouchers
  const ofCampaign = and(eq(v.campaignId, campaignId), inArray(v.status, live))
  const rows = await q.select({ status: v.status, vouchers: count() }).from(v).where(ofCampaign).groupBy(v.status)
  const twice = await q
    .select({ id: v.enrollmentId, actual: count() })
    .from(v)
    .where(ofCampaign)
    .groupBy(v.enrollmentId)
    .having(gt(count(), 1))
  return {
    liveVouchers: rows.reduce((sum, { vouchers }) => sum + vouchers, 0),
    redeemedVouchers: rows.find(({ status }) => status === 'redeemed')?.vouchers ?? 0,
    servedTwice: twice.map(toMiscount),
  }
}

async function compareRedemptions({ q, t }: Reader, campaignId: Id) {
  const { redemptions: r, vouchers: v } = t
  const standing = and(eq(r.campaignId, campaignId), isNull(r.undoneAt))
  const [all] = await q.select({ redemptions: count() }).from(r).where(standing)
  const twice = await q
    .select({ id: r.voucherId, actual: count() })
    .from(r)
    .where(standing)
    .groupBy(r.voucherId)
    .having(gt(count(), 1))
  const ofVoucher = and(eq(r.voucherId, v.id), isNull(r.undoneAt))
  const itsRedemption = q.select({ id: r.id }).from(r).where(ofVoucher)
  const bare = and(eq(v.campaignId, campaignId), eq(v.status, 'redeemed'), notExists(itsRedemption))
  const without = await q.select({ id: v.id }).from(v).where(bare)
  const unused = and(standing, ne(v.status, 'redeemed'))
  const astray = await q.select({ id: r.id }).from(r).innerJoin(v, eq(v.id, r.voucherId)).where(unused)
  return {
    liveRedemptions: all!.redemptions,
    redeemedTwice: twice.map(toMiscount),
    redeemedWithout: without.map(idOf),
    redemptionsAstray: astray.map(idOf),
  }
}

async function compareMovements({ q, t }: Reader, campaignId: Id) {
  const { redemptions: r, movements: m } = t
  const handouts = and(eq(m.kind, 'handout'), not(reversed(t)))
  const ofCampaign = and(eq(m.campaignId, campaignId), handouts)
  const kits = sql<number>`coalesce(sum(${m.quantity}), 0)`
  const [all] = await q.select({ kits }).from(m).where(ofCampaign)
  const caused = and(eq(m.causeId, r.id), handouts)
  const itsMovement = q.select({ id: m.id }).from(m).where(caused)
  const unmoved = and(eq(r.campaignId, campaignId), isNull(r.undoneAt), notExists(itsMovement))
  const without = await q.select({ id: r.id }).from(r).where(unmoved)
  const standing = and(eq(r.id, m.causeId), isNull(r.undoneAt))
  const itsRedemption = q.select({ id: r.id }).from(r).where(standing)
  const unredeemed = and(ofCampaign, eq(m.causeType, 'redemption'), notExists(itsRedemption))
  const astray = await q.select({ id: m.id }).from(m).where(unredeemed)
  return {
    handoutMovements: all!.kits,
    redemptionsWithoutMovement: without.map(idOf),
    movementsAstray: astray.map(idOf),
  }
}

/** Whether the opposite of the movement at hand is in the ledger. */
const reversed = ({ movements: m }: Tables) =>
  sql`exists (select 1 from ${m} as reversal where reversal.reverses_id = ${m.id})`

async function compareRefused({ q, t }: Reader, campaignId: Id) {
  const { scans: s, movements: m, discrepancies: d } = t
  const leftAnyway = and(eq(s.handedOut, true), ne(s.result, 'accepted'))
  const codes = inArray(d.code, ['refused_handout', 'duplicate_handout'])
  const reported = and(eq(d.campaignId, campaignId), codes, leftAnyway)
  const handout = and(eq(m.causeId, s.id), eq(m.kind, 'handout'))
  const itsMovement = q.select({ id: m.id }).from(m).where(handout)
  const cameBack = q
    .select({ id: m.id })
    .from(m)
    .where(and(handout, reversed(t)))
  const ofScans = eq(s.id, d.matter)
  const standing = q.select({ scans: count() }).from(d).innerJoin(s, ofScans)
  const [all] = await standing.where(and(reported, notExists(cameBack)))
  const unmoved = q.select({ id: s.id }).from(d).innerJoin(s, ofScans)
  const untold = and(eq(s.campaignId, campaignId), leftAnyway, isNull(s.discrepancyId))
  const unreported = await q.select({ id: s.id }).from(s).where(untold)
  return {
    refusedHandouts: all!.scans,
    refusedUnreported: [...(await unmoved.where(and(reported, notExists(itsMovement)))), ...unreported].map(idOf),
  }
}

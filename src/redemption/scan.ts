import { recordEvent } from '../audit/index.ts'
import { findOpenCampaignOfSchool } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { type Instant, localDate } from '../kernel/time.ts'
import { getSchool, virtualLocations } from '../places/index.ts'
import { idempotencyKeyReused } from '../platform/http/index.ts'
import type { Tx } from '../schema.ts'
import { moveStock } from '../stock/index.ts'
import { findVoucherByCode, markRedeemed, type PresentedVoucher, readPayload } from '../vouchers/index.ts'
import { type Refusal, refusalFacts } from './refusals.ts'
import { recordRefusedHandOut } from './refused-hand-out.ts'
import { findScan, insertRedemption, insertScan, type ScanRow } from './repository.ts'
import { type CollectedBy, judgeScan, type Redemption, redeemedAt } from './rules.ts'

/** One attempt as a scanner sends it. */
export interface Scan {
  /** The scanner's own name for the attempt: sent twice, it is still one. */
  scanId: string
  schoolId: Id
  /** What was read or typed. */
  text: string
  /** By the scanner's clock; now, if absent. */
  scannedAt?: Instant | undefined
  collectedBy: CollectedBy
  /** The kit has left, whatever the answer is. */
  handedOut: boolean
}

/** An attempt as it was kept, and the voucher where it names one. */
export interface Scanned {
  scan: ScanRow
  known: PresentedVoucher | undefined
}

/**
 * Makes one attempt at a hand-out and keeps it, whatever comes of it. Sent again, it changes nothing and answers what it
 * answered. Everything that it raises it raises before it writes: `idempotency_key_reused` for a known `scanId` with
 * other contents, `not_found` for a school that is not there or not the actor's.
 */
export async function makeScan(deps: Deps, tx: Tx, actor: Actor, scan: Scan): Promise<Scanned> {
  authorize(actor, 'redemption:scan', scan)
  const { code, refusal } = readPayload(scan.text, deps.config.baseUrl)
  const { schoolId } = scan
  const attempt = timed(deps, scan)
  const day = localDate(redeemedAt(attempt.scannedAt, attempt.recordedAt), deps.config.timeZone)
  const ahead = code && deps.vouchersAhead?.take(code)
  // Nothing is refused by what was read ahead. Where it has changed, or the attempt is known, nothing is written and this is done again.
  if (ahead && judgeScan({ known: ahead, schoolId, day }) === 'accepted')
    return (await giveKit(deps, tx, actor, attempt, ahead)) ?? makeScan(deps, tx, actor, scan)
  // Asked at once: most scans are new.
  const [before, known] = await Promise.all([findScan(tx, scan.scanId), code ? findVoucherByCode(tx, code) : undefined])
  if (before) return repeat(before, scan, known)
  const result = judgeScan({ unreadable: refusal, known, schoolId, day })
  if (result !== 'accepted') return refuseScan(deps, tx, actor, attempt, result, known)
  return (await giveKit(deps, tx, actor, attempt, known!)) ?? makeScan(deps, tx, actor, scan)
}

/** An attempt with the times that it is kept with. */
export type TimedScan = Scan & { id: Id; scannedAt: Instant; recordedAt: Instant }

/** Written out field by field, as is {@link scanRow}: this runs for every scan, and copying objects would be most of its cost. */
function timed({ clock, newId }: Deps, scan: Scan): TimedScan {
  const now = clock.now()
  const { scanId, schoolId, text, collectedBy, handedOut } = scan
  return {
    id: newId(),
    scanId,
    schoolId,
    text,
    scannedAt: scan.scannedAt ?? now,
    recordedAt: now,
    collectedBy,
    handedOut,
  }
}

/** Hands one kit out against `known`; undefined when somebody else has just used it. */
async function giveKit(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  scan: TimedScan,
  known: PresentedVoucher,
): Promise<Scanned | undefined> {
  const { voucher, campaign, school } = known
  const row = scanRow(actor, scan, { result: 'accepted', voucherId: voucher.id, campaignId: campaign.id })
  row.redemptionId = deps.newId()
  const redemption = redemptionOf(row)
  const movement = {
    kitId: campaign.kitId,
    fromLocationId: school.locationId,
    toLocationId: virtualLocations.handed_out,
    quantity: 1,
    kind: 'handout' as const,
    causeType: 'redemption' as const,
    causeId: redemption.id,
    campaignId: campaign.id,
    occurredAt: redemption.redeemedAt,
  }
  const { id: redemptionId, schoolId, collectedBy } = redemption
  const isOurs = await tx.conclude({
    row: voucher.id,
    claim: () => markRedeemed(tx, known, redemption.redeemedAt),
    rest: () =>
      Promise.all([
        insertRedemption(tx, redemption, actor.id),
        insertScan(tx, row),
        recordEvent(deps, tx, actor, 'voucher.redeemed', voucher.id, { redemptionId, schoolId, collectedBy }),
      ]),
    // All hand-outs of a kit meet at one balance.
    last: () => moveStock(deps, tx, actor, movement),
    meetsAt: campaign.kitId,
  })
  return isOurs ? { scan: row, known } : undefined
}

async function refuseScan(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  scan: TimedScan,
  refusal: Refusal,
  known: PresentedVoucher | undefined,
): Promise<Scanned> {
  const school = await getSchool(tx, scan.schoolId)
  const campaign = known?.campaign ?? (await findOpenCampaignOfSchool(tx, school.id))
  const row = scanRow(actor, scan, {
    result: refusal,
    voucherId: known?.voucher.id ?? null,
    campaignId: campaign?.id ?? null,
  })
  row.facts = { ...refusalFacts(refusal, known) }
  if (scan.handedOut) row.discrepancyId = await recordRefusedHandOut(deps, tx, actor, { scan: row, school, campaign })
  await insertScan(tx, row)
  return { scan: row, known }
}

function repeat(before: ScanRow, scan: Scan, known: PresentedVoucher | undefined): Scanned {
  const same =
    before.raw === scan.text &&
    before.schoolId === scan.schoolId &&
    before.handedOut === scan.handedOut &&
    before.collectedBy === scan.collectedBy &&
    (scan.scannedAt === undefined || before.scannedAt === scan.scannedAt)
  if (!same) throw idempotencyKeyReused()
  return { scan: before, known: before.voucherId ? known : undefined }
}

function scanRow(
  actor: Actor,
  scan: TimedScan,
  { result, voucherId, campaignId }: Pick<ScanRow, 'result' | 'voucherId' | 'campaignId'>,
): ScanRow {
  return {
    id: scan.id,
    scanId: scan.scanId,
    campaignId,
    schoolId: scan.schoolId,
    voucherId,
    redemptionId: null,
    discrepancyId: null,
    result,
    raw: scan.text,
    handedOut: scan.handedOut,
    collectedBy: scan.collectedBy,
    actorId: actor.id,
    scannedAt: scan.scannedAt,
    recordedAt: scan.recordedAt,
    facts: {},
  }
}

/** The redemption that an accepted scan made, as it was then. */
export function redemptionOf(scan: ScanRow): Redemption {
  return {
    id: scan.redemptionId!,
    voucherId: scan.voucherId!,
    campaignId: scan.campaignId!,
    schoolId: scan.schoolId,
    collectedBy: scan.collectedBy,
    redeemedAt: redeemedAt(scan.scannedAt, scan.recordedAt),
    recordedAt: scan.recordedAt,
    undoneAt: null,
    undoReason: null,
  }
}

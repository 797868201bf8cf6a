import type { Actor } from '../identity/index.ts'
import type { Id } from '../shared/ids.ts'
import type { Instant } from '../shared/time.ts'
import type { VoucherLookup } from '../vouchers/index.ts'
import type { ScanRow } from './repository.ts'
import { type CollectedBy, type Redemption, redeemedAt } from './rules.ts'

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
  known: VoucherLookup | undefined
}

/** An attempt of `actor` with the id and the time that the server keeps it with, before anything is known of its voucher. */
export function newScan(actor: Actor, { text, ...scan }: Scan, id: Id, recordedAt: Instant) {
  return {
    ...scan,
    id,
    raw: text,
    actorId: actor.id,
    scannedAt: scan.scannedAt ?? recordedAt,
    recordedAt,
    campaignId: null,
    voucherId: null,
    redemptionId: null,
    discrepancyId: null,
    facts: {},
  }
}

/** Whether `scan` is the attempt that was kept as `before`, sent again. */
export function isSameScan(before: ScanRow, scan: Scan): boolean {
  return (
    before.raw === scan.text &&
    before.schoolId === scan.schoolId &&
    before.handedOut === scan.handedOut &&
    before.collectedBy === scan.collectedBy &&
    (scan.scannedAt === undefined || before.scannedAt === scan.scannedAt)
  )
}

/** The order, as places in `scans`, in which they happened: those without a time last, ties as they are given. */
export function inOrderOfOccurrence(scans: readonly Scan[]): number[] {
  const last = '\uffff'
  return [...scans.keys()].sort((a, b) => {
    const [first, second] = [scans[a]!.scannedAt ?? last, scans[b]!.scannedAt ?? last]
    return first < second ? -1 : first > second ? 1 : a - b
  })
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

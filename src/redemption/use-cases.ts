import { recordEvent, showPage } from '../audit/index.ts'
import { findOpenCampaignOfSchool, getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import { getSchool, virtualLocations } from '../places/index.ts'
import { idempotencyKeyReused } from '../platform/http/index.ts'
import type { Tx } from '../schema.ts'
import { judgeScan } from '../shared/judge-scan.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { Problem } from '../shared/problem.ts'
import { localDate } from '../shared/time.ts'
import { moveStock } from '../stock/index.ts'
import { findVoucherByCode, markRedeemed, readPayload, type VoucherLookup } from '../vouchers/index.ts'
import { type Refusal, refusalFacts } from './refusals.ts'
import { recordRefusedHandOut } from './refused-hand-out.ts'
import { findScan, insertRedemption, insertScan, listScans, type ScanFilter, type ScanRow } from './repository.ts'
import { redeemedAt } from './rules.ts'
import { inOrderOfOccurrence, isSameScan, newScan, redemptionOf, type Scan, type Scanned } from './scan.ts'

/**
 * How scans run: two of one voucher meet at its row and at unique indexes, and all of a kit at the balance of what was handed out, where
 * they wait for each other.
 */
const isolation = 'read committed'

/**
 * Makes one scan and, if it is accepted, the hand-out. A refusal is an answer, not an error: the attempt is kept. Raises
 * `idempotency_key_reused` and `not_found` as {@link makeScan}.
 */
export function redeemVoucher(deps: Deps, actor: Actor | undefined, scan: Scan): Promise<Scanned> {
  return deps.db.transact((tx) => makeScan(deps, tx, actor, scan), { isolation })
}

/**
 * Makes the scans of a device that was offline in the order in which they happened (those without a time last, ties as they
 * are given), all or none kept. Answers in the order given; one that cannot be made answers its problem and the rest go on.
 */
export function redeemBatch(deps: Deps, actor: Actor | undefined, scans: Scan[]): Promise<(Scanned | Problem)[]> {
  return deps.db.transact(
    async (tx) => {
      // Who may not scan at all is refused, and not told so for each.
      authorize(actor, 'redemption:scan')
      const answers: (Scanned | Problem)[] = []
      for (const i of inOrderOfOccurrence(scans)) {
        answers[i] = await makeScan(deps, tx, actor, scans[i]!).catch((error: unknown) => {
          if (error instanceof Problem) return error
          throw error
        })
      }
      return answers
    },
    { isolation },
  )
}

/**
 * Makes one attempt at a hand-out and keeps it, whatever comes of it. Sent again, it changes nothing and answers what it
 * answered. Everything that it raises it raises before it writes: `idempotency_key_reused` for a known `scanId` with
 * other contents, `not_found` for a school that is not there or not the actor's.
 */
async function makeScan(deps: Deps, tx: Tx, actor: Actor | undefined, scan: Scan): Promise<Scanned> {
  authorize(actor, 'redemption:scan', scan)
  const { code, refusal: unreadable } = readPayload(scan.text, deps.config.baseUrl)
  const [before, known] = await Promise.all([findScan(tx, scan.scanId), code ? findVoucherByCode(tx, code) : undefined])
  if (before) {
    if (!isSameScan(before, scan)) throw idempotencyKeyReused()
    return { scan: before, known: before.voucherId ? known : undefined }
  }
  const attempt = newScan(actor, scan, deps.newId(), deps.clock.now())
  const day = localDate(redeemedAt(attempt.scannedAt, attempt.recordedAt), deps.config.timeZone)
  const result = judgeScan({ unreadable, known, schoolId: scan.schoolId, day })
  if (result !== 'accepted') return keepRefused(deps, tx, actor, { ...attempt, result }, known)

  const { voucher, campaign, school } = known!
  const accepted: ScanRow = {
    ...attempt,
    result,
    voucherId: voucher.id,
    campaignId: campaign.id,
    redemptionId: deps.newId(),
  }
  const redemption = redemptionOf(accepted)
  // Whoever was faster has changed what this was judged by: it is judged anew.
  if (!(await markRedeemed(tx, known!, redemption.redeemedAt))) return makeScan(deps, tx, actor, scan)
  const { id: redemptionId, schoolId, collectedBy } = redemption
  // In one round trip: all hand-outs of a kit meet at one balance, and wait for each other from the movement to the commit.
  await Promise.all([
    insertRedemption(tx, redemption, actor.id),
    insertScan(tx, accepted),
    recordEvent(deps, tx, actor, 'voucher.redeemed', voucher.id, { redemptionId, schoolId, collectedBy }),
    moveStock(deps, tx, actor, {
      kitId: campaign.kitId,
      fromLocationId: school.locationId,
      toLocationId: virtualLocations.handed_out,
      quantity: 1,
      kind: 'handout',
      causeType: 'redemption',
      causeId: redemptionId,
      campaignId: campaign.id,
      occurredAt: redemption.redeemedAt,
    }),
  ])
  return { scan: accepted, known }
}

/** Keeps an attempt that hands out nothing, and where the kit has left all the same, that it has. */
async function keepRefused(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  attempt: ScanRow & { result: Refusal },
  known: VoucherLookup | undefined,
): Promise<Scanned> {
  const school = await getSchool(tx, attempt.schoolId)
  const campaign = known?.campaign ?? (await findOpenCampaignOfSchool(tx, school.id))
  const scan: ScanRow = {
    ...attempt,
    voucherId: known?.voucher.id ?? null,
    campaignId: campaign?.id ?? null,
    facts: { ...refusalFacts(attempt.result, known) },
  }
  if (scan.handedOut) scan.discrepancyId = await recordRefusedHandOut(deps, tx, actor, { scan, school, campaign })
  await insertScan(tx, scan)
  return { scan, known }
}

/** An attempt as it is shown: whatever somebody's code said is withheld from who only audits. */
type ShownScan = Omit<ScanRow, 'raw'> & { raw: string | null }

const rawText = { by: 'scan:read', hide: (scan: ScanRow): ShownScan => ({ ...scan, raw: null }) } as const

/** Every attempt of a campaign, the last recorded first; school staff and devices see their own school's alone. */
export async function readScans(
  deps: Deps,
  actor: Actor | undefined,
  filter: ScanFilter,
  page: PageQuery,
): Promise<Page<ShownScan>> {
  authorize(actor, 'scan:read')
  const { read } = deps.db
  const { campaignId } = filter
  await getCampaign(read, campaignId)
  const found = await listScans(read, { ...filter, only: schoolsOf(actor, 'scan:read') }, page)
  const entry = { event: 'scans.read', subjectId: campaignId, campaignId, facts: { ...filter } }
  return showPage(deps, actor, found, page, rawText, entry)
}

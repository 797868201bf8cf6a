import { showPage } from '../audit/index.ts'
import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import type { Page, PageQuery } from '../kernel/page.ts'
import { Problem } from '../kernel/problem.ts'
import type { Tx } from '../schema.ts'
import { listScans, type ScanFilter, type ScanRow } from './repository.ts'
import { makeScan, type Scan, type Scanned } from './scan.ts'

/**
 * Makes one scan and, if it is accepted, the hand-out. A refusal is an answer, not an error: the attempt is kept. Raises
 * `idempotency_key_reused` and `not_found` as {@link makeScan}.
 */
export async function redeemVoucher(deps: Deps, actor: Actor | undefined, scan: Scan): Promise<Scanned> {
  const work = (tx: Tx) => {
    authorize(actor, 'redemption:scan')
    return makeScan(deps, tx, actor, scan)
  }
  // Two scans of one voucher meet at its row and at unique indexes, and all scans meet at the balance of what was handed out.
  const scanned = await deps.db.transact(work, undefined, { settled: true })
  const { result, schoolId, campaignId } = scanned.scan
  if (result === 'accepted') void deps.vouchersAhead?.handedOut(schoolId, campaignId!)
  return scanned
}

/**
 * Makes the scans of a device that was offline in the order in which they happened (those without a time last, ties as they
 * are given), all or none kept. Answers in the order given; one that cannot be made answers its problem and the rest go on.
 */
export function redeemBatch(deps: Deps, actor: Actor | undefined, scans: Scan[]): Promise<(Scanned | Problem)[]> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'redemption:scan')
    const answers: (Scanned | Problem)[] = []
    const last = '\uffff'
    const order = [...scans.keys()].sort((a, b) => {
      const [first, second] = [scans[a]!.scannedAt ?? last, scans[b]!.scannedAt ?? last]
      return first < second ? -1 : first > second ? 1 : a - b
    })
    for (const i of order) {
      answers[i] = await makeScan(deps, tx, actor, scans[i]!).catch((error: unknown) => {
        if (error instanceof Problem) return error
        throw error
      })
    }
    return answers
  })
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
  const look = { event: 'scans.read', subjectId: campaignId, campaignId, facts: { ...filter } }
  return showPage(deps, actor, found, page, rawText, look)
}

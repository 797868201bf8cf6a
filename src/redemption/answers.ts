import type { Deps } from '../deps.ts'
import { Problem } from '../shared/problem.ts'
import { toInstant } from '../shared/time.ts'
import { toVoucher } from '../vouchers/index.ts'
import { type RefusalFacts, refusalProblem } from './refusals.ts'
import type { CollectedBy } from './rules.ts'
import { redemptionOf, type Scan, type Scanned } from './scan.ts'

/** A scan as it is sent, well-formed. */
export interface SentScan {
  scanId: string
  schoolId: string
  payload?: string
  code?: string
  scannedAt?: string
  collectedBy?: CollectedBy
  handedOut?: boolean
}

/** What a sent scan asks for. */
export function toScan({ payload, code = '', scannedAt, ...sent }: SentScan): Scan {
  return {
    collectedBy: 'guardian',
    handedOut: false,
    ...sent,
    // As it can be kept on either engine; sent again it has to be the same.
    text: (payload ?? code).replaceAll('\0', '\uFFFD'),
    scannedAt: scannedAt && toInstant(scannedAt),
  }
}

/** The problem that a scan is answered with; undefined for an accepted one. */
export function problemOf({ config }: Deps, { scan }: Scanned): Problem | undefined {
  if (scan.result === 'accepted') return undefined
  const problem = refusalProblem(scan.result, scan.facts as RefusalFacts, config.timeZone)
  const discrepancyId = scan.discrepancyId && { discrepancyId: scan.discrepancyId }
  return new Problem(problem, `${problem.message}${handedOutNote(scan)}`, {
    ...problem.members,
    scanId: scan.scanId,
    ...discrepancyId,
  })
}

function handedOutNote({ handedOut, discrepancyId }: Scanned['scan']): string {
  if (!handedOut) return ''
  return discrepancyId
    ? ' That the kit has left is on record, and a coordinator will look into it.'
    : ' No campaign is known here, so no kit was taken off the stock: tell the coordinator.'
}

/** What an accepted scan is answered with. */
export function toAccepted(deps: Deps, { scan, known }: Scanned) {
  const redemption = redemptionOf(scan)
  const { voucher, enrollment } = known!
  const used = { ...voucher, status: 'redeemed' as const, redeemedAt: redemption.redeemedAt, endedAt: null }
  return { scanId: scan.scanId, result: 'accepted' as const, redemption, voucher: toVoucher(deps, used), enrollment }
}

/** What one scan of a batch is answered with. */
export function toBatchResult(deps: Deps, scanId: string, answer: Scanned | Problem) {
  if (answer instanceof Problem) return { scanId, status: answer.status, result: answer.code, detail: answer.message }
  const { result, redemptionId, discrepancyId } = answer.scan
  const problem = problemOf(deps, answer)
  return {
    scanId,
    status: problem?.status ?? 201,
    result,
    ...(redemptionId && { redemptionId }),
    ...(discrepancyId && { discrepancyId }),
    detail: problem?.message ?? 'One kit was handed out.',
  }
}

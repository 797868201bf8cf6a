import { hash } from 'node:crypto'
import type { Campaign } from '../campaigns/rules.ts'
import type { Id } from '../shared/ids.ts'
import { countOf } from '../shared/plurals.ts'
import { defineProblem, type Problem } from '../shared/problem.ts'
import { type Instant, type LocalDate, plusDays, plusMilliseconds } from '../shared/time.ts'

/** `running → clean | findings → signed`. A run is stored once it has ended: nobody sees it running. */
export const reconciliationStatuses = ['running', 'clean', 'findings', 'signed'] as const

/** One of {@link reconciliationStatuses}. */
export type ReconciliationStatus = (typeof reconciliationStatuses)[number]

/** One check of a run: how many things it compared, and whether nothing that needs an answer was found. */
export interface Check {
  code: string
  passed: boolean
  compared: number
}

/** What a line of the comparison is about. */
export const comparisonLevels = ['campaign', 'community', 'school'] as const

/** Kits at each stage of the way, for the campaign, a community or a school. */
export interface ComparisonLine {
  level: (typeof comparisonLevels)[number]
  id: Id
  name: string
  /** By the confirmed allocation. */
  planned: number
  /** What came in: of the campaign from the supplier, of a school or community what it accepted. */
  received: number
  /** What left the warehouses for the schools. */
  shipped: number
  /** Kits that children have, by the ledger. */
  handedOut: number
  /** What schools sent back to a warehouse. */
  returned: number
  /** What is left: of the campaign at warehouses, on the road and at schools; of a school in its yard. */
  remaining: number
}

/** A run, as far as signing and closing ask. */
export interface SignableRun {
  /** A digest of what the books held when it ran. */
  basis: string
  createdById: string
}

/** A digest of the state of the books: equal as long as nothing that a run looks at has changed. */
export function basisOf(position: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(position))
}

/** Something that needs an answer has none yet, or nobody has signed for it. */
const openDiscrepancies = defineProblem<{ open: number }>({
  code: 'open_discrepancies',
  status: 409,
  title: 'The books are not settled',
  detail: ({ open }) =>
    open > 0
      ? `${countOf(open, 'discrepancy needs an answer. Resolve it', 'discrepancies need an answer. Resolve them')}, then sign.`
      : 'No reconciliation made since the end of the pickup is signed. Run one, resolve what it finds, and sign it.',
  members: (facts) => ({ ...facts }),
})

/** The books have changed since the run. */
const staleReconciliation = defineProblem({
  code: 'stale_reconciliation',
  status: 409,
  title: 'The books have changed',
  detail: () => 'Stock, vouchers or hand-outs have changed since this reconciliation ran. Run another and sign that.',
})

/** What stands against signing `run`, with `open` discrepancies that need an answer and the books at `basis`. */
export function checkSignable(run: SignableRun, { open, basis }: { open: number; basis: string }): Problem | undefined {
  if (open > 0) return openDiscrepancies({ open })
  return run.basis === basis ? undefined : staleReconciliation()
}

/** What stands against ending a campaign whose latest signed run since the pickup is `signed`. */
export function checkClosable(
  signed: SignableRun | undefined,
  now: { open: number; basis: string },
): Problem | undefined {
  return signed ? checkSignable(signed, now) : openDiscrepancies({ open: now.open })
}

const dayMilliseconds = 24 * 60 * 60_000

/** Whether the last day of a pickup has passed by `today`, and nobody has ended it. */
export function isOver({ status, pickupUntil }: Pick<Campaign, 'status' | 'pickupUntil'>, today: LocalDate): boolean {
  return status === 'open' && pickupUntil < today
}

/**
 * Whether a pickup that has been known to be over since `since` ends by itself at `now`. It goes by when that was noticed, not
 * by the window: whoever was away, or has a clock that jumped, has `days` days all the same. 0 days is never.
 */
export function closesByItself(since: Instant, now: Instant, days: number): boolean {
  return days > 0 && plusMilliseconds(since, days * dayMilliseconds) <= now
}

/** The day on which a pickup that is noticed to be over on `today` ends by itself. */
export function closingDay(today: LocalDate, days: number): LocalDate {
  return plusDays(today, days)
}

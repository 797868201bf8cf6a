import { defineProblem } from '../shared/problem.ts'

/**
 * What kind of thing does not add up. `docs/domain.md` tells what each means. Behind each code stands its `matter`, what one
 * discrepancy of that kind is about, so that the moment it happened and a later run speak of the same one.
 */
export const discrepancyCodes = [
  /** A second kit against one right. Matter: the scan's id. */
  'duplicate_handout',
  /** A kit that left although the scan was refused. Matter: the scan's id. */
  'refused_handout',
  /** Dispatched, not arrived, not explained. Matter: the shipment's id. */
  'missing_in_transit',
  /** More left a place than is known to have come. Matter: the location's id and the kit's, with a colon between. */
  'negative_balance',
  /** Fewer kits at a school, or on their way there, than children who are still to get one. Matter: the campaign's id and the school's, with a colon between. */
  'kits_short_at_school',
  /** Receipts cost more than the budget. Matter: the campaign's id. */
  'over_budget',
  /** A count found another quantity than the book. Matter: the count's id and the kit's, with a colon between. */
  'count_variance',
  /** Fewer kits handed out than the campaign set out to. Matter: the campaign's id. */
  'target_not_met',
  /** The ledger, its balances or the reservations contradict each other. */
  'ledger_mismatch',
  /** A shipment's figures contradict each other or the ledger. Matter: the shipment's id. */
  'shipment_mismatch',
  /** Vouchers, redemptions and hand-outs contradict each other. */
  'handout_mismatch',
  /** The confirmed allocation promises more than there is or is needed. */
  'allocation_mismatch',
  /** Something changed and the trail does not say so. Matter: the record's id. */
  'event_missing',
  /** Kits at a school after the pickup, neither handed out nor sent back. Matter: the location's id and the kit's, with a colon between. */
  'kits_left_at_school',
  /** Still on the road after the pickup. Matter: the shipment's id. */
  'in_transit',
  /** Rejected at the door and not back at the warehouse. Matter: the shipment's id. */
  'rejected_not_returned',
] as const

/** One of {@link discrepancyCodes}. */
export type DiscrepancyCode = (typeof discrepancyCodes)[number]

/** How much a discrepancy weighs: `info` needs no answer; `warning` and `error` do. */
export const severities = ['info', 'warning', 'error'] as const

/** One of {@link severities}. */
export type Severity = (typeof severities)[number]

/** `open → resolved`, and open again when it is found with other figures. */
export const discrepancyStatuses = ['open', 'resolved'] as const

/** One of {@link discrepancyStatuses}. */
export type DiscrepancyStatus = (typeof discrepancyStatuses)[number]

/** A record behind a discrepancy. */
export interface DiscrepancyRecord {
  type: string
  id: string
}

/** Something that does not add up, as it is found. */
export interface Finding {
  code: DiscrepancyCode
  severity: Severity
  /** What it is about: the same matter found again is the same discrepancy. See {@link discrepancyCodes}. */
  matter: string
  /** One sentence for the one who looks into it. */
  detail: string
  expected?: number | undefined
  actual?: number | undefined
  records: DiscrepancyRecord[]
}

/** What is known of a matter that was found before. */
export interface KnownDiscrepancy {
  status: DiscrepancyStatus
  severity: Severity
  expected: number | null
  actual: number | null
  /** Resolved because it was no longer so, and not because somebody explained it. */
  gone: boolean
}

/**
 * What a finding is to the discrepancy known of its matter: `opened` where there is none, `reopened` where it was gone or was
 * explained with other figures, `refreshed` where it is open with other figures, nothing where it says nothing new.
 */
export function firstOccurrences(
  known: KnownDiscrepancy | undefined,
  finding: Finding,
): 'opened' | 'reopened' | 'refreshed' | undefined {
  if (!known) return 'opened'
  const sameFigures = known.expected === (finding.expected ?? null) && known.actual === (finding.actual ?? null)
  if (known.status === 'resolved') return sameFigures && !known.gone ? undefined : 'reopened'
  return sameFigures && known.severity === finding.severity ? undefined : 'refreshed'
}

/** Whether a discrepancy stands in the way of a signature. */
export function needsAnswer({ severity, status }: { severity: Severity; status: DiscrepancyStatus }): boolean {
  return severity !== 'info' && status === 'open'
}

/** Only somebody who can sign in can look after a discrepancy. */
export const ownerUnknown = defineProblem({
  code: 'owner_unknown',
  status: 422,
  title: 'The owner is not a user',
  detail: () => 'ownerId names no active user. Choose one from the list of users.',
})

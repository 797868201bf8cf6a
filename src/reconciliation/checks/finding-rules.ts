import type { DiscrepancyCode, DiscrepancyRecord, Finding } from '../../discrepancies/rules.ts'

/** What one check found. */
export interface CheckResult {
  code: string
  /** How many things it looked at. */
  compared: number
  /** Told one after the other, once: there may be one for every school. */
  findings: Iterable<Finding>
}

/** What `tell` finds about each of `things`, in their order; nothing where it answers undefined. */
export function* foundIn<Thing>(
  things: Iterable<Thing>,
  tell: (thing: Thing) => Finding | undefined,
): Generator<Finding, void, undefined> {
  for (const thing of things) {
    const finding = tell(thing)
    if (finding) yield finding
  }
}

/** A check that looks at each of `things`. */
export function checkEach<Thing>(
  code: string,
  things: readonly Thing[],
  tell: (thing: Thing) => Finding | undefined,
): CheckResult {
  return { code, compared: things.length, findings: foundIn(things, tell) }
}

/** A contradiction in the books, which should be impossible: always an error. */
export function contradiction(
  code: DiscrepancyCode,
  matter: string,
  detail: string,
  records: DiscrepancyRecord[],
  figures: { expected?: number; actual?: number } = {},
): Finding {
  return { code, severity: 'error', matter, detail, records, ...figures }
}

/** The codes that a run looks for itself: what it no longer finds is settled. The others are facts that stay until answered. */
export const soughtCodes: ReadonlySet<DiscrepancyCode> = new Set<DiscrepancyCode>([
  'missing_in_transit',
  'negative_balance',
  'kits_short_at_school',
  'over_budget',
  'target_not_met',
  'ledger_mismatch',
  'shipment_mismatch',
  'handout_mismatch',
  'allocation_mismatch',
  'event_missing',
  'kits_left_at_school',
  'in_transit',
  'rejected_not_returned',
])

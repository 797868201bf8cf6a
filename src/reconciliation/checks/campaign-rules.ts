import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { type CheckResult, contradiction, foundIn } from './finding-rules.ts'

/** What a campaign set out to, and what came of it. */
export interface CampaignFacts {
  campaignId: Id
  budgetCents: number
  spentCents: number
  targetQuantity: number
  handedOut: number
  /** By the ledger. */
  received: number
  /** By the receipts. */
  receivedOnPaper: number
  /** The confirmed allocation's lines, if there is one. */
  allocation: { id: Id; stockQuantity: number; lines: AllocatedLine[] } | undefined
  /** Records that changed something, and those of them whose events are missing. */
  changes: number
  unrecorded: { type: string; id: Id }[]
}

/** A line of the confirmed allocation. */
export interface AllocatedLine {
  schoolId: Id
  need: number
  shipped: number
  quantity: number
}

/** Every check of the campaign's own figures. Invariants 7 and 8. */
export function checkCampaign(facts: CampaignFacts): CheckResult[] {
  return [receipts(facts), allocation(facts), budget(facts), target(facts), trail(facts)]
}

/** What came from the supplier by the ledger is what the receipts say. */
function receipts({ campaignId, received, receivedOnPaper }: CampaignFacts): CheckResult {
  const figures = { expected: receivedOnPaper, actual: received }
  const detail = `${countOf(received, 'kit')} came from the supplier by the ledger, ${receivedOnPaper} by the receipts.`
  const records = [{ type: 'campaign', id: campaignId }]
  const wrong = contradiction('ledger_mismatch', `received:${campaignId}`, detail, records, figures)
  return {
    code: 'receipts_are_moved',
    compared: receivedOnPaper,
    findings: received === receivedOnPaper ? [] : [wrong],
  }
}

/** The confirmed allocation divides no more than there was, and gives no school more than it needs or was sent before. */
function allocation({ allocation }: CampaignFacts): CheckResult {
  const code = 'allocation_adds_up'
  if (!allocation) return { code, compared: 0, findings: [] }
  const { id, stockQuantity, lines } = allocation
  const run = { type: 'allocation', id }
  const promised = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const shipped = lines.reduce((sum, line) => sum + line.shipped, 0)
  const divided = Math.max(stockQuantity, shipped)
  const findings = foundIn(lines, ({ schoolId, need, shipped, quantity }) => {
    if (quantity <= Math.max(need, shipped)) return undefined
    const detail = `A school is given ${countOf(quantity, 'kit')} and needs ${need}.`
    const figures = { expected: Math.max(need, shipped), actual: quantity }
    return contradiction(
      'allocation_mismatch',
      `${id}:${schoolId}`,
      detail,
      [run, { type: 'school', id: schoolId }],
      figures,
    )
  })
  function* all() {
    yield* findings
    if (promised <= divided) return
    const detail = `The confirmed allocation gives ${countOf(promised, 'kit')} and was made for ${divided}.`
    yield contradiction('allocation_mismatch', id, detail, [run], { expected: divided, actual: promised })
  }
  return { code, compared: lines.length, findings: all() }
}

/** What the receipts cost is within the budget. Figures are cents. */
function budget({ campaignId, budgetCents, spentCents }: CampaignFacts): CheckResult {
  const finding = {
    code: 'over_budget' as const,
    severity: 'warning' as const,
    matter: campaignId,
    detail: `The receipts cost ${euros(spentCents)}, the budget is ${euros(budgetCents)}.`,
    expected: budgetCents,
    actual: spentCents,
    records: [{ type: 'campaign', id: campaignId }],
  }
  return { code: 'within_budget', compared: 1, findings: spentCents > budgetCents ? [finding] : [] }
}

const euroFormat = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const euros = (cents: number) => euroFormat.format(cents / 100)

/** As many kits were handed out as the campaign set out to. */
function target({ campaignId, targetQuantity, handedOut }: CampaignFacts): CheckResult {
  const finding = {
    code: 'target_not_met' as const,
    severity: 'info' as const,
    matter: campaignId,
    detail: `${countOf(handedOut, 'kit was', 'kits were')} handed out of the ${targetQuantity} that the campaign set out to.`,
    expected: targetQuantity,
    actual: handedOut,
    records: [{ type: 'campaign', id: campaignId }],
  }
  return { code: 'target_met', compared: 1, findings: handedOut < targetQuantity ? [finding] : [] }
}

/** Every change has its event. */
function trail({ changes, unrecorded }: CampaignFacts): CheckResult {
  const findings = foundIn(unrecorded, ({ type, id }) =>
    contradiction('event_missing', id, `A ${type} has changed, and the trail does not say how.`, [{ type, id }]),
  )
  return { code: 'changes_have_events', compared: changes, findings }
}

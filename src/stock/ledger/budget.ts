import type { Campaign } from '../../campaigns/index.ts'
import { openDiscrepancy, resolveMatters } from '../../discrepancies/index.ts'
import type { Actor } from '../../identity/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Sources } from './movements.ts'
import { spentCents } from './receipt-repository.ts'

/** Something that an answer says besides: it was done, and somebody should know. */
export interface Warning {
  code: 'over_budget'
  detail: string
}

/**
 * Holds what a campaign's receipts cost against its budget. Going over it is no refusal: it is a warning and an
 * `over_budget` discrepancy, which is resolved when a receipt that was a mistake is reversed.
 */
export async function checkBudget(
  deps: Sources,
  tx: Tx,
  actor: Actor,
  { id: campaignId, budgetCents }: Pick<Campaign, 'id' | 'budgetCents'>,
  receiptId: Id,
): Promise<Warning[]> {
  const spent = await spentCents(tx, campaignId)
  const code = 'over_budget'
  if (spent <= budgetCents) {
    const resolution = 'A receipt was reversed: the campaign is within its budget again.'
    await resolveMatters(deps, tx, actor, { campaignId, code, matters: [campaignId], resolution })
    return []
  }
  const detail = `The campaign’s receipts cost ${euros(spent)}, its budget is ${euros(budgetCents)}.`
  await openDiscrepancy(deps, tx, actor, {
    campaignId,
    code,
    severity: 'warning',
    matter: campaignId,
    detail,
    expected: budgetCents,
    actual: spent,
    records: [
      { type: 'campaign', id: campaignId },
      { type: 'receipt', id: receiptId },
    ],
  })
  return [{ code, detail }]
}

const format = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const euros = (cents: number) => format.format(cents / 100)

import { recordEvent } from '../../audit/index.ts'
import { checkCost, checkNotClosed, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { virtualLocations } from '../../places/index.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { checkDamaged, checkKit } from '../rules.ts'
import { checkBudget, type Warning } from './budget.ts'
import { bookIn } from './movements.ts'
import { getWarehouse } from './places.ts'
import { insertReceipt, type Receipt, spentCents } from './receipt-repository.ts'

/** Goods that came from a supplier: `quantity` is all that came and is paid for, `damagedQuantity` a part of it. */
export type NewReceipt = Omit<Receipt, 'id' | 'occurredAt' | 'recordedAt' | 'reversedAt'> & {
  occurredAt?: string | undefined
}

/**
 * Receives kits at a warehouse and writes the damaged ones off at once. Raises `kit_not_in_campaign`,
 * `more_damaged_than_came`, `campaign_closed`, `too_expensive` and `occurred_in_future`; going over the budget is a warning.
 */
export function receiveKits(
  deps: Deps,
  actor: Actor | undefined,
  command: NewReceipt,
): Promise<Receipt & { warnings: Warning[] }> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'stock:write', { warehouseId: command.warehouseId })
    const occurredAt = occurred(deps.clock, command.occurredAt)
    await getWarehouse(tx, command.warehouseId)
    const campaign = await getCampaign(tx, command.campaignId)
    refuse(checkNotClosed(campaign) ?? checkKit(campaign, command.kitId) ?? checkDamaged(command))
    const spent = await spentCents(tx, campaign.id)
    refuse(checkCost(spent + command.quantity * command.unitCostCents))
    const row = { ...command, id: deps.newId(), occurredAt, recordedAt: deps.clock.now() }
    const receipt = await insertReceipt(tx, row)
    const { id, campaignId, kitId, quantity, damagedQuantity, unitCostCents } = receipt
    const change = { campaignId, kitId, quantity, damagedQuantity, unitCostCents }
    await bookIn(deps, tx, actor, {
      kitId,
      campaignId,
      quantity,
      damagedQuantity,
      kind: 'receipt',
      causeType: 'receipt',
      causeId: id,
      fromLocationId: virtualLocations.supplier,
      toLocationId: receipt.warehouseId,
      occurredAt,
    })
    await recordEvent(deps, tx, actor, 'receipt.recorded', id, change)
    const warnings = await checkBudget(deps, tx, actor, campaign, id)
    return { ...receipt, warnings }
  })
}

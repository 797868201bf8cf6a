import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { getLocation, getSchool } from '../../places/index.ts'
import { refuse } from '../../shared/problem.ts'
import { occurred } from '../../shared/time-facts.ts'
import { checkTakeable } from '../rules.ts'
import { insertReturn, type Return } from './adjustment-repository.ts'
import { stockOf } from './balance-repository.ts'
import { moveStock } from './movements.ts'
import { campaignsAt, getWarehouse } from './places.ts'

/** Kits that a school sends back to a warehouse. */
export type NewReturn = Omit<Return, 'id' | 'occurredAt' | 'recordedAt'> & { occurredAt?: string | undefined }

/** Takes back what a school sends. Raises `insufficient_stock` for more than the school has by the book. */
export function returnKits(deps: Deps, actor: Actor | undefined, command: NewReturn): Promise<Return> {
  return deps.db.transact(async (tx) => {
    const { schoolId, warehouseId, kitId, quantity, reason } = command
    authorize(actor, 'stock:write', { warehouseId })
    const occurredAt = occurred(deps.clock, command.occurredAt)
    await getWarehouse(tx, warehouseId)
    const yard = await getLocation(tx, (await getSchool(tx, schoolId)).locationId)
    refuse(checkTakeable(await stockOf(tx, yard.id, kitId), quantity))
    const row = { ...command, id: deps.newId(), occurredAt, recordedAt: deps.clock.now() }
    const returned = await insertReturn(tx, row)
    await moveStock(deps, tx, actor, {
      kitId,
      campaignId: (await campaignsAt(tx, yard, kitId))[0]?.id,
      kind: 'return',
      fromLocationId: yard.id,
      toLocationId: warehouseId,
      quantity,
      causeType: 'return',
      causeId: returned.id,
      reason,
      occurredAt,
    })
    await recordEvent(deps, tx, actor, 'return.recorded', returned.id, { schoolId, warehouseId, kitId, quantity })
    return returned
  })
}

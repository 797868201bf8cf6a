import type { Id } from '../../shared/ids.ts'
import { insufficientStock, type Stock } from '../rules.ts'

/** How many kits a school is to be sent. */
export interface Promised {
  schoolId: Id
  quantity: number
}

/** How many kits a school is to be sent from a warehouse. */
export interface PromisedFrom extends Promised {
  warehouseId: Id
}

/**
 * Distributes what schools are promised over what warehouses have available, in the order of both: the first warehouse until
 * it is used up, then the next, so that a school is served from one wherever that is possible. Raises
 * `insufficient_stock` when all of them together have too few.
 */
export function distribute(lines: Promised[], stock: (Stock & { warehouseId: Id })[]): PromisedFrom[] {
  const parts: PromisedFrom[] = []
  const sources = stock.map(({ warehouseId, onHand, reserved }) => ({ warehouseId, available: onHand - reserved }))
  for (const { schoolId, quantity } of lines) {
    let left = quantity
    for (const source of inOrderFor(sources, quantity)) {
      const taken = Math.min(left, source.available)
      if (taken === 0) continue
      parts.push({ schoolId, warehouseId: source.warehouseId, quantity: taken })
      source.available -= taken
      left -= taken
    }
    if (left > 0) throw insufficientStock(sumOf(stock))
  }
  return parts
}

/** The first that has it all; none has: all of them, in order. */
function inOrderFor<Source extends { available: number }>(sources: Source[], quantity: number): Source[] {
  const whole = sources.find(({ available }) => available >= quantity)
  return whole ? [whole] : sources
}

function sumOf(stock: Stock[]): Stock {
  const sum = (quantity: keyof Stock) => stock.reduce((all, one) => all + one[quantity], 0)
  return { onHand: sum('onHand'), reserved: sum('reserved') }
}

import type { Id } from '../../shared/ids.ts'
import { countOf } from '../../shared/plurals.ts'
import { type CheckResult, checkEach, contradiction } from './finding-rules.ts'

/** What the books say of the campaign's kit at one location. */
export interface LocationFacts {
  locationId: Id
  kind: string
  name: string
  /** The school whose yard it is. */
  schoolId: Id | null
  onHand: number
  reserved: number
  /** What has come less what has gone, summed from the movements. */
  moved: number
  /** Reservations and planned shipments, summed. */
  promised: number
}

/** The ledger of one kit. */
export interface LedgerFacts {
  kitId: Id
  locations: LocationFacts[]
  /** Whether the pickup has ended. */
  ended: boolean
}

const at = ({ locationId, schoolId }: LocationFacts) => [
  { type: 'location', id: locationId },
  ...(schoolId ? [{ type: 'school', id: schoolId }] : []),
]

const sum = (locations: LocationFacts[], figure: (location: LocationFacts) => number) =>
  locations.reduce((total, location) => total + figure(location), 0)

/** Every check of the ledger. Invariants 1, 2 and 6. */
export function checkLedger(facts: LedgerFacts): CheckResult[] {
  return [
    conservation(facts),
    balances(facts),
    warehouses(facts),
    schools(facts),
    reservations(facts),
    promises(facts),
    leftovers(facts),
  ]
}

/** The balances of all locations, virtual ones included, sum to zero: no kit appears or vanishes. */
function conservation({ kitId, locations }: LedgerFacts): CheckResult {
  const total = sum(locations, ({ onHand }) => onHand)
  const detail = `The balances of all locations sum to ${total} and should sum to 0. A balance was changed outside the ledger.`
  const records = [{ type: 'kit', id: kitId }]
  const wrong = contradiction('ledger_mismatch', `conservation:${kitId}`, detail, records, {
    expected: 0,
    actual: total,
  })
  return { code: 'conservation', compared: locations.length, findings: total === 0 ? [] : [wrong] }
}

/** Every balance is the sum of its movements. */
function balances({ kitId, locations }: LedgerFacts): CheckResult {
  return checkEach('balance_is_sum_of_movements', locations, (location) => {
    const { locationId, name, onHand, moved } = location
    if (onHand === moved) return undefined
    const detail = `The balance at ${name} is ${onHand}, but its movements sum to ${moved}.`
    const figures = { expected: moved, actual: onHand }
    return contradiction('ledger_mismatch', `balance:${locationId}:${kitId}`, detail, at(location), figures)
  })
}

/** No warehouse and no road holds less than nothing. */
function warehouses({ kitId, locations }: LedgerFacts): CheckResult {
  const bounded = locations.filter(({ kind }) => kind === 'warehouse' || kind === 'transit')
  return checkEach('no_stock_from_nothing', bounded, (location) => {
    const { locationId, name, onHand, moved } = location
    const actual = Math.min(onHand, moved)
    if (actual >= 0) return undefined
    const detail = `${name} holds ${countOf(actual, 'kit')}, which cannot be.`
    const figures = { expected: 0, actual }
    return contradiction('ledger_mismatch', `below_zero:${locationId}:${kitId}`, detail, at(location), figures)
  })
}

/** Where a school handed out more than is known to have come, a delivery or a count is missing. */
function schools({ kitId, locations }: LedgerFacts): CheckResult {
  const yards = locations.filter(({ kind }) => kind === 'school')
  return checkEach('negative_balance', yards, (location) => {
    const { locationId, name, onHand } = location
    if (onHand >= 0) return undefined
    return {
      code: 'negative_balance',
      severity: 'warning',
      matter: `${locationId}:${kitId}`,
      detail: `${name} handed out ${countOf(-onHand, 'kit')} more than it is known to have got. Look for a delivery that nobody confirmed.`,
      expected: 0,
      actual: onHand,
      records: at(location),
    }
  })
}

/** What a warehouse's balance calls reserved is what reservations and planned shipments promise. */
function reservations({ kitId, locations }: LedgerFacts): CheckResult {
  return checkEach('reserved_is_promised', locations, (location) => {
    const { locationId, name, reserved, promised } = location
    if (reserved === promised) return undefined
    const detail = `${countOf(reserved, 'kit is', 'kits are')} reserved at ${name}, but ${countOf(promised, 'is', 'are')} promised from there.`
    const figures = { expected: promised, actual: reserved }
    return contradiction('ledger_mismatch', `reserved:${locationId}:${kitId}`, detail, at(location), figures)
  })
}

/** Nothing is promised twice: what is promised from a warehouse is there. */
function promises({ kitId, locations }: LedgerFacts): CheckResult {
  const stores = locations.filter(({ kind }) => kind === 'warehouse')
  return checkEach('nothing_promised_twice', stores, (location) => {
    const { locationId, name, promised, moved } = location
    if (promised <= Math.max(0, moved)) return undefined
    const detail = `${countOf(promised, 'kit is', 'kits are')} promised from ${name}, but only ${countOf(moved, 'is', 'are')} there.`
    const figures = { expected: moved, actual: promised }
    return contradiction('ledger_mismatch', `promised:${locationId}:${kitId}`, detail, at(location), figures)
  })
}

/** After the pickup: what is still at a school, to be counted, sent back or kept. */
function leftovers({ kitId, locations, ended }: LedgerFacts): CheckResult {
  const yards = ended ? locations.filter(({ kind }) => kind === 'school') : []
  return checkEach('kits_left_at_school', yards, (location) => {
    const { locationId, name, onHand } = location
    if (onHand <= 0) return undefined
    return {
      code: 'kits_left_at_school',
      severity: 'info',
      matter: `${locationId}:${kitId}`,
      detail: `${countOf(onHand, 'kit is', 'kits are')} left at ${name}: neither handed out nor sent back.`,
      expected: 0,
      actual: onHand,
      records: at(location),
    }
  })
}

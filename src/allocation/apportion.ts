import { hash } from 'node:crypto'
import type { AllocationLine, AllocationRule, ReasonCode } from './reason.ts'
import { type Division, type Draw, divide, largestClaim } from './sainte-lague.ts'

/** A school as the apportionment sees it, in kits. */
export interface SchoolNeed {
  /** Distinct within a run. */
  id: string
  /** What it should have in the end, any buffer included ({@link needOf}): 0 to 2,000,000. */
  need: number
  /** What has been shipped to it and stays there: 0 or more, even beyond the need. */
  shipped: number
}

/** What to divide, among whom, and by which rules. */
export interface ApportionmentInput {
  schools: readonly SchoolNeed[]
  /** Kits to divide, those shipped included: on hand + shipped - reserve. Below what was shipped it divides nothing more. */
  stock: number
  policy?: {
    /** Kits that every school gets, up to its need, before anything else is divided. */
    minimumPerSchool?: number | undefined
    /** Schools whose whole need comes before that of others. Ids that are not among the schools have no effect. */
    prioritySchoolIds?: readonly string[] | undefined
  }
  /** What lots are drawn with (`drawLots`); record it with the run. A later run with the same seed draws the same. */
  seed: string
}

/** A division of kits among schools. */
export interface Apportionment {
  /** Kits per school, what was shipped included, along the input's schools. */
  quantities: Int32Array
  /** The sum of the needs. */
  needQuantity: number
  /** Kits that schools need and do not get. */
  shortfall: number
  /** The same as `quantities` for people: the line of the school at `index` of the input, which says why. Made when asked for. */
  line(index: number): AllocationLine
}

/**
 * Kits that a school needs for `enrolled` children and a buffer of `bufferPercent` (a whole number, 0 or more), rounded
 * up. The one who asks for an apportionment applies it, so that a line's need is the number that was divided by.
 */
export function needOf(enrolled: number, bufferPercent = 0): number {
  return Math.ceil((enrolled * (100 + bufferPercent)) / 100)
}

const largestQuantity = 2 ** 31 - 1

function checked(value: number, largest: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return value
  throw new RangeError(`${what} must be a whole number from 0 to ${largest}, not ${value}`)
}

/** The figures as columns, which is what makes 200,000 schools quick. */
function columns(schools: readonly SchoolNeed[]): { needs: Int32Array; shipped: Int32Array } {
  const needs = new Int32Array(schools.length)
  const shipped = new Int32Array(schools.length)
  for (let i = 0; i < schools.length; i++) {
    const school = schools[i]!
    needs[i] = checked(school.need, largestClaim, 'need')
    shipped[i] = checked(school.shipped, largestQuantity, 'shipped')
  }
  return { needs, shipped }
}

/** What each rule lets the schools claim, in the order in which the rules apply. */
function claimsByRule(
  { schools, policy: { minimumPerSchool = 0, prioritySchoolIds = [] } = {} }: ApportionmentInput,
  needs: Int32Array,
): [AllocationRule, Int32Array][] {
  const claims: [AllocationRule, Int32Array][] = [['share', needs]]
  if (prioritySchoolIds.length > 0) {
    const named = new Set(prioritySchoolIds)
    claims.unshift(['priority', needs.map((need, i) => (named.has(schools[i]!.id) ? need : 0))])
  }
  const minimum = checked(minimumPerSchool, largestQuantity, 'minimumPerSchool')
  if (minimum > 0) claims.unshift(['minimum', needs.map((need) => Math.min(need, minimum))])
  return claims
}

function totals(needs: Int32Array, quantities: Int32Array): Pick<Apportionment, 'needQuantity' | 'shortfall'> {
  let needQuantity = 0
  let shortfall = 0
  for (let i = 0; i < needs.length; i++) {
    needQuantity += needs[i]!
    shortfall += Math.max(0, needs[i]! - quantities[i]!)
  }
  return { needQuantity, shortfall }
}

interface Step extends Division {
  rule: AllocationRule
}

function reasonCode(need: number, quantity: number, lastRule: AllocationRule): ReasonCode {
  if (quantity > need) return 'shipped_beyond_need'
  if (quantity < need) return `${lastRule}_short`
  return need === 0 ? 'not_needed' : 'need_met'
}

/** The line of the school at `index`: `steps` are the rules applied, the last being the one where the division ended. */
function lineAt(index: number, { id, need, shipped }: SchoolNeed, steps: readonly Step[]): AllocationLine {
  const kits = { shipped, minimum: 0, priority: 0, share: 0 }
  let quantity = shipped
  for (const { rule, quantities } of steps) {
    kits[rule] = quantities[index]! - quantity
    quantity = quantities[index]!
  }
  const { rule, lots } = steps.at(-1)!
  const lot = ([null, 'won', 'lost'] as const).at(lots[index]!)!
  return { schoolId: id, need, quantity, code: reasonCode(need, quantity, rule), kits, lot }
}

/**
 * Divides stock among schools (invariant 7 of the domain). Each rule fills its claims by Sainte-Laguë before the next one
 * begins, and counts what the rules before it gave:
 *
 * 1. what was shipped stays, even beyond the need or the stock;
 * 2. the minimum: every school claims the smaller of minimum and need, so that a short stock is shared evenly;
 * 3. priority: every named school claims its need;
 * 4. share: every school claims its need.
 *
 * Why no school gets less when stock grows: a rule begins only when all claims of the one before it are met, and within a
 * rule kits are awarded in an order that doesn't depend on the stock (quotient, then lot). So all kits stand in one queue
 * that the input fixes, and more stock serves more of the same queue. What is shipped only takes places in it as served.
 *
 * Raises RangeError for figures that are not whole or out of range. Time: see `divide`, which does real work for one rule
 * only, the one at which the stock runs out.
 */
export function apportion(input: ApportionmentInput): Apportionment {
  const { schools, stock, seed } = input
  if (!Number.isSafeInteger(stock)) throw new RangeError(`stock must be a whole number, not ${stock}`)
  const { needs, shipped } = columns(schools)
  const draw: Draw = (tied, places) => {
    const ids = tied.map((index) => schools[index]!.id)
    return drawLots(seed, ids, places)
  }

  const steps: Step[] = []
  let quantities = shipped
  for (const [rule, claims] of claimsByRule(input, needs)) {
    const division = divide(claims, quantities, stock, draw)
    steps.push({ rule, ...division })
    quantities = division.quantities
    if (!division.complete) break
  }
  return { quantities, ...totals(needs, quantities), line: (index) => lineAt(index, schools[index]!, steps) }
}

/**
 * Which of `ids`, all different, win one of the `places` (1 to their number) in a draw: those with the lowest SHA-256 of
 * `seed:id`, compared as hexadecimal. Neither the order of the ids nor who else takes part changes an id's lot, and anybody
 * who knows the seed can draw again: `printf %s "$seed:$id" | sha256sum`.
 */
function drawLots(seed: string, ids: readonly string[], places: number): boolean[] {
  const lots = ids.map((id) => hash('sha256', `${seed}:${id}`))
  const lastToWin = lots.toSorted()[places - 1]!
  return lots.map((lot) => lot <= lastToWin)
}

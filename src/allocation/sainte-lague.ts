/** The largest claim that {@link divide} takes, in kits: all its arithmetic then stays exact, below 2^53. */
export const largestClaim = 2_000_000

/** A division of kits. The columns run along the claims. */
export interface Division {
  quantities: Int32Array
  /** 1 for a claim that won the last kit by lot, -1 for one that lost it, 0 where no lot was drawn. */
  lots: Int8Array
  /** Whether every claim is met in full. */
  complete: boolean
}

/** Decides which claims, equally entitled and given by their indexes, get the last `places` kits. Answers along `tied`. */
export type Draw = (tied: readonly number[], places: number) => boolean[]

/** A division under way: what is still open is which of the claims `next` in line get the `left` kits, one each. */
interface Remainder {
  quantities: Int32Array
  next: number[]
  left: number
}

// Rates are whole numbers of 2^-31 kits per claimed kit: one step of the rate never earns a claim two kits more.
const one = 2 ** 31

/** `claim * rate / one`, rounded half up: kit number k (from 0) is earned once claim / (2k + 1) >= one / (2 * rate). */
function earned(claim: number, rate: number): number {
  return Math.floor((claim * rate + one / 2) / one)
}

function sum(kits: Int32Array): number {
  let total = 0
  for (let i = 0; i < kits.length; i++) total += kits[i]!
  return total
}

/** Below 0 where claim `a` comes before `b` for its next kit. Cross-multiplied: whole numbers, exact below 2^53. */
function precedence(claims: Int32Array, quantities: Int32Array, a: number, b: number): number {
  return claims[b]! * (2 * quantities[a]! + 1) - claims[a]! * (2 * quantities[b]! + 1)
}

/**
 * Finds, by bisection, the neighbouring rates between which the stock runs out. Claims that come to the same at both ends
 * of the interval come to it at every rate within, so they drop out of `next`, most of them after a few steps. What all
 * of `next` are equally entitled to is left to the draw as soon as that shows.
 */
function narrow(claims: Int32Array, held: Int32Array, filled: Int32Array, stock: number): Remainder {
  const enough = { rate: 0, kits: held.slice() }
  const tooMuch = { rate: one, kits: filled.slice() }
  const middle = new Int32Array(claims.length)
  let next = claims.map((_, i) => i)
  let left = stock - sum(held)
  while (tooMuch.rate - enough.rate > 1) {
    const rate = Math.floor((enough.rate + tooMuch.rate) / 2)
    let more = 0
    for (let n = 0; n < next.length; n++) {
      const i = next[n]!
      middle[i] = Math.max(enough.kits[i]!, earned(claims[i]!, rate))
      more += middle[i]! - enough.kits[i]!
    }
    const end = more <= left ? enough : tooMuch
    if (end === enough) left -= more
    end.rate = rate
    let kept = 0
    for (let n = 0; n < next.length; n++) {
      const i = next[n]!
      end.kits[i] = middle[i]!
      if (enough.kits[i]! < tooMuch.kits[i]!) next[kept++] = i
    }
    // Where none drops out all may be equally entitled to the last kits, and no further step would tell them apart.
    const settled =
      kept === next.length && left < kept && next.every((i) => precedence(claims, enough.kits, i, next[0]!) === 0)
    if (settled) break
    next = next.subarray(0, kept)
  }
  return { quantities: enough.kits, next: [...next], left }
}

/** Awards what is left in the order of precedence, and draws lots where that comes to claims equally entitled. */
function awardLast(claims: Int32Array, { quantities, next, left }: Remainder, draw: Draw): Division {
  const lots = new Int8Array(claims.length)
  const compare = (a: number, b: number) => precedence(claims, quantities, a, b)
  const refused = next.sort(compare)[left]!
  const ahead = next.filter((claim) => compare(claim, refused) < 0)
  const tied = next.filter((claim) => compare(claim, refused) === 0)
  const places = left - ahead.length
  for (const claim of ahead) quantities[claim]! += 1
  const won = places > 0 ? draw(tied, places) : []
  won.forEach((win, n) => {
    lots[tied[n]!] = win ? 1 : -1
    if (win) quantities[tied[n]!]! += 1
  })
  return { quantities, lots, complete: false }
}

/**
 * Divides `stock` kits among claims by the divisor method of Sainte-Laguë (Webster): the next kit always goes to the
 * claim with the largest claim / (2 * quantity + 1). `claims` are 0 to {@link largestClaim} kits; `held` is what each
 * has already and keeps, even beyond its claim; `stock` includes it. No kit is awarded beyond a claim, and none is left
 * over while a claim is open.
 *
 * Kits are not awarded one by one: bisection finds the rate at which the stock runs out, and only what lies between that
 * rate and its neighbour is awarded singly. O(S + T log T) for S claims of which T are equally entitled to the last kits,
 * however many kits. (After Cheng and Eppstein, Linear-time Algorithms for Proportional Apportionment, ISAAC 2014.)
 */
export function divide(claims: Int32Array, held: Int32Array, stock: number, draw: Draw): Division {
  const filled = claims.map((claim, i) => Math.max(claim, held[i]!))
  if (sum(filled) <= stock) return { quantities: filled, lots: new Int8Array(claims.length), complete: true }
  if (sum(held) >= stock) return { quantities: held, lots: new Int8Array(claims.length), complete: false }
  return awardLast(claims, narrow(claims, held, filled, stock), draw)
}

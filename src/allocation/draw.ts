import { hash } from 'node:crypto'

/**
 * Which of `ids`, all different, win one of the `places` (1 to their number) in a draw: those with the lowest SHA-256 of
 * `seed:id`, compared as hexadecimal. Neither the order of the ids nor who else takes part changes an id's lot, and anybody
 * who knows the seed can draw again: `printf %s "$seed:$id" | sha256sum`.
 */
export function drawLots(seed: string, ids: readonly string[], places: number): boolean[] {
  const lots = ids.map((id) => hash('sha256', `${seed}:${id}`))
  const lastToWin = lots.toSorted()[places - 1]!
  return lots.map((lot) => lot <= lastToWin)
}

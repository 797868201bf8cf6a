import { fromBase64url, toBase64url } from './base64url.ts'
import { invalidInput } from './problem.ts'

/** One page of a list. `nextCursor` is null on the last. */
export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** What a caller asks of a list: at most `limit` items (1–500) behind `cursor`. */
export interface PageQuery {
  limit: number
  cursor?: string | undefined
  /** Set where a list is answered whole, page by page: the first page of the answer, or one of those behind it. */
  streamed?: 'first' | 'more'
}

/** The key of the last item seen: the values that the list is ordered by, ending in the id. */
export type CursorKey = (string | number)[]

/** Packs a key into the opaque text that a client hands back. */
export function encodeCursor(key: CursorKey): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(key)))
}

/**
 * The key inside `cursor`, of `length` values: texts, and numbers that are whole and exact, as no other is in a key and not every
 * engine takes. Raises `invalid_input` for one that we did not make.
 */
export function decodeCursor(cursor: string | undefined, length: number): CursorKey | undefined {
  if (cursor === undefined) return undefined
  try {
    const key = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(cursor))) as unknown
    const whole = Array.isArray(key) && key.length === length
    if (whole && key.every((part) => typeof part === 'string' || Number.isSafeInteger(part))) return key as CursorKey
  } catch {
    // Not ours: answered below.
  }
  throw foreignCursor()
}

/** The number inside `cursor`, of a list that is in the order of one. Raises `invalid_input` for one that we did not make. */
export function decodePosition(cursor: string | undefined): number | undefined {
  const [position] = decodeCursor(cursor, 1) ?? []
  if (typeof position === 'string') throw foreignCursor()
  return position
}

const foreignCursor = () =>
  invalidInput({ errors: [{ pointer: '/querystring/cursor', message: 'is not a cursor of this list' }] })

/** Makes a page out of up to `limit + 1` rows: the one too many says that there is more. */
export function toPage<Item>(rows: Item[], limit: number, keyOf: (item: Item) => CursorKey): Page<Item> {
  const items = rows.length > limit ? rows.slice(0, limit) : rows
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null }
}

/** `items` some at a time, each `size` but the last: for work that asks or tells a database of many. */
export function* portions<Item>(items: readonly Item[], size = 500): Generator<readonly Item[], void, undefined> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** As many as come, `size` at a time: none of them is made before the ones ahead of it are done with. */
export function* gathered<Item>(items: Iterable<Item>, size = 500): Generator<Item[], void, undefined> {
  let some: Item[] = []
  for (const item of items) {
    some.push(item)
    if (some.length < size) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

import { hash } from 'node:crypto'

/**
 * Merkle trees as certificate transparency has them (RFC 9162, section 2.1), with SHA-256. A tree grows at its right end
 * only; leaves count from 0. Nothing here keeps more of a tree than the logarithm of its size.
 */

/** The right-open span of leaves `[from, to)` that a node of a tree stands over. */
export type Span = readonly [from: number, to: number]

/** A subtree over a power of two of leaves: those from `index · 2^level` on. It never changes again. */
export interface Subtree {
  level: number
  index: number
}

const sha256 = (data: Uint8Array) => hash('sha256', data, 'buffer')
const leafPrefix = Buffer.from([0])
const nodePrefix = Buffer.from([1])

/** The root of a tree without leaves. */
export const emptyRoot: Buffer = sha256(new Uint8Array())

/** The hash of the leaf that holds `data`. */
export function leafHash(data: Uint8Array): Buffer {
  return sha256(Buffer.concat([leafPrefix, data]))
}

/** The hash of the node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([nodePrefix, left, right]))
}

/** The largest power of two below `size`, which is 2 or more: where a tree divides. */
function split(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

/** The complete subtrees that the leaves of a span divide into, from the left, the larger before the smaller. */
export function subtreesOf([from, to]: Span): Subtree[] {
  const subtrees: Subtree[] = []
  for (let at = from; at < to; ) {
    let level = 0
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++
    subtrees.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return subtrees
}

/** The hash over neighbouring subtrees as {@link subtreesOf} divides a span. */
export function joinHashes(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** The spans whose hashes prove that leaf `index` is in a tree of `size` leaves, from the leaf upwards (section 2.1.3.1). */
export function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = []
  let [from, to]: Span = [0, size]
  while (to - from > 1) {
    const middle = from + split(to - from)
    spans.push(index < middle ? [middle, to] : [from, middle])
    if (index < middle) to = middle
    else from = middle
  }
  return spans.reverse()
}

/** The spans whose hashes prove that a tree of `size` leaves begins with the one of `first` leaves (section 2.1.4.1). */
export function consistencySpans(first: number, size: number): Span[] {
  const spans: Span[] = []
  let [from, to]: Span = [0, size]
  while (to !== first) {
    const middle = from + split(to - from)
    spans.push(first <= middle ? [middle, to] : [from, middle])
    if (first <= middle) to = middle
    else from = middle
  }
  // The whole first tree is known to who asks; a part of it is not.
  if (from > 0) spans.push([from, to])
  return spans.reverse()
}

/** Whether `path` proves that `leaf` is leaf `index` of the tree of `size` leaves with `root` (section 2.1.3.2). */
export function verifyInclusion(leaf: Buffer, index: number, size: number, path: readonly Buffer[], root: Buffer) {
  if (index >= size) return false
  let [node, last, reached] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return false
    const isRight = node % 2 === 1 || node === last
    reached = isRight ? nodeHash(sibling, reached) : nodeHash(reached, sibling)
    // The end of a tree has no right neighbour on some levels.
    while (isRight && node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && reached.equals(root)
}

/** What is compared by {@link verifyConsistency}: two trees, by size and root. */
export interface TreeHead {
  /** How many leaves; 1 or more. */
  size: number
  root: Buffer
}

/** Whether `path` proves that the tree `second` begins with all leaves of `first` (section 2.1.4.2). */
export function verifyConsistency(first: TreeHead, second: TreeHead, path: readonly Buffer[]): boolean {
  if (first.size < 1 || first.size > second.size) return false
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root)
  const [start, ...rest] = Number.isInteger(Math.log2(first.size)) ? [first.root, ...path] : path
  let [node, last] = [first.size - 1, second.size - 1]
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  if (!start || path.length === 0) return false
  let [old, now] = [start, start]
  for (const sibling of rest) {
    if (last === 0) return false
    const isRight = node % 2 === 1 || node === last
    if (isRight) old = nodeHash(sibling, old)
    now = isRight ? nodeHash(sibling, now) : nodeHash(now, sibling)
    while (isRight && node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && old.equals(first.root) && now.equals(second.root)
}

/** A tree that grows, of which only its right edge is kept: one hash for each 1 in the binary size. */
export interface GrowingTree {
  readonly size: number
  add(leaf: Buffer): void
  root(): Buffer
}

/** A tree without leaves yet. */
export function growTree(): GrowingTree {
  const edge: { level: number; hash: Buffer }[] = []
  let size = 0
  return {
    get size() {
      return size
    },
    add(leaf) {
      size++
      let node = { level: 0, hash: leaf }
      for (let left = edge.at(-1); left?.level === node.level; left = edge.at(-1)) {
        edge.pop()
        node = { level: node.level + 1, hash: nodeHash(left.hash, node.hash) }
      }
      edge.push(node)
    },
    root: () => joinHashes(edge.map(({ hash }) => hash)),
  }
}

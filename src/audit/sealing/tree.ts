import type { Db, Reader, Tx } from '../../schema.ts'
import { trailBroken } from '../rules.ts'
import { growTree, joinHashes, nodeHash, type Span, type Subtree, subtreesOf } from './merkle.ts'
import { countNodes, findNode, insertNodes, listLeaves } from './repository.ts'

/** Subtrees of 2⁸ leaves and more are kept; smaller ones are computed from their leaves. */
const keptLevel = 8
const leavesPerNode = 2 ** keptLevel
const nodesTogether = 64

type Node = Subtree & { hash: Buffer }

/** The hash over each span of the trail's leaves: a few rows for each, however long the trail is. Raises `trail_broken`. */
export async function hashSpans(reader: Reader, spans: Span[]): Promise<Buffer[]> {
  const hashes: Buffer[] = []
  for (const span of spans) {
    const parts: Buffer[] = []
    for (const subtree of subtreesOf(span)) parts.push(await hashSubtree(reader, subtree))
    hashes.push(joinHashes(parts))
  }
  return hashes
}

async function hashSubtree(reader: Reader, subtree: Subtree): Promise<Buffer> {
  const { level, index } = subtree
  if (level < keptLevel) return hashLeaves(reader, index * 2 ** level, (index + 1) * 2 ** level)
  const node = await findNode(reader, subtree)
  if (!node) throw trailBroken({ found: 'A part of the tree over the entries is missing.' })
  return node
}

async function hashLeaves(reader: Reader, from: number, to: number): Promise<Buffer> {
  const leaves = await listLeaves(reader, from, to)
  if (leaves.length !== to - from) throw trailBroken({ found: `Entries between ${from + 1} and ${to} are missing.` })
  const tree = growTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}

/** Keeps the nodes of a trail of `size` entries that are not kept yet. Two at once keep the same ones. */
export async function keepNodes(db: Db, size: number): Promise<void> {
  const complete = Math.floor(size / leavesPerNode)
  for (let first = await countNodes(db.read, keptLevel); first < complete; first += nodesTogether) {
    const nodes = await nodesOf(db.read, first, Math.min(first + nodesTogether, complete))
    await db.transact((tx: Tx) => insertNodes(tx, nodes))
  }
}

/** The nodes over the blocks of leaves `[first, end)`, and those above that become complete with them. */
async function nodesOf(reader: Reader, first: number, end: number): Promise<Node[]> {
  const nodes: Node[] = []
  const left = async (level: number, index: number) =>
    nodes.find((node) => node.level === level && node.index === index)?.hash ?? hashSubtree(reader, { level, index })
  for (let block = first; block < end; block++) {
    let node: Node = {
      level: keptLevel,
      index: block,
      hash: await hashLeaves(reader, block * leavesPerNode, (block + 1) * leavesPerNode),
    }
    nodes.push(node)
    while (node.index % 2 === 1) {
      const hash = nodeHash(await left(node.level, node.index - 1), node.hash)
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash }
      nodes.push(node)
    }
  }
  return nodes
}

import fc from 'fast-check'
import t from 'tap'
import {
  consistencySpans,
  emptyRoot,
  growTree,
  inclusionSpans,
  joinHashes,
  leafHash,
  nodeHash,
  type Span,
  type Subtree,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/audit/sealing/merkle.ts'

/** The eight leaves, and what follows from them, by which implementations of certificate transparency are tested. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (data) => leafHash(Buffer.from(data, 'hex')),
)
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const second = '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'
const third = '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e'
const lastFour = '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4'
const lastTwo = 'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0'
const fifth = 'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b'
const fifthAndSixth = '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a'

/** The hash of a complete subtree by the definition itself. */
function hashOf(leaves: Buffer[], { level, index }: Subtree): Buffer {
  if (level === 0) return leaves[index]!
  const half = (side: number) => hashOf(leaves, { level: level - 1, index: index * 2 + side })
  return nodeHash(half(0), half(1))
}
const hashesOf = (leaves: Buffer[], spans: Span[]) =>
  spans.map((span) => joinHashes(subtreesOf(span).map((subtree) => hashOf(leaves, subtree))))
const hex = (hashes: Buffer[]) => hashes.map((hash) => hash.toString('hex'))
function rootOf(leaves: Buffer[]): Buffer {
  const tree = growTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}

t.test('a growing tree has the roots of RFC 9162', async (t) => {
  t.same(
    roots.map((_, size) => rootOf(leaves.slice(0, size)).toString('hex')),
    roots,
  )
  t.ok(rootOf([]).equals(emptyRoot))
})

t.test('inclusion proofs are those of RFC 9162', async (t) => {
  const proof = (leaf: number, size: number) => hex(hashesOf(leaves, inclusionSpans(leaf, size)))
  t.same(proof(0, 1), [])
  t.same(proof(0, 8), [second, third, lastFour])
  t.same(proof(5, 8), [fifth, lastTwo, roots[4]])
  t.same(proof(2, 3), [roots[2]])
  t.same(proof(1, 5), [roots[1], third, fifth])
})

t.test('consistency proofs are those of RFC 9162', async (t) => {
  const proof = (first: number, size: number) => hex(hashesOf(leaves, consistencySpans(first, size)))
  t.same(proof(1, 1), [])
  t.same(proof(1, 8), [second, third, lastFour])
  t.same(proof(6, 8), [fifthAndSixth, lastTwo, roots[4]])
  t.same(proof(2, 5), [third, fifth])
})

/** A tree of any shape with one of its leaves, and another leaf or root in its place. */
const trees = fc
  .integer({ min: 1, max: 200 })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1), fc.nat(size - 1), fc.uint8Array({ minLength: 1 })))
const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => leafHash(Buffer.from(String(i))))

t.test('every leaf of a tree of any size is proven to be in it, and no other leaf or place is', async (t) => {
  const property = fc.property(trees, ([size, index, elsewhere, data]) => {
    const all = leavesOf(size)
    const path = hashesOf(all, inclusionSpans(index, size))
    const root = rootOf(all)
    const [leaf, other] = [all[index]!, leafHash(Buffer.concat([Buffer.from('other'), data]))]
    const proves = (l = leaf, i = index, n = size, p = path, r = root) => verifyInclusion(l, i, n, p, r)
    const altered = path.map((hash, i) => (i === elsewhere % path.length ? other : hash))
    return (
      proves() &&
      path.length <= Math.ceil(Math.log2(size)) &&
      !proves(other) &&
      !proves(leaf, index, size, path, other) &&
      !proves(leaf, size) &&
      (elsewhere === index || !proves(leaf, elsewhere)) &&
      (size === 1 || (!proves(leaf, index, size, altered) && !proves(leaf, index, size, path.slice(1)))) &&
      !proves(leaf, index, size, [...path, other])
    )
  })
  t.doesNotThrow(() => fc.assert(property))
})

t.test('a tree of any size is proven to begin with each before it, and with no altered one', async (t) => {
  const property = fc.property(trees, ([size, index, changed, data]) => {
    const all = leavesOf(size)
    const first = { size: index + 1, root: rootOf(all.slice(0, index + 1)) }
    const now = { size, root: rootOf(all) }
    const path = hashesOf(all, consistencySpans(first.size, size))
    const other = leafHash(Buffer.concat([Buffer.from('other'), data]))
    const tampered = all.map((leaf, i) => (i === changed ? other : leaf))
    const rewritten = { size, root: rootOf(tampered) }
    const rewrittenPath = hashesOf(tampered, consistencySpans(first.size, size))
    const touchesFirst = changed < first.size
    return (
      verifyConsistency(first, now, path) &&
      verifyConsistency(first, rewritten, rewrittenPath) === !touchesFirst &&
      !verifyConsistency(first, rewritten, path) &&
      !verifyConsistency({ ...first, root: other }, now, path) &&
      (first.size === size || !verifyConsistency(first, now, [])) &&
      !verifyConsistency(first, now, [...path, other])
    )
  })
  t.doesNotThrow(() => fc.assert(property))
})

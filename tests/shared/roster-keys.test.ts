import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { fromBase64url, toBase64url } from '../../src/shared/base64url.ts'
import { keysOf, openChild, rosterIterations, sealChild } from '../../src/shared/roster-keys.ts'
import type { VoucherCode } from '../../src/shared/voucher-code.ts'

const file = join(projectRoot, 'tests/shared/roster-vectors.json')
const { salt, iterations, vectors } = JSON.parse(readFileSync(file, 'utf8'))
const code = '7K3D9M2QXH4T' as VoucherCode
const child = { pupilRef: '17', givenName: 'Ελένη', familyName: null, section: 'Α1' }

t.test('keys and sealed children are what the test vectors say', async (t) => {
  t.equal(iterations, rosterIterations)
  for (const { name, code, lookup, childKey, nonce, child, sealed } of vectors) {
    const keys = await keysOf(code, { salt, iterations })
    t.same([keys.lookup, toBase64url(keys.child)], [lookup, childKey], name)
    t.equal(await sealChild(keys.child, child, fromBase64url(nonce)), sealed, name)
    t.same(await openChild(keys.child, sealed), child, name)
  }
})

t.test('rounds and salt are those of the roster', async (t) => {
  const keys = await keysOf(code, { salt, iterations: 2 })
  t.not((await keysOf(code, { salt, iterations: 3 })).lookup, keys.lookup)
  t.not((await keysOf(code, { salt: `${salt}0`, iterations: 2 })).lookup, keys.lookup)
})

t.test('a child is never sealed twice the same, and opened by its own code alone', async (t) => {
  const keys = await keysOf(code, { salt, iterations })
  const sealed = await sealChild(keys.child, child)
  t.same(await openChild(keys.child, sealed), child)
  t.not(await sealChild(keys.child, child), sealed)
  const others = await keysOf('7K3D9M2QXH4V' as VoucherCode, { salt, iterations })
  await t.rejects(openChild(others.child, sealed))
})

t.test('what was changed or cut short anywhere is not opened', async (t) => {
  const { child: key } = await keysOf(code, { salt, iterations })
  const bytes = fromBase64url(await sealChild(key, child))
  const opens = (bytes: Uint8Array) =>
    openChild(key, toBase64url(bytes)).then(
      () => true,
      () => false,
    )
  const opened: number[] = []
  for (const place of bytes.keys()) {
    if (await opens(bytes.map((byte, i) => (i === place ? byte ^ 1 : byte)))) opened.push(place)
    if (await opens(bytes.subarray(0, place))) opened.push(place)
  }
  t.ok(bytes.length > 28)
  t.same(opened, [])
})

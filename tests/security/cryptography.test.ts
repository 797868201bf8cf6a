import t from 'tap'
import { hashNewPassword } from '../../src/identity/secrets.ts'
import { sealOf } from '../../src/platform/http/idempotency/encryption.ts'
import { sourceFiles, textOf } from '../support/sources.ts'

const page = textOf('docs/security/cryptography.md')
const files = sourceFiles('src', 'jobs')

t.test('docs/security/cryptography.md names every file that relies on cryptography, and no other', async (t) => {
  const relying =
    /'node:crypto'|crypto\.(?:getRandomValues|subtle)|'(@node-rs\/argon2|otplib|openid-client|nodemailer)'/
  const named = [...new Set(page.match(/src\/[\w/-]+\.ts/g))]
  t.same(files.filter((file) => relying.test(textOf(file))).sort(), named.sort())
})

t.test('no algorithm is used but those on the page, and none that is weak', async (t) => {
  const call =
    /\b(?:createHash|createHmac|hash|hkdfSync|createCipheriv|createDecipheriv|generateKeyPairSync)\(\s*'([\w-]+)'/g
  const used = new Set(files.flatMap((file) => [...textOf(file).matchAll(call)].map(([, algorithm]) => algorithm)))
  t.same([...used].sort(), ['aes-256-gcm', 'ed25519', 'sha256'])
  const ofBoth = files.filter((file) => textOf(file).includes('crypto.subtle'))
  const named = ofBoth.flatMap((file) =>
    [...textOf(file).matchAll(/\b(?:name|hash): '([\w-]+)'/g)].map(([, name]) => name),
  )
  t.same([...new Set(named)].sort(), ['AES-GCM', 'HKDF', 'PBKDF2', 'SHA-256'], 'nor by WebCrypto')
  const unnamed = /\b(?:createHash|createHmac|createCipheriv|createDecipheriv)\(\s*[^'\s]/
  const weak = /Math\.random|pseudoRandomBytes|\b(?:md5|sha1|des-|rc4|-ecb|-cbc)/i
  const faults = files.flatMap((file) => {
    const text = textOf(file)
    return [unnamed.exec(text), weak.exec(text)].filter((found) => found).map((found) => `${file}: ${found}`)
  })
  t.ok(files.length > 200)
  t.same(faults, [])
})

t.test('what is sealed cannot be changed, cut short, or opened with another secret', async (t) => {
  const seal = sealOf('a secret')
  const closed = Buffer.from(seal.close('ένα μυστικό'), 'base64url')
  t.equal(seal.open(closed.toString('base64url')), 'ένα μυστικό')
  t.not(seal.close('ένα μυστικό'), seal.close('ένα μυστικό'), 'never twice the same')
  const opens = (bytes: Buffer, { open } = seal) => {
    try {
      open(bytes.toString('base64url'))
      return true
    } catch {
      return false
    }
  }
  const places = [...closed.keys()]
  t.ok(places.length > 28)
  const changedAt = (place: number) => Buffer.from(closed.map((byte, i) => (i === place ? byte ^ 1 : byte)))
  t.same(
    places.filter((place) => opens(changedAt(place))),
    [],
    'changed at these places',
  )
  t.same(
    places.filter((length) => opens(closed.subarray(0, length))),
    [],
    'cut to these lengths',
  )
  t.notOk(opens(closed, sealOf('another')))
})

t.test('a password is stored by argon2id at the price that OWASP asks for, with a salt of its own', async (t) => {
  const owner = { email: 'maria@example.org', name: 'Μαρία' }
  const stored = await Promise.all([1, 2].map(() => hashNewPassword('θάλασσα μολύβι ποδήλατο', owner)))
  for (const one of stored) t.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  t.not(stored[0], stored[1])
})

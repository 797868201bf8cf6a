import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hashNewPassword } from '../../src/identity/secrets.ts'
import { sealOf } from '../../src/platform/http/seal.ts'
import { projectRoot } from '../../src/platform/project-root.ts'

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8')
const page = read('docs/cryptography.md')
const files = ['src', 'jobs'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`),
)

t.test('docs/cryptography.md names every file that relies on cryptography, and no other', async (t) => {
  const relying = /'node:crypto'|crypto\.getRandomValues|'(@node-rs\/argon2|otplib|openid-client|nodemailer)'/
  const named = [...new Set(page.match(/src\/[\w/-]+\.ts/g))]
  t.same(files.filter((file) => relying.test(read(file))).sort(), named.sort())
})

t.test('no algorithm is used but those on the page, and none that is weak', async (t) => {
  const call =
    /\b(?:createHash|createHmac|hash|hkdfSync|createCipheriv|createDecipheriv|generateKeyPairSync)\(\s*'([\w-]+)'/g
  const used = new Set(files.flatMap((file) => [...read(file).matchAll(call)].map(([, algorithm]) => algorithm)))
  t.same([...used].sort(), ['aes-256-gcm', 'ed25519', 'sha256'])
  for (const file of files) {
    const text = read(file)
    t.notMatch(text, /\b(?:createHash|createHmac|createCipheriv|createDecipheriv)\(\s*[^'\s]/, `${file}: by name`)
    t.notMatch(text, /Math\.random|pseudoRandomBytes|\b(?:md5|sha1|des-|rc4|-ecb|-cbc)/i, file)
  }
})

t.test('what is sealed cannot be changed, cut short, or opened with another secret', async (t) => {
  const seal = sealOf('a secret')
  const closed = Buffer.from(seal.close('ένα μυστικό'), 'base64url')
  t.equal(seal.open(closed.toString('base64url')), 'ένα μυστικό')
  t.not(seal.close('ένα μυστικό'), seal.close('ένα μυστικό'), 'never twice the same')
  for (let i = 0; i < closed.length; i++) {
    const changed = Buffer.from(closed)
    changed[i]! ^= 1
    t.throws(() => seal.open(changed.toString('base64url')), `byte ${i}`)
  }
  for (const length of [0, 11, 12, 27, closed.length - 1])
    t.throws(() => seal.open(closed.subarray(0, length).toString('base64url')), `${length} bytes`)
  t.throws(() => sealOf('another').open(closed.toString('base64url')))
})

t.test('a password is stored by argon2id at the price that OWASP asks for, with a salt of its own', async (t) => {
  const owner = { email: 'maria@example.org', name: 'Μαρία' }
  const stored = await Promise.all([1, 2].map(() => hashNewPassword('θάλασσα μολύβι ποδήλατο', owner)))
  for (const one of stored) t.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  t.not(stored[0], stored[1])
})

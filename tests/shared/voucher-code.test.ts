import fc from 'fast-check'
import t from 'tap'
import type { VoucherCode } from '../../src/shared/voucher-code.ts'
import {
  checkSymbol,
  formatCode,
  generateCode,
  parseCode,
  payloadOf,
  readPayload,
} from '../../src/shared/voucher-code.ts'

const symbols = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
const baseUrl = 'https://saka.example.org'
const known = '7K3D9M2QXH4T' as VoucherCode

const anyCode = fc
  .array(fc.constantFrom(...symbols), { minLength: 11, maxLength: 11 })
  .map((body) => (body.join('') + checkSymbol(body.join(''))) as VoucherCode)

t.test('the check symbol is the one of the published vectors', async (t) => {
  const vectors = { '00000000001': '2', '10000000000': '7', '7K3D9M2QXH4': 'T', ZZZZZZZZZZZ: 'K', ABCDEFGHJKM: 'C' }
  for (const [body, check] of Object.entries(vectors)) {
    t.equal(checkSymbol(body), check, body)
    t.same(parseCode(body + check), { code: body + check })
  }
})

t.test('a code is read in any case, with hyphens, spaces and look-alikes', async (t) => {
  for (const text of [
    '7K3D-9M2Q-XH4T',
    '7k3d 9m2q xh4t',
    ' 7K3D9M2QXH4T\n',
    '7K3D–9M2Q–XH4T',
    '7Κ3D-9Μ2Q-ΧΗ4Τ',
    '7κ3d9μ2qχη4τ',
  ]) {
    t.same(parseCode(text), { code: known }, text)
  }
  t.same(parseCode('OOOO-OOOO-OOl2'), { code: '000000000012' }, 'O is read as 0, L as 1')
  t.same(parseCode('iooo-oooo-ooo7'), { code: '100000000007' }, 'I is read as 1')
})

t.test('every wrong character and every swap of two is found', async (t) => {
  const withSymbol = (code: string, i: number, symbol: string) => code.slice(0, i) + symbol + code.slice(i + 1)
  const codes = [known, parseCode('000000000012').code!, generateCode(), generateCode()]
  const places = [...[...known].keys()]
  const wrong = codes.flatMap((code) =>
    places.flatMap((i) => symbols.filter((one) => one !== code[i]).map((one) => withSymbol(code, i, one))),
  )
  const swapped = codes.flatMap((code) =>
    places.flatMap((i) =>
      places
        .filter((j) => j > i && code[i] !== code[j])
        .map((j) => withSymbol(withSymbol(code, i, code[j]!), j, code[i]!)),
    ),
  )
  t.equal(wrong.length, 4 * 12 * 31)
  t.ok(swapped.length > 66)
  t.same(
    [...wrong, ...swapped].filter((code) => parseCode(code).refusal !== 'mistyped_code'),
    [],
  )
})

t.test('every code survives being written, typed and scanned', async () => {
  fc.assert(
    fc.property(anyCode, fc.constantFrom('', '/saka', ':3000', ':3000/kits/'), (code, path) => {
      const base = baseUrl + path
      const payload = payloadOf(base, code)
      return (
        /^[0-9A-Z:/.-]+$/.test(payload) &&
        [formatCode(code), formatCode(code).toLowerCase()].every((text) => parseCode(text).code === code) &&
        [payload, payload.toLowerCase(), code].every((text) => readPayload(text, base).code === code)
      )
    }),
  )
})

t.test('no text is taken for a voucher by chance or makes the reader fail', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const { code, refusal } = readPayload(text, baseUrl)
      return code === undefined ? refusal !== undefined : checkSymbol(code.slice(0, 11)) === code[11]
    }),
  )
})

t.test('generated codes are well-formed, all different, and use every symbol evenly', async (t) => {
  const codes = Array.from({ length: 4000 }, generateCode)
  t.ok(codes.every((code) => parseCode(code).code === code))
  t.equal(new Set(codes).size, codes.length)
  const counts = symbols.map((symbol) =>
    codes.reduce((sum, code) => sum + code.slice(0, 11).split(symbol).length - 1, 0),
  )
  // 44,000 draws over 32 symbols: 1375 each, with a standard deviation of 37. Nine of them are no accident.
  t.ok(
    counts.every((count) => Math.abs(count - 1375) < 9 * 37),
    String(counts),
  )
})

t.test('the payload is the address of the parent’s page, upper-case and without hyphens', async (t) => {
  t.equal(payloadOf('https://saka.example.org/', known), 'HTTPS://SAKA.EXAMPLE.ORG/V/7K3D9M2QXH4T')
  t.equal(formatCode(known), '7K3D-9M2Q-XH4T')
})

t.test('a slip of the finger and somebody else’s QR code are told apart', async (t) => {
  const refusals = {
    '7K3D-9M2Q-XH4S': 'mistyped_code',
    'HTTPS://SAKA.EXAMPLE.ORG/V/7K3D9M2QXH4S': 'mistyped_code',
    '7K3D-9M2Q-XH4': 'mistyped_code',
    '7K3D-9M2Q-XXH4T': 'mistyped_code',
    '7K3D-9M2Q': 'not_a_voucher',
    '7U3D-9M2Q-XH4T': 'not_a_voucher',
    '5201234567893': 'not_a_voucher',
    '': 'not_a_voucher',
    'hello world': 'not_a_voucher',
    'https://example.com/V/7K3D9M2QXH4T': 'not_a_voucher',
    'https://saka.example.org.evil.example/V/7K3D9M2QXH4T': 'not_a_voucher',
    'https://saka.example.org/about': 'not_a_voucher',
    'https://saka.example.org/V/': 'not_a_voucher',
    'WIFI:S:school;T:WPA;P:7K3D9M2QXH4T;;': 'not_a_voucher',
  }
  for (const [text, refusal] of Object.entries(refusals)) t.same(readPayload(text, baseUrl), { refusal }, text)
  for (const text of [
    'saka.example.org/v/7k3d-9m2q-xh4t/',
    'http://saka.example.org/v/7K3D9M2QXH4T?lang=sq#qr',
    ' 7K3D 9M2Q XH4T ',
  ]) {
    t.same(readPayload(text, baseUrl), { code: known }, text)
  }
})

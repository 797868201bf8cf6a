import t from 'tap'
import { fromBase64url, toBase64url } from '../../src/shared/base64url.ts'

t.test('bytes of every value and length are written as RFC 4648 has it, and read back', async (t) => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - (i % 256))
    const text = Buffer.from(bytes).toString('base64url')
    if (toBase64url(bytes) !== text) t.fail(`${length} bytes`)
    if (Buffer.compare(fromBase64url(text), bytes) !== 0) t.fail(`${text} is read otherwise`)
  }
})

t.test('what is no base64url is not read', async (t) => {
  for (const text of ['a', 'a.b', 'ä', 'YQ=b']) t.throws(() => fromBase64url(text), text)
})

import fc from 'fast-check'
import t from 'tap'
import { generateCode, payloadOf } from '../../src/shared/voucher-code.ts'
import { qrFormat, qrPng, qrSvg, qrSymbol } from '../../src/vouchers/qr.ts'
import type { Boxes } from '../support/pdf-reader.ts'
import { scanBoxes, scanImage } from '../support/qr-reader.ts'

const payload = 'HTTPS://SAKA.EXAMPLE.ORG/V/7K3D9M2QXH4T'

const boxesOf = (text: string, format = qrFormat(text)): Boxes =>
  qrSymbol(text, format).runs.map(({ x, y, width }) => [x, y, width])

t.test('a payload fits version 3 and mends a quarter of itself', async (t) => {
  t.match(qrFormat(payload), { version: 3, errorCorrectionLevel: 'Q' })
  t.equal(qrSymbol(payload).size, 29)
  t.equal(await scanBoxes(boxesOf(payload)), payload)
})

t.test('a symbol grows before it gives up mending, and mends less before it grows', async (t) => {
  const longer = payloadOf(`https://${'municipality-of-'.repeat(2)}.example.org`, generateCode())
  t.match(qrFormat(longer), { version: 4, errorCorrectionLevel: 'Q' })
  t.match(qrFormat(payloadOf('https://saka.municipality.example.org', generateCode())), {
    version: 3,
    errorCorrectionLevel: 'M',
  })
  t.equal(await scanBoxes(boxesOf(longer)), longer)
})

t.test('what alphanumeric mode cannot hold is still drawn', async (t) => {
  const text = 'https://saka.example.org/provision#a_token~with:small-letters'
  t.equal(await scanBoxes(boxesOf(text)), text)
})

t.test('every payload decodes in the format of another one', async () => {
  const format = qrFormat(payload)
  await fc.assert(
    fc.asyncProperty(fc.constant(null).map(generateCode), async (code) => {
      const text = payloadOf('https://saka.example.org', code)
      return (await scanBoxes(boxesOf(text, format))) === text
    }),
    { numRuns: 40 },
  )
})

t.test('a torn corner and a stain do not keep a voucher from being read', async (t) => {
  const torn = boxesOf(payload).filter(([x, y]) => !(x > 22 && y > 22) && !(x > 12 && x < 16 && y > 12 && y < 16))
  t.equal(await scanBoxes(torn), payload)
})

t.test('the PNG is crisp, at least 600 pixels a side, with four light modules around', async (t) => {
  const png = qrPng(payload)
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  t.equal(width, height)
  t.ok(width >= 600, `${width} pixels`)
  t.equal(width % 37, 0, 'each of 29 + 2 × 4 modules is a whole number of pixels')
  t.equal(await scanImage(png), payload)
})

t.test('the SVG is an image with a name, and holds the payload alone', async (t) => {
  const svg = qrSvg(payload, 'Σάκα <& "co">')
  t.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 37 37" role="img"/)
  t.match(svg, '<title>Σάκα &#60;&#38; &#34;co&#34;&#62;</title>')
  t.notMatch(svg, /script|style=|href/, 'nothing that a strict content policy would refuse')
  const boxes: Boxes = Array.from(svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g), ([, x, y, width]) => [
    +x! - 4,
    +y! - 4,
    +width!,
  ])
  t.equal(await scanBoxes(boxes), payload)
})

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import type { Boxes } from './pdf-reader.ts'

// Without this the reader would fetch its program from the network.
const program = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
prepareZXingModule({ overrides: { wasmBinary: readFileSync(program).buffer as ArrayBuffer } })

/** An image as a canvas holds it: four bytes to the pixel. */
interface Pixels {
  data: Uint8ClampedArray
  width: number
  height: number
}

/** What a scanner reads in an image file, or nothing. */
export async function scanImage(image: Uint8Array | Pixels): Promise<string | undefined> {
  const [found] = await readBarcodes(image as Parameters<typeof readBarcodes>[0], {
    formats: ['QRCode'],
    maxNumberOfSymbols: 1,
  })
  return found?.isValid ? found.text : undefined
}

/** What a scanner reads in a symbol given by its dark rectangles, painted with `scale` pixels to the module. */
export function scanBoxes(boxes: Boxes, scale = 4): Promise<string | undefined> {
  const quiet = 4
  const size = Math.max(...boxes.map(([x, , width]) => x + width))
  const side = (size + 2 * quiet) * scale
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  const pixels = new Uint32Array(data.buffer)
  for (const [x, y, width] of boxes) {
    for (let row = (y + quiet) * scale; row < (y + quiet + 1) * scale; row++) {
      const left = row * side + (x + quiet) * scale
      pixels.fill(0xff000000, left, left + width * scale)
    }
  }
  return scanImage({ data, width: side, height: side })
}

import { crc32, deflateSync } from 'node:zlib'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** A picture of black and white: `isDark(x, y)` of each module, a module being `scale` pixels a side. */
export interface Bitmap {
  /** Modules a side. */
  side: number
  scale: number
  isDark(x: number, y: number): boolean
}

/**
 * A bitmap as a PNG of one bit a pixel (W3C PNG, third edition): 0.7 kB in 0.7 ms. `QRCode.toBuffer` takes 45 ms as it comes and 24 with the
 * best of its encoder's options: one is made for each child of each mail, in the process that answers scans, which wait for as long.
 */
export function bitmapPng({ side, scale, isDark }: Bitmap): Buffer {
  const width = side * scale
  const lineBytes = 1 + Math.ceil(width / 8)
  const pixels = Buffer.alloc(lineBytes * width)
  for (let y = 0; y < side; y++) {
    const start = y * scale * lineBytes
    // The first byte of a line says that it is not filtered; a set bit is white.
    for (let x = 0; x < width; x++)
      if (!isDark(Math.floor(x / scale), y)) pixels[start + 1 + (x >> 3)]! |= 0x80 >> (x & 7)
    for (let copy = 1; copy < scale; copy++) pixels.copyWithin(start + copy * lineBytes, start, start + lineBytes)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(width, 4)
  header[8] = 1
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND')])
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

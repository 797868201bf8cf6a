import QRCode from 'qrcode'
import { bitmapPng } from './png.ts'

/** How payloads of one length are drawn alike: the symbol's version and level, and the mask over its modules. */
export interface QrFormat {
  version: number
  errorCorrectionLevel: 'M' | 'Q'
  maskPattern: QRCode.QRCodeMaskPattern
}

/** A QR symbol: `size` modules a side, and the dark ones as one rectangle for each run in a row. */
export interface QrSymbol {
  size: number
  runs: { x: number; y: number; width: number }[]
}

/** The light modules that a symbol needs around it (ISO/IEC 18004, 9.1). */
export const quietZone = 4

const alphanumeric = /^[0-9A-Z $%*+\-./:]*$/

/** One segment in the densest mode that holds the payload: looking for a better split costs more than drawing. */
function segmentsOf(payload: string): QRCode.QRCodeSegment[] {
  if (alphanumeric.test(payload)) return [{ data: payload, mode: 'alphanumeric' }]
  return [{ data: new TextEncoder().encode(payload), mode: 'byte' }]
}

/**
 * The format for `payload` and for all others of its length and alphabet: the smallest version, level Q (mends 25 %)
 * where that needs no larger one than level M (15 %), and the mask that suits this payload best.
 */
export function qrFormat(payload: string): QrFormat {
  const segments = segmentsOf(payload)
  const medium = QRCode.create(segments, { errorCorrectionLevel: 'M' })
  const quartile = QRCode.create(segments, { errorCorrectionLevel: 'Q' })
  const errorCorrectionLevel = quartile.version === medium.version ? 'Q' : 'M'
  const { version, maskPattern } = errorCorrectionLevel === 'Q' ? quartile : medium
  return { version, errorCorrectionLevel, maskPattern: maskPattern! }
}

/** The symbol of `payload`. A given `format` saves the search for one, which is most of the work. */
export function qrSymbol(payload: string, format: QrFormat = qrFormat(payload)): QrSymbol {
  const { data, size } = QRCode.create(segmentsOf(payload), format).modules
  const runs: QrSymbol['runs'] = []
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x
      while (x < size && data[y * size + x]) x++
      if (x > start) runs.push({ x: start, y, width: x - start })
    }
  }
  return { size, runs }
}

/** An accessible SVG image of the symbol with its quiet zone, named by `title`. Holds nothing but the payload. */
export function qrSvg(payload: string, title = 'Κωδικός παραλαβής · Pickup code'): string {
  const { size, runs } = qrSymbol(payload)
  const side = size + 2 * quietZone
  const path = runs.map(({ x, y, width }) => `M${x + quietZone} ${y + quietZone}h${width}v1h-${width}z`).join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" role="img" shape-rendering="crispEdges">` +
    `<title>${escapeXml(title)}</title><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`
  )
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const pngSide = 600

/** A PNG image of the symbol with its quiet zone, at least 600 pixels a side, each module a whole number of them. */
export function qrPng(payload: string): Buffer {
  const { data, size } = QRCode.create(segmentsOf(payload), qrFormat(payload)).modules
  const side = size + 2 * quietZone
  const isDark = (x: number, y: number) => x >= 0 && y >= 0 && x < size && y < size && data[y * size + x] === 1
  return bitmapPng({
    side,
    scale: Math.ceil(pngSide / side),
    isDark: (x, y) => isDark(x - quietZone, y - quietZone),
  })
}

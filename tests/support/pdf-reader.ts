import { inflateSync } from 'node:zlib'

/** Rectangles `[x, y, width]` that a page fills as one path. */
export type Boxes = [x: number, y: number, width: number][]

/** What a page shows: its lines of text in the order in which they are drawn, and its QR symbols. */
export interface ReadPage {
  lines: string[]
  symbols: Boxes[]
}

/** One object of the file: its dictionary as text, and its stream with the compression taken off. */
interface PdfObject {
  dictionary: string
  stream: Buffer
}

/** A line of text on a page: where it stands, in points from the top left corner, and how large. Its width is not known here. */
export interface PlacedLine {
  text: string
  /** Its left end. */
  x: number
  /** Its baseline. */
  y: number
  size: number
}

/** Reads the pages of a PDF that the service made: just enough of the format to hold its content to account. */
export const readPdf = (file: Buffer): ReadPage[] =>
  readPages(file).map(({ placed, symbols }) => ({ lines: placed.map(({ text }) => text), symbols }))

/** The lines of the first page of a PDF with their places, those inside forms where these are placed. */
export const readPlaces = (file: Buffer): PlacedLine[] => readPages(file)[0]!.placed

/** What a page, or a form on it, draws. */
interface Drawn {
  placed: PlacedLine[]
  symbols: Boxes[]
}

function readPages(file: Buffer): Drawn[] {
  const objects = readObjects(file)
  const fonts = new Map<string, string[]>()
  return [...objects.values()]
    .filter(({ dictionary }) => /\/Type \/Page\n/.test(dictionary))
    .map(({ dictionary }) => {
      const resources = objects.get(reference(dictionary, 'Resources'))!.dictionary
      const content = objects.get(reference(dictionary, 'Contents'))!.stream.toString('latin1')
      return readContent(content, resources, [0, 0])
    })

  /** Draws as a reader would: text line by line, forms where they are placed, filled paths as symbols. */
  function readContent(content: string, resources: string, corner: [number, number]): Drawn {
    const drawn: Drawn = { placed: [], symbols: [] }
    const corners = [corner]
    const operators =
      /BT (.*?) ET|\/(\w+) Do|((?:\d+ \d+ \d+ 1 re\n){20,})f|q 1 0 0 1 (-?[\d.]+) (-?[\d.]+) cm\n|(q )|(Q)(?:\n|$)/g
    for (const [, text, form, path, dx, dy, saved, restored] of content.matchAll(operators)) {
      const [x, y] = corners.at(-1)!
      if (dx !== undefined) corners.push([x + Number(dx), y + Number(dy)])
      if (saved) corners.push([x, y])
      if (restored) corners.pop()
      if (path)
        drawn.symbols.push(
          Array.from(path.matchAll(/(\d+) (\d+) (\d+) 1 re/g), ([, x, y, width]) => [+x!, +y!, +width!]),
        )
      if (text) {
        const [size, , , , e, f] = /([-\d. ]+) Tm/.exec(text)![1]!.trim().split(' ').map(Number) as number[]
        drawn.placed.push({ text: readLine(text, resources, objects, fonts), x: x + e!, y: y + f!, size: size! })
      }
      if (form) {
        const { dictionary, stream } = objects.get(reference(resources, form))!
        const { placed, symbols } = readContent(stream.toString('latin1'), dictionary, [x, y])
        drawn.placed.push(...placed)
        drawn.symbols.push(...symbols)
      }
    }
    return drawn
  }
}

/** The document's properties, as text. */
export function readProperties(file: Buffer): string {
  const text = file.toString('latin1')
  const strings = Array.from(text.matchAll(/\((\xfe\xff.*?)\)\s*endobj/gs), ([, value]) => utf16(value!))
  const metadata = /<\?xpacket begin.*?<\?xpacket end/s.exec(text)?.[0] ?? ''
  return [...strings, Buffer.from(metadata, 'latin1').toString('utf8')].join('\n')
}

function readObjects(file: Buffer): Map<string, PdfObject> {
  const objects = new Map<string, PdfObject>()
  const text = file.toString('latin1')
  const header = /(?:^|\n)(\d+) 0 obj\n/g
  for (let match = header.exec(text); match; match = header.exec(text)) {
    const start = header.lastIndex
    const end = text.indexOf('endobj', start)
    const streamAt = text.indexOf('stream\n', start)
    if (streamAt === -1 || streamAt > end) {
      objects.set(match[1]!, { dictionary: text.slice(start, end), stream: Buffer.alloc(0) })
      continue
    }
    const dictionary = text.slice(start, streamAt)
    const length = Number(/\/Length (\d+)/.exec(dictionary)![1])
    const bytes = file.subarray(streamAt + 7, streamAt + 7 + length)
    objects.set(match[1]!, { dictionary, stream: dictionary.includes('FlateDecode') ? inflateSync(bytes) : bytes })
    header.lastIndex = streamAt + 7 + length
  }
  return objects
}

function reference(dictionary: string, name: string): string {
  return new RegExp(`/${name} (\\d+) 0 R`).exec(dictionary)![1]!
}

function readLine(
  text: string,
  resources: string,
  objects: Map<string, PdfObject>,
  fonts: Map<string, string[]>,
): string {
  let glyphs: string[] = []
  let line = ''
  for (const [, font, hex] of text.matchAll(/\/(F\d+) 1 Tf|<([0-9a-f]+)>/g)) {
    if (font) glyphs = fontGlyphs(reference(resources, font), objects, fonts)
    for (const id of hex?.match(/.{4}/g) ?? []) line += id === '0000' ? '\u25a1' : glyphs[Number.parseInt(id, 16)]
  }
  return line
}

/** What each glyph of a font stands for, by its number, from the map that lets readers copy text. */
function fontGlyphs(id: string, objects: Map<string, PdfObject>, fonts: Map<string, string[]>): string[] {
  const known = fonts.get(id)
  if (known) return known
  const map = objects.get(reference(objects.get(id)!.dictionary, 'ToUnicode'))!.stream.toString('latin1')
  const ranges = Array.from(map.matchAll(/> \[([^\]]*)\]/g), ([, range]) => range).join(' ')
  const glyphs = Array.from(ranges.matchAll(/<([^>]*)>/g), ([, hex]) =>
    Buffer.from(hex!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
  )
  fonts.set(id, glyphs)
  return glyphs
}

function utf16(bytes: string): string {
  const unescaped = bytes.replace(
    /\\([nrtbf()\\])/g,
    (_, c: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[c] ?? c,
  )
  return Buffer.from(unescaped, 'latin1').swap16().toString('utf16le').slice(1)
}

import { createRequire } from 'node:module'
import * as fontkit from 'fontkit'
import type PDFDocument from 'pdfkit'

/** The two weights that every document is set in. */
export type Weight = 'regular' | 'bold'

/** Glyphs of one face in drawing order: their numbers in the embedded subset and where each goes, in 1/1000 em. */
export interface Glyphs {
  ids: string[]
  places: { xAdvance: number; xOffset: number; yOffset: number; advanceWidth: number }[]
}

/** One font file in one document. It is embedded once, and only the glyphs that were asked for. */
export interface Face {
  /** The name that content streams call it by. */
  id: string
  covers(codePoint: number): boolean
  /** Shapes a text of one direction, given as it is read; from right to left it comes out turned, and Arabic joined. */
  shape(text: string, rightToLeft: boolean): Glyphs
  /** What a page or a form lists among its resources. */
  reference(): unknown
}

const require = createRequire(import.meta.url)

/** In the order in which they are tried. A script is added by adding its font here. */
const files: Record<Weight, string[]> = {
  regular: [
    require.resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
    require.resolve('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
    require.resolve('@expo-google-fonts/noto-sans-georgian/400Regular/NotoSansGeorgian_400Regular.ttf'),
  ],
  bold: [
    require.resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'),
    require.resolve('@expo-google-fonts/noto-sans-arabic/700Bold/NotoSansArabic_700Bold.ttf'),
    require.resolve('@expo-google-fonts/noto-sans-georgian/700Bold/NotoSansGeorgian_700Bold.ttf'),
  ],
}

/** A font file that fontkit has read. */
interface Font {
  hasGlyphForCodePoint(codePoint: number): boolean
  getGlyph(id: number, characters?: number[]): { codePoints: number[] }
  _layoutEngine: { engine?: { GPOSProcessor?: MarkPlacer } }
}

/** What pdfkit keeps for an embedded font. Not in its types: `text()` alone is public, and orders Arabic wrongly. */
interface EmbeddedFont {
  id: string
  encode(text: string, features: object | undefined): [ids: string[], places: Glyphs['places']]
  ref(): unknown
}

/** What places marks on letters in an embedded font: each by an anchor of its own and one of the letter. */
interface MarkPlacer {
  applyAnchor(mark: { markAnchor: object | null }, anchorOfLetter: object | null, letterAt: number): void
}

/** The fonts of this process, each read once: to read its tables takes longer than to set a page. */
const fonts = new Map<string, Font>()

function fontOf(file: string): Font {
  const known = fonts.get(file)
  if (known) return known
  const font = fontkit.openSync(file) as unknown as Font
  leaveUnanchored(font._layoutEngine.engine?.GPOSProcessor)
  nameGlyphs(font)
  fonts.set(file, font)
  return font
}

/** The faces of `document`, opened as they are first needed: `faces(weight)` goes through those of one weight. */
export function openFaces(document: typeof PDFDocument.prototype): (weight: Weight) => Iterable<Face> {
  const opened = new Map<string, Face>()
  const open = (file: string): Face => {
    const font = fontOf(file)
    document.font(font as unknown as string)
    const embedded = (document as unknown as { _font: EmbeddedFont })._font
    return {
      id: embedded.id,
      covers: (codePoint) => font.hasGlyphForCodePoint(codePoint),
      shape: (text, rightToLeft) => {
        // Without features pdfkit shapes word by word and remembers each, which is fast but breaks Arabic order.
        const [ids, places] = embedded.encode(text, rightToLeft ? {} : undefined)
        return { ids, places }
      },
      reference: () => embedded.ref(),
    }
  }
  return function* (weight) {
    for (const file of files[weight]) {
      const face = opened.get(file) ?? open(file)
      opened.set(file, face)
      yield face
    }
  }
}

/**
 * A mark without an anchor, or on a letter without one for it, stays where it is: OpenType lets a font leave anchors out
 * (NULL offsets, GPOS lookup types 4 to 6). fontkit 2.0.4 throws at them (its issue 367), so a name could stop a sheet.
 */
function leaveUnanchored(placer: MarkPlacer | undefined): void {
  if (!placer) return
  const place = placer.applyAnchor.bind(placer)
  placer.applyAnchor = (mark, anchorOfLetter, letterAt) => {
    if (mark.markAnchor && anchorOfLetter) place(mark, anchorOfLetter, letterAt)
  }
}

/**
 * A glyph stands for the characters that it is asked for by. fontkit 2.0.4 keeps what it was first asked for by, which is nothing where that
 * was as a part of another glyph, in this document or in one before: what is copied out of a document would lack it.
 */
function nameGlyphs(font: Font): void {
  const find = font.getGlyph.bind(font)
  font.getGlyph = (id, characters = []) => {
    const glyph = find(id, characters)
    if (characters.length > 0) glyph.codePoints = characters
    return glyph
  }
}

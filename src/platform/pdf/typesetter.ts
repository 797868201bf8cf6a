import type { Face, Glyphs, Weight } from './faces.ts'
import type { DirectedRun, Direction } from './shaping.ts'
import { cleanLine, visualRuns } from './shaping.ts'

/** A shaped line: what draws it at any size, and its width in em. */
export interface Line {
  /** PDF text operators for a font size of 1. */
  operators: string
  width: number
  faces: Face[]
}

/** Room for a text: `width` in points, and how far it may be set smaller than `size` before it is cut. */
export interface Box {
  size: number
  minimum: number
  width: number
  /** How many lines there is room for; 1 if absent. */
  lines?: number
  direction?: Direction
}

/** Lines and the size in points that they fit at. */
export interface FittedText {
  lines: Line[]
  size: number
}

/** Turns texts into lines, each distinct one once. */
export type Typesetter = ReturnType<typeof typesetter>

const ellipsis = '…'
const graphemes = new Intl.Segmenter('el', { granularity: 'grapheme' })

/** A typesetter on `faces`, which lists the faces of a weight in order of preference. */
export function typesetter(faces: (weight: Weight) => Iterable<Face>) {
  const lines = new Map<string, Line>()

  const chosen = new Map<string, Face | undefined>()

  const faceFor = (character: string, weight: Weight): Face | undefined => {
    const key = weight + character
    if (!chosen.has(key)) chosen.set(key, firstCovering(faces(weight), character))
    return chosen.get(key)
  }

  const line = (text: string, weight: Weight, direction: Direction = 'auto'): Line => {
    const key = `${weight} ${direction} ${text}`
    const known = lines.get(key)
    if (known) return known
    const pieces = visualRuns(cleanLine(text), direction).flatMap((run) =>
      piecesOf(run, (character) => faceFor(character, weight)),
    )
    const made = joinPieces(pieces)
    lines.set(key, made)
    return made
  }

  const shorten = (text: string, weight: Weight, width: number, direction?: Direction): Line => {
    const parts = Array.from(graphemes.segment(text), ({ segment }) => segment)
    const cut = (count: number) => line(parts.slice(0, count).join('').trimEnd() + ellipsis, weight, direction)
    let kept = parts.length - 1
    while (kept > 0 && cut(kept).width > width) kept--
    return cut(kept)
  }

  return {
    line,
    /** With `gap` em between the characters: for codes that people copy. */
    spaced(text: string, weight: Weight, gap: number): Line {
      const face = faceFor(text, weight)!
      // Symbol by symbol, because the face remembers those, while it would shape every new code from scratch.
      const glyphs = Array.from(text, (character) => face.shape(character, false))
      const ids = glyphs.flatMap((glyph) => glyph.ids).join('')
      const advance = glyphs.reduce((sum, { places }) => sum + places[0]!.advanceWidth, 0)
      return {
        operators: `/${face.id} 1 Tf ${gap} Tc <${ids}> Tj 0 Tc`,
        width: advance / 1000 + gap * (glyphs.length - 1),
        faces: [face],
      }
    },
    /** A text that stays in its box: broken at spaces, set smaller by half points, and at last cut with an ellipsis. */
    fit(text: string, weight: Weight, { size, minimum, width, lines: room = 1, direction }: Box): FittedText {
      const shape = (part: string) => line(part, weight, direction)
      const brokenAt = (at: number) => breakWords(cleanLine(text), room, (part) => shape(part).width * at <= width)
      for (let at = size; at >= minimum; at -= 0.5) {
        const broken = brokenAt(at).map(shape)
        if (broken.every((made) => made.width * at <= width)) return { lines: broken, size: at }
      }
      const cut = brokenAt(minimum).map((part) =>
        shape(part).width * minimum <= width ? shape(part) : shorten(part, weight, width / minimum, direction),
      )
      return { lines: cut, size: minimum }
    },
    /** Whether there is a glyph for every character of `text`. */
    covers: (text: string) => [...cleanLine(text)].every((character) => faceFor(character, 'regular') !== undefined),
  }
}

function firstCovering(faces: Iterable<Face>, character: string): Face | undefined {
  for (const face of faces) if (face.covers(character.codePointAt(0)!)) return face
  return undefined
}

/** Breaks a text at spaces into at most `room` parts that fit, but for the last, which takes what is left. */
function breakWords(text: string, room: number, fits: (part: string) => boolean): string[] {
  const parts: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    const longer = current ? `${current} ${word}` : word
    if (current && parts.length < room - 1 && !fits(longer)) {
      parts.push(current)
      current = word
    } else current = longer
  }
  return [...parts, current]
}

/** Shaped text of one face. */
interface Piece {
  face: Face
  glyphs: Glyphs
}

/** Splits a run by face, staying with a face while it serves. What no face has a glyph for becomes a question mark. */
function piecesOf(run: DirectedRun, faceFor: (character: string) => Face | undefined): Piece[] {
  const parts: { face: Face; text: string }[] = []
  for (const wanted of run.text) {
    const character = faceFor(wanted) ? wanted : '?'
    const face = faceFor(character)!
    const last = parts.at(-1)
    if (last && (last.face === face || last.face.covers(character.codePointAt(0)!))) last.text += character
    else parts.push({ face, text: character })
  }
  const turned = run.rightToLeft
  if (turned) parts.reverse()
  return parts.map(({ face, text }) => ({
    face,
    glyphs: face.shape(turned ? towardsLeft(text) : text, turned),
  }))
}

/** The shaper turns Arabic and Hebrew itself, by their letters; punctuation and spaces alone it leaves as they are. */
function towardsLeft(text: string): string {
  return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text) ? text : [...text].reverse().join('')
}

function joinPieces(pieces: Piece[]): Line {
  const width = pieces.reduce((sum, { glyphs }) => glyphs.places.reduce((run, { xAdvance }) => run + xAdvance, sum), 0)
  return {
    operators: pieces.map(({ face, glyphs }) => `/${face.id} 1 Tf ${showOperators(glyphs)}`).join(' '),
    width: width / 1000,
    faces: [...new Set(pieces.map(({ face }) => face))],
  }
}

/** Operators that show glyphs where they belong: kerning as steps within one `TJ`, raised marks by text rise. */
function showOperators({ ids, places }: Glyphs): string {
  let operators = '[<'
  let step = 0
  for (const [i, id] of ids.entries()) {
    const { xAdvance, xOffset, yOffset, advanceWidth } = places[i]!
    const before = Math.round(step - xOffset)
    if (before !== 0) operators += `>${before}<`
    operators += yOffset === 0 ? id : `>] TJ ${yOffset / 1000} Ts <${id}> Tj 0 Ts [<`
    step = advanceWidth + xOffset - xAdvance
  }
  return `${operators}>] TJ`.replaceAll('<>', '').replaceAll('[] TJ', '').trim()
}

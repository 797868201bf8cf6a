import bidiFactory from 'bidi-js'

/** Where a line begins: `auto` looks at its first letter. */
export type Direction = 'ltr' | 'rtl' | 'auto'

/** A stretch of a line that runs in one direction, its characters in the order in which they are read. */
export interface DirectedRun {
  text: string
  rightToLeft: boolean
}

// A CommonJS module with types for another loader: what Node hands over is the factory itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()

/** Hebrew, Arabic and what else is written from the right, with the marks that embed it. */
const mayTurn = /[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc]|[\ud802\ud803\ud83a\ud83b]/

/** The runs of one line from left to right as they are drawn (Unicode Bidirectional Algorithm, UAX #9). */
export function visualRuns(text: string, direction: Direction): DirectedRun[] {
  if (direction !== 'rtl' && !mayTurn.test(text)) return [{ text, rightToLeft: false }]
  const embedding = bidi.getEmbeddingLevels(text, direction)
  const mirrored = bidi.getMirroredCharactersMap(text, embedding.levels)
  const runs: DirectedRun[] = []
  let previous = -2
  for (const index of bidi.getReorderedIndices(text, embedding)) {
    const rightToLeft = embedding.levels[index]! % 2 === 1
    const character = mirrored.get(index) ?? text[index]!
    const run = runs.at(-1)
    const follows = index === previous + (rightToLeft ? -1 : 1)
    if (!run || run.rightToLeft !== rightToLeft || !follows) runs.push({ text: character, rightToLeft })
    else run.text = rightToLeft ? character + run.text : run.text + character
    previous = index
  }
  return runs
}

/** `text` ready for one line: composed (NFC), white space and controls as single spaces, marks that steer direction gone. */
export function cleanLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
    .trim()
}

/** What somebody typed, on one line, without characters that are not seen but change how others are read. */
export function plainText(text: string): string {
  // Controls, the marks, embeddings and isolates of Unicode's bidirectional algorithm (UAX 9), and line separators.
  return text
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/
const firstStrongIsolate = '\u2068'
const popDirectionalIsolate = '\u2069'

/**
 * `text` so that it is read in its own direction inside a line of `direction`, and the rest of the line in that (UAX 9,
 * section 2.4). Left as it is where that makes no difference: not every old phone hides the characters that it takes.
 */
export function isolated(text: string, direction: 'ltr' | 'rtl'): string {
  const plain = plainText(text)
  return direction === 'rtl' || rightToLeft.test(plain)
    ? `${firstStrongIsolate}${plain}${popDirectionalIsolate}`
    : plain
}

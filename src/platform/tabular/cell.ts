const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/
const TO_GUARD = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/
const GUARDED = /^'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/
const SPREADSHEET_GUARD = /^="((?:[^"]|"")*)"$/
// Only printable ASCII and composed Greek: nothing in it changes under NFC, and most cells are of this kind.
const PLAIN = /^[ -~ΆΈ-ώ]*$/
const NO_BREAK_SPACES = /[\u00a0\u2007\u202f]/g

/**
 * Whether a spreadsheet would run `text` as a formula: it begins with `=`, `+`, `-`, `@`, their full-width forms, a tab
 * or a line break. Source: OWASP, CSV Injection.
 */
export function isFormula(text: string): boolean {
  return FORMULA.test(text)
}

/** `text` so that no spreadsheet runs it: an apostrophe goes before a formula. `cleanCell` takes it off again. */
export function guardCell(text: string): string {
  return TO_GUARD.test(text) ? `'${text}` : text
}

/**
 * What a person meant by a cell: trimmed, no-break spaces as spaces, composed (NFC), without the apostrophe before a
 * formula and without the spreadsheet guard (`="0012"`, by which exports keep a code from being read as a number).
 */
export function cleanCell(raw: string): string {
  const text = composed(raw.trim())
  const first = text.charCodeAt(0)
  if (first === 39 && GUARDED.test(text)) return text.slice(1).trim()
  const guarded = first === 61 ? SPREADSHEET_GUARD.exec(text) : null
  return guarded ? guarded[1]!.replaceAll('""', '"').trim() : text
}

function composed(text: string): string {
  return PLAIN.test(text) ? text : text.replace(NO_BREAK_SPACES, ' ').normalize('NFC').trim()
}

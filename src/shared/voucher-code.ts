/** A voucher's human code in canonical form: 12 upper-case Crockford base-32 symbols, no hyphens, the last one a check. */
export type VoucherCode = string & { readonly brand: 'VoucherCode' }

/** What came of reading a text: the code, or the refusal that a scan of it answers. */
export type ReadCode =
  | { code: VoucherCode; refusal?: never }
  | { code?: never; refusal: 'not_a_voucher' | 'mistyped_code' }

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 12

/** Read as the symbol that they look like, as Crockford has it. */
const lookAlikes = { O: '0', I: '1', L: '1' } as const
/** The same for Greek capitals: a Greek keyboard types them in place of the Latin ones, and nobody sees it. */
const greekLookAlikes = {
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: '1',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: '0',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
} as const

const separator = -2
const valueByCharacter = symbolValues()

/** The value of every character code that a code may be written with; `separator` for what may stand between. */
function symbolValues(): Map<number, number> {
  const values = new Map<number, number>()
  const define = (character: string, value: number) => {
    values.set(character.toUpperCase().charCodeAt(0), value)
    values.set(character.toLowerCase().charCodeAt(0), value)
  }
  for (const [value, symbol] of [...symbols].entries()) define(symbol, value)
  for (const [character, symbol] of Object.entries({ ...lookAlikes, ...greekLookAlikes })) {
    define(character, symbols.indexOf(symbol))
  }
  for (const character of ' \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212') define(character, separator)
  return values
}

/** One step of the check over GF(32), polynomial x⁵ + x² + 1, α = 2: `(acc xor value)·α`. */
function step(acc: number, value: number): number {
  const doubled = (acc ^ value) << 1
  return doubled & 32 ? doubled ^ 0b100101 : doubled
}

/** The check symbol of 11 canonical symbols. */
export function checkSymbol(body: string): string {
  let acc = 0
  for (const symbol of body) acc = step(acc, symbols.indexOf(symbol))
  return symbols[acc]!
}

/** A fresh code: 55 bits from the platform's cryptographic source, five of each random byte, so that none is likelier. */
export function generateCode(): VoucherCode {
  const bytes = crypto.getRandomValues(new Uint8Array(codeLength - 1))
  const body = Array.from(bytes, (byte) => symbols[byte & 31]).join('')
  return (body + checkSymbol(body)) as VoucherCode
}

/**
 * The code that somebody typed: any case, with or without hyphens and spaces, O read as 0, I and L as 1,
 * Greek capitals as the Latin ones that they look like. `mistyped_code` where the check fails, and where one symbol too
 * few or too many was typed; `not_a_voucher` for every other text, also for 11 or 13 digits: a barcode or a telephone.
 */
export function parseCode(text: string): ReadCode {
  let code = ''
  let acc = 0
  let last = 0
  let digitsOnly = true
  for (let i = 0; i < text.length; i++) {
    const value = valueByCharacter.get(text.charCodeAt(i))
    if (value === separator) continue
    if (value === undefined || code.length > codeLength) return { refusal: 'not_a_voucher' }
    if (code.length > 0) acc = step(acc, last)
    if (value > 9) digitsOnly = false
    last = value
    code += symbols[value]
  }
  if (code.length === codeLength) return acc === last ? { code: code as VoucherCode } : { refusal: 'mistyped_code' }
  const oneOff = Math.abs(code.length - codeLength) === 1 && !digitsOnly
  return { refusal: oneOff ? 'mistyped_code' : 'not_a_voucher' }
}

/** A code as people read it: `XXXX-XXXX-XXXX`. */
export function formatCode(code: VoucherCode): string {
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`
}

/** What the QR of `code` holds: the parent's page under `baseUrl`, all upper-case, so that QR's alphanumeric mode takes it. */
export function payloadOf(baseUrl: string, code: VoucherCode): string {
  return `${baseUrl.replace(/\/$/, '').toUpperCase()}/V/${code}`
}

const scheme = /^\s*https?:\/\//i

/**
 * The code in what a scanner or a person handed in: a QR payload under `baseUrl` in any case, with or without its
 * scheme, a query or a slash behind it, or the bare code. The address of another host is `not_a_voucher`.
 */
export function readPayload(text: string, baseUrl: string): ReadCode {
  const pages = `${baseUrl.replace(scheme, '').replace(/\/$/, '')}/V/`.toUpperCase()
  const address = text.replace(scheme, '')
  if (address.slice(0, pages.length).toUpperCase() !== pages) return parseCode(text)
  return parseCode(address.slice(pages.length).replace(/[/?#].*$/s, ''))
}

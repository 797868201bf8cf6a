import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * One at sign; a dotted domain of labels that begin and end in a letter or digit; no character that a mail header, a list
 * of addresses or a spreadsheet would read as its own.
 */
function emailPattern(letter: string, digit: string, flags = ''): RegExp {
  const word = `${letter}${digit}`
  const others = `[${word}!#$%&'*+\\-/?^_\`{|}~]`
  const label = `[${word}](?:[${word}-]*[${word}])?`
  const local = `[${word}_]${others}*(?:\\.${others}+)*`
  return new RegExp(`^${local}@(?:${label}\\.)+[${letter}][${word}-]*[${word}]$`, flags)
}

// Nearly all addresses are of the first kind, which is found out in a tenth of the time.
const PLAIN_EMAIL = emailPattern('a-z', '0-9')
const EMAIL = emailPattern('\\p{L}', '\\p{N}', 'u')
const GREEK_PHONE = /^(?:\+30|0030)?((?:2\d|69)\d{8})$/
const PHONE_SPACING = /[ .\-/()]/g

/**
 * `text` as an e-mail address in lower case; undefined if it is none. At most 254 characters, 64 before the at sign (RFC
 * 5321, 4.5.3.1).
 */
export function normalEmail(text: string): string | undefined {
  if (text.length > 254 || text.indexOf('@') > 64) return undefined
  if (PLAIN_EMAIL.test(text)) return text
  return EMAIL.test(text) ? text.toLowerCase() : undefined
}

/**
 * `text` as a telephone number in E.164 (`+306902128003`); undefined if it is none, or has an extension. A number without
 * a country is a Greek one.
 */
export function normalPhone(text: string): string | undefined {
  // Nearly all of them, without the cost of a plan of every country's numbers.
  const greek = GREEK_PHONE.exec(text.replace(PHONE_SPACING, ''))
  if (greek) return `+30${greek[1]}`
  const phone = parsePhoneNumberFromString(text, { defaultCountry: 'GR', extract: false })
  return phone?.isValid() && !phone.ext ? phone.number : undefined
}

const languageNames = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
const knownLanguages = new Map<string, string>()

/** `text` as the canonical tag of a language that there is (BCP 47, `sq`, `el-GR`); undefined if it is none. */
export function normalLanguage(text: string): string | undefined {
  const known = knownLanguages.get(text)
  if (known) return known
  const tag = canonicalTag(text)
  if (!tag || languageNames.of(tag.split('-', 1)[0]!) === undefined) return undefined
  if (knownLanguages.size < 1000) knownLanguages.set(text, tag)
  return tag
}

function canonicalTag(text: string): string | undefined {
  if (text.length > 35) return undefined
  try {
    return Intl.getCanonicalLocales(text)[0]
  } catch {
    return undefined
  }
}

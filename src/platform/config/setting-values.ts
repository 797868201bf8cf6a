import type { RoleGrant } from '../../shared/actor.ts'
import { signingKeyFrom } from '../keys/signing-key.ts'

/** How the text of a setting becomes a value, or a sentence of what is wrong, ready to follow the setting's name. */
export type Reader<Value> = (text: string) => { value: Value } | { fault: string }

/** A text as it is, where it `fits`. */
const textThat =
  (fits: (text: string) => unknown, fault: string): Reader<string> =>
  (text) =>
    fits(text) ? { value: text } : { fault }

/** A text as it is, where it has this `form`. */
const textLike = (form: RegExp, fault: string) => textThat((text) => form.test(text), fault)

/** Words with commas or spaces between, each of this `form`. */
const wordsLike =
  (form: RegExp, fault: string): Reader<string[]> =>
  (text) => {
    const words = text.split(/[\s,]+/).filter(Boolean)
    return words.every((word) => form.test(word)) ? { value: words } : { fault }
  }

const addressOf = (text: string) => (URL.canParse(text) ? new URL(text) : undefined)

/** Whatever it says. */
export const anyText = textThat(() => true, '')

/** One of `words`. */
export const oneOf =
  <const Word extends string>(words: readonly Word[]): Reader<Word> =>
  (text) => {
    const value = words.find((word) => word === text)
    return value ? { value } : { fault: `must be one of ${words.join(', ')}` }
  }

/** A whole number from `min` to `max`. */
export const whole =
  (min: number, max: number): Reader<number> =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
      ? { value: Number(text) }
      : { fault: `must be a whole number from ${min} to ${max}` }

/** An http or https address without a path, as its origin. */
export const webAddress: Reader<string> = (text) => {
  const url = addressOf(text)
  const plain =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  return plain ? { value: url.origin } : { fault: 'must be an http or https address without a path' }
}

/** Whether the database is a PostgreSQL server's. */
export function isPostgres(databaseUrl: string): boolean {
  return /^postgres(ql)?:\/\//.test(databaseUrl)
}

const postgresServer = 'look like postgres://user:password@host/database'

/** A PostgreSQL server. */
export const replica = textThat((text) => isPostgres(text) && URL.canParse(text), `must ${postgresServer}`)

/** SQLite's file or PostgreSQL's server. */
export const database = textThat(
  (text) => /^file:./.test(text) || (isPostgres(text) && URL.canParse(text)),
  `must begin with file: and name a file, or ${postgresServer}`,
)

/** An e-mail address, in lower case. */
export const mailAddress: Reader<string> = (text) =>
  /^[^\s@]+@[^\s@]+$/.test(text) ? { value: text.toLowerCase() } : { fault: 'must be an e-mail address' }

/** A password of at least 12 characters. */
export const password = textThat(({ length }) => length >= 12, 'must have at least 12 characters')

/** A secret of at least 32 characters. */
export const secret = textThat(({ length }) => length >= 32, 'must have at least 32 characters')

/** A bearer token of at least 16 characters. */
export const token = textLike(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters of printable ASCII without spaces')

/** Printable ASCII without spaces and line breaks, which no header can hold. */
export const credential = textLike(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')

/** An Ed25519 private key, PKCS #8 in base64. */
export const signingKey = textThat(signingKeyFrom, 'must be an Ed25519 private key, PKCS #8 in base64')

const hexKeys = wordsLike(/^[0-9a-f]{64}$/, 'must be public keys of 64 hexadecimal digits, with commas between')

/** Ed25519 public keys in hex, with commas between. */
export const publicKeys: Reader<string[]> = (text) => hexKeys(text.toLowerCase())

const role = /^(admin|coordinator|warehouse|school|auditor)$/

/** Names of roles, with commas between. */
export const roleNames = wordsLike(
  role,
  'must be roles: admin, coordinator, warehouse, school or auditor, with commas between',
)

/** `true` or `false`. */
export const trueOrFalse: Reader<boolean> = (text) =>
  /^(true|false)$/.test(text) ? { value: text === 'true' } : { fault: 'must be true or false' }

/** A redis or rediss address. */
export const redisServer = textLike(
  /^rediss?:\/\/[^\s/]+(\/\d+)?$/,
  'must look like redis://host:port, or rediss:// with TLS',
)

/** An smtp or smtps address. */
export const mailServer = textThat((text) => {
  const url = addressOf(text)
  return url && /^smtps?:$/.test(url.protocol) && url.hostname
}, 'must be an smtp or smtps address')

/** Whether what goes there is read by nobody on the way: https, or this machine. */
const isPrivate = (url: URL | undefined) =>
  url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname))

/** An address that nobody can listen in on. */
export const issuer = textThat((text) => isPrivate(addressOf(text)), 'must be an https address')

/** The same without a password in it. */
export const gateway = textThat((text) => {
  const url = addressOf(text)
  return url && isPrivate(url) && !url.username && !url.password && !url.hash
}, 'must be an https address without a password in it')

/** A number, or a name that phones show. */
export const smsSender = textLike(
  /^(\+?\d{3,15}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32})$/,
  'must be a number, or at most 11 Latin letters, digits and spaces',
)

const grantFields: Record<string, RegExp> = { role, schoolId: /^[0-9a-f-]{36}$/, warehouseId: /^[0-9a-f-]{36}$/ }

const isGrant = (grant: unknown) => {
  if (typeof grant !== 'object' || grant === null || !('role' in grant)) return false
  if (grant.role === 'school' && !('schoolId' in grant)) return false
  return Object.entries(grant).every(([field, value]) => grantFields[field]?.test(String(value)))
}

/** A mapping of words to grants of roles, as JSON. */
export const rolesByClaim: Reader<Record<string, RoleGrant>> = (text) => {
  try {
    const value = JSON.parse(text) as Record<string, RoleGrant>
    if (value && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isGrant))
      return { value }
  } catch {
    // Told below, as what is no mapping.
  }
  return { fault: 'must be JSON such as {"saka-desk":{"role":"coordinator"}}, of roles that there are' }
}

/** A time zone that the runtime knows. */
export const timeZone: Reader<string> = (text) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return { value: text }
  } catch {
    return { fault: 'must be a time zone such as Europe/Athens' }
  }
}

/** The beginning of keys. */
export const keyPrefix = textLike(
  /^[A-Za-z0-9_-]{1,64}$/,
  'must be at most 64 letters, digits, hyphens and underscores',
)

/** An account at a gateway. */
export const accountId = textLike(/^\w*$/, 'must be letters and digits, as in an Account SID')

/** Texts with commas between. */
export const listOf: Reader<string[]> = (text) => ({ value: text.split(',').filter(Boolean) })

import { signingKeyFrom } from './signing-key.ts'

// How the text of a setting becomes a value: each answers the value, or a sentence of what is wrong, ready to follow the setting's name.
// Nothing is undefined, where nothing is allowed.

/** Whatever it says; nothing is undefined. */
export const anyText = (text: string) => ({ value: text || undefined })

/** One of `words`. */
export const oneOf = (words: string[]) => (text: string) =>
  words.includes(text) ? { value: text } : { fault: `must be one of ${words.join(', ')}` }

/** A whole number from `min` to `max`. */
export const whole = (min: number, max: number) => (text: string) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
    ? { value: Number(text) }
    : { fault: `must be a whole number from ${min} to ${max}` }

/** An http or https address without a path, as its origin. */
export const webAddress = (text: string) => {
  if (text === '') return { value: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  return plain ? { value: url.origin } : { fault: 'must be an http or https address without a path' }
}

const postgresServer = /^postgres(ql)?:\/\//

/** Whether the database is a PostgreSQL server's. */
export function isPostgres(databaseUrl: string): boolean {
  return postgresServer.test(databaseUrl)
}

/** SQLite's file or PostgreSQL's server. */
export const database = (text: string) =>
  /^file:./.test(text) || (isPostgres(text) && URL.canParse(text))
    ? { value: text }
    : { fault: 'must begin with file: and name a file, or look like postgres://user:password@host/database' }

/** An e-mail address, in lower case. */
export const mailAddress = (text: string) =>
  text === '' || /^[^\s@]+@[^\s@]+$/.test(text)
    ? { value: text.toLowerCase() || undefined }
    : { fault: 'must be an e-mail address' }

/** A password of at least 12 characters. */
export const password = (text: string) =>
  text === '' || text.length >= 12 ? { value: text || undefined } : { fault: 'must have at least 12 characters' }

/** An Ed25519 private key, PKCS #8 in base64. */
export const signingKey = (text: string) =>
  text === '' || signingKeyFrom(text)
    ? { value: text || undefined }
    : { fault: 'must be an Ed25519 private key, PKCS #8 in base64' }

/** Ed25519 public keys in hex, with commas between. */
export const publicKeys = (text: string) => {
  const keys = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  return keys.every((key) => /^[0-9a-f]{64}$/.test(key))
    ? { value: keys }
    : { fault: 'must be public keys of 64 hexadecimal digits, with commas between' }
}

/** Names of roles, with commas between. */
export const roleNames = (text: string) => {
  const names = text.split(/[\s,]+/).filter(Boolean)
  return names.every((name) => grantFields.role!.test(name))
    ? { value: names }
    : { fault: 'must be roles: admin, coordinator, warehouse, school or auditor, with commas between' }
}

/** `true` or `false`. */
export const trueOrFalse = (text: string) =>
  /^(true|false)$/.test(text) ? { value: text === 'true' } : { fault: 'must be true or false' }

/** A redis or rediss address. */
export const redisServer = (text: string) =>
  /^(rediss?:\/\/[^\s/]+(\/\d+)?)?$/.test(text)
    ? { value: text || undefined }
    : { fault: 'must look like redis://host:port, or rediss:// with TLS' }

/** An smtp or smtps address. */
export const mailServer = (text: string) =>
  text === '' || (URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname)
    ? { value: text || undefined }
    : { fault: 'must be an smtp or smtps address' }

/** Whether what goes there is read by nobody on the way. */
const isPrivate = (url: URL) =>
  url.protocol === 'https:' || (url.protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname))

/** An address that nobody can listen in on: https, or this machine. */
export const issuer = (text: string) => {
  if (text === '') return { value: undefined }
  return URL.canParse(text) && isPrivate(new URL(text)) ? { value: text } : { fault: 'must be an https address' }
}

/** The same without a password in it. */
export const gateway = (text: string) => {
  if (text === '') return { value: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && isPrivate(url) && !url.username && !url.password && !url.hash
    ? { value: text }
    : { fault: 'must be an https address without a password in it' }
}

/** A number, or a name that phones show. */
export const smsSender = (text: string) =>
  text === '' || /^(\+?\d{3,15}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32})$/.test(text)
    ? { value: text || undefined }
    : { fault: 'must be a number, or at most 11 Latin letters, digits and spaces' }

/** Printable ASCII without spaces and line breaks, which no header can hold. */
export const credential = (text: string) =>
  /^[\x21-\x7e]*$/.test(text) ? { value: text || undefined } : { fault: 'must be printable ASCII without spaces' }
const grantFields: Record<string, RegExp> = {
  role: /^(admin|coordinator|warehouse|school|auditor)$/,
  schoolId: /^[0-9a-f-]{36}$/,
  warehouseId: /^[0-9a-f-]{36}$/,
}
const isGrant = (grant: unknown) => {
  if (typeof grant !== 'object' || grant === null || !('role' in grant)) return false
  if (grant.role === 'school' && !('schoolId' in grant)) return false
  return Object.entries(grant).every(([field, value]) => grantFields[field]?.test(String(value)))
}

/** A mapping of words to grants of roles, as JSON. */
export const rolesByClaim = (text: string) => {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    if (value && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isGrant))
      return { value }
  } catch {
    // Told below, as what is no mapping.
  }
  return { fault: 'must be JSON such as {"saka-desk":{"role":"coordinator"}}, of roles that there are' }
}

/** A time zone that the runtime knows. */
export const timeZone = (text: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return { value: text }
  } catch {
    return { fault: 'must be a time zone such as Europe/Athens' }
  }
}

/** A PostgreSQL server. */
export const replica = (text: string) =>
  text === '' || (isPostgres(text) && URL.canParse(text))
    ? { value: text || undefined }
    : { fault: 'must look like postgres://user:password@host/database' }

/** A secret of at least 32 characters. */
export const secret = (text: string) =>
  text === '' || text.length >= 32 ? { value: text || undefined } : { fault: 'must have at least 32 characters' }

/** A bearer token of at least 16 characters. */
export const token = (text: string) =>
  text === '' || /^[\x21-\x7e]{16,}$/.test(text)
    ? { value: text || undefined }
    : { fault: 'must be at least 16 characters of printable ASCII without spaces' }

/** The beginning of keys. */
export const keyPrefix = (text: string) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(text)
    ? { value: text }
    : { fault: 'must be at most 64 letters, digits, hyphens and underscores' }

/** An account at a gateway. */
export const accountId = (text: string) =>
  /^\w*$/.test(text) ? { value: text || undefined } : { fault: 'must be letters and digits, as in an Account SID' }

/** Texts with commas between. */
export const listOf = (text: string) => ({ value: text.split(',').filter(Boolean) })

import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { RoleGrant } from '../identity/rules.ts'
import { signingKeyFrom } from './signing-key.ts'

/** How the service is set up. `docs/configuration.md` tells each setting. */
export interface Config extends Settings {
  /** The database, where it is SQLite's file; what lies beside it (keys, uploads, checkpoints) has this name and an ending. */
  databaseFile: string
}

/** What each setting says. */
interface Settings {
  host: string
  port: number
  baseUrl: string
  /** `file:` and a path, or `postgres://…`. */
  databaseUrl: string
  databaseReadUrl: string | undefined
  databaseConnections: number
  databaseSeconds: number
  dataFolder: string
  adminEmail: string | undefined
  adminPassword: string | undefined
  secretKey: string | undefined
  /** Keys that secrets were sealed with before. */
  formerSecretKeys: string[]
  /** Roles whose people have to use a second factor. */
  requireSecondFactor: string[]
  oidcIssuer: string | undefined
  oidcClientId: string | undefined
  oidcClientSecret: string | undefined
  oidcRoleClaim: string
  oidcRoles: Record<string, RoleGrant>
  timeZone: string
  uploadLimitBytes: number
  retentionDays: number
  closeAfterDays: number
  logLevel: string
  trustProxy: boolean
  metricsToken: string | undefined
  /** Requests a minute; 0 is as many as they like. */
  rateCalls: number
  rateScans: number
  rateHeavy: number
  ratePages: number
  rateGuesses: number
  rateStrangers: number
  headerSeconds: number
  bodySeconds: number
  uploadSeconds: number
  auditSigningKey: string | undefined
  auditFormerKeys: string[]
  checkpointFolder: string | undefined
  auditorEmail: string | undefined
  backupFolder: string | undefined
  /** How many backups are kept, by the day, week and month. */
  backupDaily: number
  backupWeekly: number
  backupMonthly: number
  redisUrl: string | undefined
  /** What every key of this service in Redis begins with. */
  redisPrefix: string
  /** What this process does: everything, or only the API and pages, or only the jobs. */
  role: 'all' | 'web' | 'worker'
  smtpUrl: string | undefined
  mailFrom: string
  /** Mails a second at most. */
  mailPerSecond: number
  smsGatewayUrl: string | undefined
  smsGatewayKind: 'http' | 'twilio'
  smsGatewayAccount: string | undefined
  smsGatewayToken: string | undefined
  smsFrom: string | undefined
  /** Text messages a second at most. */
  smsPerSecond: number
}

/** One setting: its name in the environment, what it means, and how its text becomes a value. */
interface Setting {
  name: string
  fallback: string
  meaning: string
  /** The value, or a sentence of what is wrong, ready to follow the name. */
  read: (text: string) => { value: unknown } | { fault: string }
}

const anyText = (text: string) => ({ value: text || undefined })
const oneOf = (words: string[]) => (text: string) =>
  words.includes(text) ? { value: text } : { fault: `must be one of ${words.join(', ')}` }
const whole = (min: number, max: number) => (text: string) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
    ? { value: Number(text) }
    : { fault: `must be a whole number from ${min} to ${max}` }
const aMinute = (name: string, fallback: number, meaning: string): Setting => ({
  name,
  fallback: String(fallback),
  meaning: `${meaning} a minute; 0 is no limit.`,
  read: whole(0, 1_000_000),
})
const seconds = (name: string, fallback: number, meaning: string): Setting => ({
  name,
  fallback: String(fallback),
  meaning,
  read: whole(1, 86_400),
})
const webAddress = (text: string) => {
  if (text === '') return { value: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
  return plain ? { value: url.origin } : { fault: 'must be an http or https address without a path' }
}
const postgresServer = /^postgres(ql)?:\/\//
const database = (text: string) =>
  /^file:./.test(text) || (postgresServer.test(text) && URL.canParse(text))
    ? { value: text }
    : { fault: 'must begin with file: and name a file, or look like postgres://user:password@host/database' }
const mailAddress = (text: string) =>
  text === '' || /^[^\s@]+@[^\s@]+$/.test(text)
    ? { value: text.toLowerCase() || undefined }
    : { fault: 'must be an e-mail address' }
const password = (text: string) =>
  text === '' || text.length >= 12 ? { value: text || undefined } : { fault: 'must have at least 12 characters' }
const signingKey = (text: string) =>
  text === '' || signingKeyFrom(text)
    ? { value: text || undefined }
    : { fault: 'must be an Ed25519 private key, PKCS #8 in base64' }
const publicKeys = (text: string) => {
  const keys = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  return keys.every((key) => /^[0-9a-f]{64}$/.test(key))
    ? { value: keys }
    : { fault: 'must be public keys of 64 hexadecimal digits, with commas between' }
}
const roleNames = (text: string) => {
  const names = text.split(/[\s,]+/).filter(Boolean)
  return names.every((name) => grantFields.role!.test(name))
    ? { value: names }
    : { fault: 'must be roles: admin, coordinator, warehouse, school or auditor, with commas between' }
}
const trueOrFalse = (text: string) =>
  /^(true|false)$/.test(text) ? { value: text === 'true' } : { fault: 'must be true or false' }
const redisServer = (text: string) =>
  /^(rediss?:\/\/[^\s/]+(\/\d+)?)?$/.test(text)
    ? { value: text || undefined }
    : { fault: 'must look like redis://host:port, or rediss:// with TLS' }
const mailServer = (text: string) =>
  text === '' || (URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname)
    ? { value: text || undefined }
    : { fault: 'must be an smtp or smtps address' }
/** Whether what goes there is read by nobody on the way. */
const isPrivate = (url: URL) =>
  url.protocol === 'https:' || (url.protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname))
const issuer = (text: string) => {
  if (text === '') return { value: undefined }
  return URL.canParse(text) && isPrivate(new URL(text)) ? { value: text } : { fault: 'must be an https address' }
}
const gateway = (text: string) => {
  if (text === '') return { value: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && isPrivate(url) && !url.username && !url.password && !url.hash
    ? { value: text }
    : { fault: 'must be an https address without a password in it' }
}
const smsSender = (text: string) =>
  text === '' || /^(\+?\d{3,15}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32})$/.test(text)
    ? { value: text || undefined }
    : { fault: 'must be a number, or at most 11 Latin letters, digits and spaces' }
/** Without spaces and line breaks, which no header can hold. */
const credential = (text: string) =>
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
const rolesByClaim = (text: string) => {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    if (value && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isGrant))
      return { value }
  } catch {
    // Told below, as what is no mapping.
  }
  return { fault: 'must be JSON such as {"saka-desk":{"role":"coordinator"}}, of roles that there are' }
}
const timeZone = (text: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return { value: text }
  } catch {
    return { fault: 'must be a time zone such as Europe/Athens' }
  }
}

/** Every setting, by its place in {@link Config}. */
export const settings: Record<keyof Settings, Setting> = {
  host: { name: 'HOST', fallback: '127.0.0.1', meaning: 'The address to listen on.', read: anyText },
  port: {
    name: 'PORT',
    fallback: '3000',
    meaning: 'The port to listen on; 0 takes a free one.',
    read: whole(0, 65535),
  },
  baseUrl: {
    name: 'BASE_URL',
    fallback: '',
    meaning: 'What people type to reach the service; it is printed in every QR code. By default http://HOST:PORT.',
    read: webAddress,
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    fallback: 'file:./data/saka.db',
    meaning:
      'The database: file: and the path of a SQLite file, made if it is not there, or postgres://user:password@host/database.',
    read: database,
  },
  databaseReadUrl: {
    name: 'DATABASE_READ_URL',
    fallback: '',
    meaning: 'A replica of that PostgreSQL server, which lists and exports are read from while it keeps up.',
    read: (text) =>
      text === '' || (postgresServer.test(text) && URL.canParse(text))
        ? { value: text || undefined }
        : { fault: 'must look like postgres://user:password@host/database' },
  },
  databaseConnections: {
    name: 'DATABASE_CONNECTIONS',
    fallback: '10',
    meaning: 'How many connections to PostgreSQL this process writes with at most, and how many it reads with.',
    read: whole(1, 1000),
  },
  databaseSeconds: {
    name: 'DATABASE_TIMEOUT_SECONDS',
    fallback: '60',
    meaning: 'After how long PostgreSQL gives a statement up.',
    read: whole(1, 86_400),
  },
  dataFolder: {
    name: 'DATA_FOLDER',
    fallback: './data',
    meaning:
      'With PostgreSQL, the folder for keys, checkpoints, uploads that are being read and the database that a restore replaced. With SQLite they lie beside the file.',
    read: anyText,
  },
  adminEmail: {
    name: 'ADMIN_EMAIL',
    fallback: '',
    meaning: 'The first administrator’s e-mail address, used while there is no user at all.',
    read: mailAddress,
  },
  adminPassword: {
    name: 'ADMIN_PASSWORD',
    fallback: '',
    meaning: 'The first administrator’s password, at least 12 characters.',
    read: password,
  },
  secretKey: {
    name: 'SECRET_KEY',
    fallback: '',
    meaning: 'What stored secrets are sealed with, at least 32 characters. By default a file beside the database.',
    read: (text) =>
      text === '' || text.length >= 32 ? { value: text || undefined } : { fault: 'must have at least 32 characters' },
  },
  formerSecretKeys: {
    name: 'FORMER_SECRET_KEYS',
    fallback: '',
    meaning: 'The values that SECRET_KEY had before, with commas between: what they sealed can still be read.',
    read: (text) => ({ value: text.split(',').filter(Boolean) }),
  },
  requireSecondFactor: {
    name: 'REQUIRE_SECOND_FACTOR',
    fallback: '',
    meaning: 'The roles that have to use a second factor, with commas between: admin, coordinator …',
    read: roleNames,
  },
  oidcIssuer: {
    name: 'OIDC_ISSUER',
    fallback: '',
    meaning: 'The municipality’s OpenID Connect provider: an https address.',
    read: issuer,
  },
  oidcClientId: {
    name: 'OIDC_CLIENT_ID',
    fallback: '',
    meaning: 'What the provider knows this service as.',
    read: anyText,
  },
  oidcClientSecret: {
    name: 'OIDC_CLIENT_SECRET',
    fallback: '',
    meaning: 'What this service proves that with.',
    read: anyText,
  },
  oidcRoleClaim: {
    name: 'OIDC_ROLE_CLAIM',
    fallback: 'roles',
    meaning: 'The claim of the ID token that holds a person’s roles, as a word or a list.',
    read: anyText,
  },
  oidcRoles: {
    name: 'OIDC_ROLES',
    fallback: '{}',
    meaning:
      'Which role each value of the claim stands for: JSON, { "value": { "role", "schoolId"?, "warehouseId"? } }.',
    read: rolesByClaim,
  },
  timeZone: {
    name: 'TIME_ZONE',
    fallback: 'Europe/Athens',
    meaning: 'The time zone that dates are local to.',
    read: timeZone,
  },
  uploadLimitBytes: {
    name: 'UPLOAD_LIMIT_BYTES',
    fallback: String(256 * 1024 * 1024),
    meaning: 'The largest file that an import takes, in bytes; a workbook may unpack to six times that.',
    read: whole(1024, 4 * 1024 ** 3),
  },
  retentionDays: {
    name: 'RETENTION_DAYS',
    fallback: '180',
    meaning: 'How many days after its closing a campaign’s personal data is erased, where the campaign does not say.',
    read: whole(0, 3650),
  },
  closeAfterDays: {
    name: 'CLOSE_AFTER_DAYS',
    fallback: '7',
    meaning:
      'How many days after coordinators were told that a pickup window is over the pickup ends by itself; 0 leaves it to them.',
    read: whole(0, 365),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    fallback: 'info',
    meaning: 'How much is logged: fatal, error, warn, info, debug, trace or silent.',
    read: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    fallback: 'false',
    meaning: 'Whether X-Forwarded-* headers of the nearest hop are believed: true only behind a proxy that sets them.',
    read: trueOrFalse,
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    fallback: '',
    meaning:
      'What GET /metrics asks for as a bearer token, at least 16 characters. Without it only this machine may ask.',
    read: (text) =>
      text === '' || /^[\x21-\x7e]{16,}$/.test(text)
        ? { value: text || undefined }
        : { fault: 'must be at least 16 characters of printable ASCII without spaces' },
  },
  rateCalls: aMinute('RATE_LIMIT_CALLS', 30_000, 'Calls of the API by one user, key or device'),
  rateScans: aMinute('RATE_LIMIT_SCANS', 120_000, 'Scans, alone or in batches, by one user, key or device'),
  rateHeavy: aMinute(
    'RATE_LIMIT_HEAVY',
    600,
    'Imports, sheets, verifications and exports of the trail, and other work that takes long, by one user, key or device',
  ),
  ratePages: aMinute('RATE_LIMIT_PAGES', 600, 'Pages of vouchers by one address'),
  rateGuesses: aMinute('RATE_LIMIT_GUESSES', 30, 'Codes that are nobody’s, asked for by one address'),
  rateStrangers: aMinute('RATE_LIMIT_STRANGERS', 600, 'Calls of the API by one address without a good credential'),
  headerSeconds: seconds('HEADER_TIMEOUT_SECONDS', 15, 'How long a client may take for the head of a request.'),
  bodySeconds: seconds('BODY_TIMEOUT_SECONDS', 30, 'How long a client may take for a body that is not a file.'),
  uploadSeconds: seconds('UPLOAD_TIMEOUT_SECONDS', 600, 'How long a client may take for a whole request with a file.'),
  auditSigningKey: {
    name: 'AUDIT_SIGNING_KEY',
    fallback: '',
    meaning: 'The key that signs checkpoints: Ed25519, PKCS #8 in base64. By default one is made beside the database.',
    read: signingKey,
  },
  auditFormerKeys: {
    name: 'AUDIT_FORMER_KEYS',
    fallback: '',
    meaning: 'Public keys that signed checkpoints before the present one, with commas between.',
    read: publicKeys,
  },
  checkpointFolder: {
    name: 'CHECKPOINT_FOLDER',
    fallback: '',
    meaning:
      'The folder that keeps a copy of every checkpoint, best on another machine. By default that of the database.',
    read: anyText,
  },
  auditorEmail: {
    name: 'AUDITOR_EMAIL',
    fallback: '',
    meaning: 'Who gets a checkpoint by mail every day.',
    read: mailAddress,
  },
  backupFolder: {
    name: 'BACKUP_FOLDER',
    fallback: '',
    meaning: 'The folder that a backup is made in every night, best on another machine. Without it none is made.',
    read: anyText,
  },
  backupDaily: {
    name: 'BACKUP_DAILY',
    fallback: '7',
    meaning: 'Of how many days the last backup is kept.',
    read: whole(1, 10_000),
  },
  backupWeekly: {
    name: 'BACKUP_WEEKLY',
    fallback: '4',
    meaning: 'Of how many weeks the last backup is kept.',
    read: whole(0, 10_000),
  },
  backupMonthly: {
    name: 'BACKUP_MONTHLY',
    fallback: '12',
    meaning: 'Of how many months the last backup is kept.',
    read: whole(0, 10_000),
  },
  redisUrl: {
    name: 'REDIS_URL',
    fallback: '',
    meaning:
      'The Redis server through which several processes share the jobs: redis://host:port. Without it each does its own.',
    read: redisServer,
  },
  redisPrefix: {
    name: 'REDIS_PREFIX',
    fallback: 'saka',
    meaning:
      'What every key in Redis begins with. Installations that share a Redis server each have their own; the processes of one have the same.',
    read: (text) =>
      /^[A-Za-z0-9_-]{1,64}$/.test(text)
        ? { value: text }
        : { fault: 'must be at most 64 letters, digits, hyphens and underscores' },
  },
  role: {
    name: 'ROLE',
    fallback: 'all',
    meaning: 'What this process does: `web` serves, `worker` does the jobs and tells how it is, `all` does both.',
    read: oneOf(['all', 'web', 'worker']),
  },
  smtpUrl: {
    name: 'SMTP_URL',
    fallback: '',
    meaning: 'The mail server: smtp://user:password@host:port, or smtps: for TLS from the start.',
    read: mailServer,
  },
  mailFrom: {
    name: 'MAIL_FROM',
    fallback: '',
    meaning: 'The sender of mails. By default saka@ and the host of BASE_URL.',
    read: mailAddress,
  },
  mailPerSecond: {
    name: 'MAIL_PER_SECOND',
    fallback: '10',
    meaning: 'How many reminders go out by mail in a second at most.',
    read: whole(1, 1000),
  },
  smsGatewayUrl: {
    name: 'SMS_GATEWAY_URL',
    fallback: '',
    meaning: 'The gateway for text messages: an https address. Without it none are sent.',
    read: gateway,
  },
  smsGatewayKind: {
    name: 'SMS_GATEWAY_KIND',
    fallback: 'http',
    meaning: 'How the gateway is spoken to: http as docs/sms-gateway.md says, or twilio.',
    read: oneOf(['http', 'twilio']),
  },
  smsGatewayAccount: {
    name: 'SMS_GATEWAY_ACCOUNT',
    fallback: '',
    meaning: 'The account at the gateway; for twilio the Account SID.',
    read: (text) =>
      /^\w*$/.test(text) ? { value: text || undefined } : { fault: 'must be letters and digits, as in an Account SID' },
  },
  smsGatewayToken: {
    name: 'SMS_GATEWAY_TOKEN',
    fallback: '',
    meaning: 'What this service proves itself to the gateway with.',
    read: credential,
  },
  smsFrom: {
    name: 'SMS_FROM',
    fallback: '',
    meaning: 'The sender of text messages: a number, or a name of at most 11 letters and digits.',
    read: smsSender,
  },
  smsPerSecond: {
    name: 'SMS_PER_SECOND',
    fallback: '1',
    meaning: 'How many reminders go out by text message in a second at most.',
    read: whole(1, 1000),
  },
}

/** The environment holds values that cannot be. Lists every one of them. */
export class InvalidConfig extends Error {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(`Saka cannot start, its configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/** Reads the configuration from `env`. Throws {@link InvalidConfig} with every fault there is. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values = Object.entries(settings).map(([key, setting]) => {
    // A password is what it is, with its spaces.
    const text = (setting.name === 'ADMIN_PASSWORD' ? env[setting.name] : env[setting.name]?.trim()) || setting.fallback
    const result = setting.read(text)
    if ('fault' in result) faults.push(`${setting.name} ${result.fault}.`)
    return [key, 'value' in result ? result.value : undefined]
  })
  const config = Object.fromEntries(values) as Settings
  if (!config.adminEmail !== !config.adminPassword)
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD must be given together.')
  if (config.auditorEmail && !config.smtpUrl) faults.push('AUDITOR_EMAIL must be given together with SMTP_URL.')
  const provider = [config.oidcIssuer, config.oidcClientId, config.oidcClientSecret]
  if (provider.some(Boolean) && !provider.every(Boolean))
    faults.push('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be given together.')
  if (config.databaseReadUrl && !isPostgres(config.databaseUrl ?? ''))
    faults.push('DATABASE_READ_URL must be given together with a DATABASE_URL of PostgreSQL.')
  faults.push(...smsFaults(config))
  if (faults.length > 0) throw new InvalidConfig(faults)
  const baseUrl = config.baseUrl ?? `http://${authority(config.host)}:${config.port}`
  const databaseFile = isPostgres(config.databaseUrl)
    ? join(config.dataFolder, 'saka.db')
    : config.databaseUrl.slice('file:'.length)
  return { ...config, databaseFile, baseUrl, mailFrom: config.mailFrom ?? `saka@${new URL(baseUrl).hostname}` }
}

/** Whether the database is a PostgreSQL server's. */
export function isPostgres(databaseUrl: string): boolean {
  return postgresServer.test(databaseUrl)
}

/** What a gateway for text messages lacks. */
function smsFaults(config: Settings): string[] {
  const { smsGatewayUrl: url, smsGatewayToken: token, smsGatewayKind: kind, smsGatewayAccount, smsFrom } = config
  if (!url && !token) return []
  if (!url || !token) return ['SMS_GATEWAY_URL and SMS_GATEWAY_TOKEN must be given together.']
  const isWhole = kind !== 'twilio' || (smsGatewayAccount && smsFrom)
  return isWhole ? [] : ['SMS_GATEWAY_KIND twilio must be given together with SMS_GATEWAY_ACCOUNT and SMS_FROM.']
}

/** A host as an address names it: every interface is `localhost`, and IPv6 stands in brackets (RFC 3986, section 3.2.2). */
export function authority(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}

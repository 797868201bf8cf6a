import {
  accountId,
  anyText,
  credential,
  database,
  gateway,
  issuer,
  keyPrefix,
  listOf,
  mailAddress,
  mailServer,
  oneOf,
  password,
  publicKeys,
  type Reader,
  redisServer,
  replica,
  roleNames,
  rolesByClaim,
  secret,
  signingKey,
  smsSender,
  timeZone,
  token,
  trueOrFalse,
  webAddress,
  whole,
} from './setting-values.ts'

/** One setting: its name in the environment, what it means, and how its text becomes a value. */
interface Setting<Value> {
  name: string
  /** The text that stands where none is given. */
  fallback: string
  meaning: string
  read: Reader<Value>
}

const setting = <Value>(name: string, fallback: string, meaning: string, read: Reader<Value>): Setting<Value> => ({
  name,
  fallback,
  meaning,
  read,
})

/** A setting that is undefined where nothing is given. */
const optional = <Value>(name: string, meaning: string, read: Reader<Value>): Setting<Value | undefined> =>
  setting<Value | undefined>(name, '', meaning, (text) => (text === '' ? { value: undefined } : read(text)))

const aMinute = (name: string, fallback: number, meaning: string) =>
  setting(name, String(fallback), `${meaning} a minute; 0 is no limit.`, whole(0, 1_000_000))

const seconds = (name: string, fallback: number, meaning: string) =>
  setting(name, String(fallback), meaning, whole(1, 86_400))

/** Every setting, by its place in `Config`. */
export const settings = {
  host: setting('HOST', '127.0.0.1', 'The address to listen on.', anyText),
  port: setting('PORT', '3000', 'The port to listen on; 0 takes a free one.', whole(0, 65535)),
  baseUrl: optional(
    'BASE_URL',
    'What people type to reach the service; it is printed in every QR code. By default http://HOST:PORT.',
    webAddress,
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    'file:./data/saka.db',
    'The database: file: and the path of a SQLite file, made if it is not there, or postgres://user:password@host/database.',
    database,
  ),
  databaseReadUrl: optional(
    'DATABASE_READ_URL',
    'A replica of that PostgreSQL server, which lists and exports are read from while it keeps up.',
    replica,
  ),
  databaseConnections: setting(
    'DATABASE_CONNECTIONS',
    '10',
    'How many connections to PostgreSQL this process writes with at most, and how many it reads with.',
    whole(1, 1000),
  ),
  databaseSeconds: seconds('DATABASE_TIMEOUT_SECONDS', 60, 'After how long PostgreSQL gives a statement up.'),
  dataFolder: setting(
    'DATA_FOLDER',
    './data',
    'With PostgreSQL, the folder for keys, checkpoints, uploads that are being read and the database that a restore replaced. With SQLite they lie beside the file.',
    anyText,
  ),
  adminEmail: optional(
    'ADMIN_EMAIL',
    'The first administrator’s e-mail address, used while there is no user at all.',
    mailAddress,
  ),
  adminPassword: optional('ADMIN_PASSWORD', 'The first administrator’s password, at least 12 characters.', password),
  secretKey: optional(
    'SECRET_KEY',
    'What stored secrets are sealed with, at least 32 characters. By default a file beside the database.',
    secret,
  ),
  formerSecretKeys: setting(
    'FORMER_SECRET_KEYS',
    '',
    'The values that SECRET_KEY had before, with commas between: what they sealed can still be read.',
    listOf,
  ),
  requireSecondFactor: setting(
    'REQUIRE_SECOND_FACTOR',
    '',
    'The roles that have to use a second factor, with commas between: admin, coordinator …',
    roleNames,
  ),
  oidcIssuer: optional('OIDC_ISSUER', 'The municipality’s OpenID Connect provider: an https address.', issuer),
  oidcClientId: optional('OIDC_CLIENT_ID', 'What the provider knows this service as.', anyText),
  oidcClientSecret: optional('OIDC_CLIENT_SECRET', 'What this service proves that with.', anyText),
  oidcRoleClaim: setting(
    'OIDC_ROLE_CLAIM',
    'roles',
    'The claim of the ID token that holds a person’s roles, as a word or a list.',
    anyText,
  ),
  oidcRoles: setting(
    'OIDC_ROLES',
    '{}',
    'Which role each value of the claim stands for: JSON, { "value": { "role", "schoolId"?, "warehouseId"? } }.',
    rolesByClaim,
  ),
  timeZone: setting('TIME_ZONE', 'Europe/Athens', 'The time zone that dates are local to.', timeZone),
  uploadLimitBytes: setting(
    'UPLOAD_LIMIT_BYTES',
    String(256 * 1024 * 1024),
    'The largest file that an import takes, in bytes; a workbook may unpack to six times that.',
    whole(1024, 4 * 1024 ** 3),
  ),
  retentionDays: setting(
    'RETENTION_DAYS',
    '180',
    'How many days after its closing a campaign’s personal data is erased, where the campaign does not say.',
    whole(0, 3650),
  ),
  closeAfterDays: setting(
    'CLOSE_AFTER_DAYS',
    '7',
    'How many days after coordinators were told that a pickup window is over the pickup ends by itself; 0 leaves it to them.',
    whole(0, 365),
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    'How much is logged: fatal, error, warn, info, debug, trace or silent.',
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    'false',
    'Whether X-Forwarded-* headers of the nearest hop are believed: true only behind a proxy that sets them.',
    trueOrFalse,
  ),
  metricsToken: optional(
    'METRICS_TOKEN',
    'What GET /metrics asks for as a bearer token, at least 16 characters. Without it only this machine may ask.',
    token,
  ),
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
  auditSigningKey: optional(
    'AUDIT_SIGNING_KEY',
    'The key that signs checkpoints: Ed25519, PKCS #8 in base64. By default one is made beside the database.',
    signingKey,
  ),
  auditFormerKeys: setting(
    'AUDIT_FORMER_KEYS',
    '',
    'Public keys that signed checkpoints before the present one, with commas between.',
    publicKeys,
  ),
  checkpointFolder: optional(
    'CHECKPOINT_FOLDER',
    'The folder that keeps a copy of every checkpoint, best on another machine. By default that of the database.',
    anyText,
  ),
  auditorEmail: optional('AUDITOR_EMAIL', 'Who gets a checkpoint by mail every day.', mailAddress),
  backupFolder: optional(
    'BACKUP_FOLDER',
    'The folder that a backup is made in every night, best on another machine. Without it none is made.',
    anyText,
  ),
  backupDaily: setting('BACKUP_DAILY', '7', 'Of how many days the last backup is kept.', whole(1, 10_000)),
  backupWeekly: setting('BACKUP_WEEKLY', '4', 'Of how many weeks the last backup is kept.', whole(0, 10_000)),
  backupMonthly: setting('BACKUP_MONTHLY', '12', 'Of how many months the last backup is kept.', whole(0, 10_000)),
  redisUrl: optional(
    'REDIS_URL',
    'The Redis server through which several processes share the jobs: redis://host:port. Without it each does its own.',
    redisServer,
  ),
  redisPrefix: setting(
    'REDIS_PREFIX',
    'saka',
    'What every key in Redis begins with. Installations that share a Redis server each have their own; the processes of one have the same.',
    keyPrefix,
  ),
  role: setting(
    'ROLE',
    'all',
    'What this process does: `web` serves, `worker` does the jobs and tells how it is, `all` does both.',
    oneOf(['all', 'web', 'worker']),
  ),
  smtpUrl: optional(
    'SMTP_URL',
    'The mail server: smtp://user:password@host:port, or smtps: for TLS from the start.',
    mailServer,
  ),
  mailFrom: optional('MAIL_FROM', 'The sender of mails. By default saka@ and the host of BASE_URL.', mailAddress),
  mailPerSecond: setting(
    'MAIL_PER_SECOND',
    '10',
    'How many reminders go out by mail in a second at most.',
    whole(1, 1000),
  ),
  smsGatewayUrl: optional(
    'SMS_GATEWAY_URL',
    'The gateway for text messages: an https address. Without it none are sent.',
    gateway,
  ),
  smsGatewayKind: setting(
    'SMS_GATEWAY_KIND',
    'http',
    'How the gateway is spoken to: http as docs/sms-gateway.md says, or twilio.',
    oneOf(['http', 'twilio']),
  ),
  smsGatewayAccount: optional(
    'SMS_GATEWAY_ACCOUNT',
    'The account at the gateway; for twilio the Account SID.',
    accountId,
  ),
  smsGatewayToken: optional('SMS_GATEWAY_TOKEN', 'What this service proves itself to the gateway with.', credential),
  smsFrom: optional(
    'SMS_FROM',
    'The sender of text messages: a number, or a name of at most 11 letters and digits.',
    smsSender,
  ),
  smsPerSecond: setting(
    'SMS_PER_SECOND',
    '1',
    'How many reminders go out by text message in a second at most.',
    whole(1, 1000),
  ),
}

/** What each setting says. */
export type Settings = {
  [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer Value> ? Value : never
}

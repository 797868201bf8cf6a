import type { RoleGrant } from '../identity/rules.ts'
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

/** What each setting says. */
export interface Settings {
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
    read: replica,
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
    read: secret,
  },
  formerSecretKeys: {
    name: 'FORMER_SECRET_KEYS',
    fallback: '',
    meaning: 'The values that SECRET_KEY had before, with commas between: what they sealed can still be read.',
    read: listOf,
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
    read: token,
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
    read: keyPrefix,
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
    read: accountId,
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

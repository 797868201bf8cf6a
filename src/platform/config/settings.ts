import * as read from './setting-values.ts'

/** One setting: its name in the environment and how its text becomes a value. `docs/configuration.md` tells what it means. */
interface Setting<Value> {
  name: string
  /** The text that stands where none is given. */
  fallback: string
  read: read.Reader<Value>
}

const setting = <Value>(name: string, fallback: string, reader: read.Reader<Value>): Setting<Value> => ({
  name,
  fallback,
  read: reader,
})

/** A setting that is undefined where nothing is given. */
const optional = <Value>(name: string, reader: read.Reader<Value>): Setting<Value | undefined> =>
  setting<Value | undefined>(name, '', (text) => (text === '' ? { value: undefined } : reader(text)))

/** How often something may be done in a minute; 0 is no limit. */
const aMinute = (name: string, fallback: number) => setting(name, String(fallback), read.whole(0, 1_000_000))

const seconds = (name: string, fallback: number) => setting(name, String(fallback), read.whole(1, 86_400))

/** Every setting, by its place in `Config`. */
export const settings = {
  host: setting('HOST', '127.0.0.1', read.anyText),
  port: setting('PORT', '3000', read.whole(0, 65535)),
  baseUrl: optional('BASE_URL', read.webAddress),
  databaseUrl: setting('DATABASE_URL', 'file:./data/saka.db', read.database),
  databaseReadUrl: optional('DATABASE_READ_URL', read.replica),
  databaseConnections: setting('DATABASE_CONNECTIONS', '10', read.whole(1, 1000)),
  databaseSeconds: seconds('DATABASE_TIMEOUT_SECONDS', 60),
  dataFolder: setting('DATA_FOLDER', './data', read.anyText),
  adminEmail: optional('ADMIN_EMAIL', read.mailAddress),
  adminPassword: optional('ADMIN_PASSWORD', read.password),
  secretKey: optional('SECRET_KEY', read.secret),
  formerSecretKeys: setting('FORMER_SECRET_KEYS', '', read.listOf),
  requireSecondFactor: setting('REQUIRE_SECOND_FACTOR', '', read.roleNames),
  oidcIssuer: optional('OIDC_ISSUER', read.issuer),
  oidcClientId: optional('OIDC_CLIENT_ID', read.anyText),
  oidcClientSecret: optional('OIDC_CLIENT_SECRET', read.anyText),
  oidcRoleClaim: setting('OIDC_ROLE_CLAIM', 'roles', read.anyText),
  oidcRoles: setting('OIDC_ROLES', '{}', read.rolesByClaim),
  timeZone: setting('TIME_ZONE', 'Europe/Athens', read.timeZone),
  uploadLimitBytes: setting('UPLOAD_LIMIT_BYTES', String(256 * 1024 * 1024), read.whole(1024, 4 * 1024 ** 3)),
  retentionDays: setting('RETENTION_DAYS', '180', read.whole(0, 3650)),
  closeAfterDays: setting('CLOSE_AFTER_DAYS', '7', read.whole(0, 365)),
  logLevel: setting('LOG_LEVEL', 'info', read.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
  trustProxy: setting('TRUST_PROXY', 'false', read.trueOrFalse),
  metricsToken: optional('METRICS_TOKEN', read.token),
  rateCalls: aMinute('RATE_LIMIT_CALLS', 30_000),
  rateScans: aMinute('RATE_LIMIT_SCANS', 120_000),
  rateHeavy: aMinute('RATE_LIMIT_HEAVY', 600),
  ratePages: aMinute('RATE_LIMIT_PAGES', 600),
  rateGuesses: aMinute('RATE_LIMIT_GUESSES', 30),
  rateStrangers: aMinute('RATE_LIMIT_STRANGERS', 600),
  headerSeconds: seconds('HEADER_TIMEOUT_SECONDS', 15),
  bodySeconds: seconds('BODY_TIMEOUT_SECONDS', 30),
  uploadSeconds: seconds('UPLOAD_TIMEOUT_SECONDS', 600),
  auditSigningKey: optional('AUDIT_SIGNING_KEY', read.signingKey),
  auditFormerKeys: setting('AUDIT_FORMER_KEYS', '', read.publicKeys),
  checkpointFolder: optional('CHECKPOINT_FOLDER', read.anyText),
  auditorEmail: optional('AUDITOR_EMAIL', read.mailAddress),
  backupFolder: optional('BACKUP_FOLDER', read.anyText),
  backupDaily: setting('BACKUP_DAILY', '7', read.whole(1, 10_000)),
  backupWeekly: setting('BACKUP_WEEKLY', '4', read.whole(0, 10_000)),
  backupMonthly: setting('BACKUP_MONTHLY', '12', read.whole(0, 10_000)),
  redisUrl: optional('REDIS_URL', read.redisServer),
  redisPrefix: setting('REDIS_PREFIX', 'saka', read.keyPrefix),
  role: setting('ROLE', 'all', read.oneOf(['all', 'web', 'worker'])),
  smtpUrl: optional('SMTP_URL', read.mailServer),
  mailFrom: optional('MAIL_FROM', read.mailAddress),
  mailPerSecond: setting('MAIL_PER_SECOND', '10', read.whole(1, 1000)),
  smsGatewayUrl: optional('SMS_GATEWAY_URL', read.gateway),
  smsGatewayKind: setting('SMS_GATEWAY_KIND', 'http', read.oneOf(['http', 'twilio'])),
  smsGatewayAccount: optional('SMS_GATEWAY_ACCOUNT', read.accountId),
  smsGatewayToken: optional('SMS_GATEWAY_TOKEN', read.credential),
  smsFrom: optional('SMS_FROM', read.smsSender),
  smsPerSecond: setting('SMS_PER_SECOND', '1', read.whole(1, 1000)),
}

/** What each setting says. */
export type Settings = {
  [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer Value> ? Value : never
}

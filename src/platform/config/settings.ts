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

/** One setting: its name in the environment and how its text becomes a value. `docs/configuration.md` tells what it means. */
interface Setting<Value> {
  name: string
  /** The text that stands where none is given. */
  fallback: string
  read: Reader<Value>
}

const setting = <Value>(name: string, fallback: string, read: Reader<Value>): Setting<Value> => ({
  name,
  fallback,
  read,
})

/** A setting that is undefined where nothing is given. */
const optional = <Value>(name: string, read: Reader<Value>): Setting<Value | undefined> =>
  setting<Value | undefined>(name, '', (text) => (text === '' ? { value: undefined } : read(text)))

/** How often something may be done in a minute; 0 is no limit. */
const aMinute = (name: string, fallback: number) => setting(name, String(fallback), whole(0, 1_000_000))

const seconds = (name: string, fallback: number) => setting(name, String(fallback), whole(1, 86_400))

/** Every setting, by its place in `Config`. */
export const settings = {
  host: setting('HOST', '127.0.0.1', anyText),
  port: setting('PORT', '3000', whole(0, 65535)),
  baseUrl: optional('BASE_URL', webAddress),
  databaseUrl: setting('DATABASE_URL', 'file:./data/saka.db', database),
  databaseReadUrl: optional('DATABASE_READ_URL', replica),
  databaseConnections: setting('DATABASE_CONNECTIONS', '10', whole(1, 1000)),
  databaseSeconds: seconds('DATABASE_TIMEOUT_SECONDS', 60),
  dataFolder: setting('DATA_FOLDER', './data', anyText),
  adminEmail: optional('ADMIN_EMAIL', mailAddress),
  adminPassword: optional('ADMIN_PASSWORD', password),
  secretKey: optional('SECRET_KEY', secret),
  formerSecretKeys: setting('FORMER_SECRET_KEYS', '', listOf),
  requireSecondFactor: setting('REQUIRE_SECOND_FACTOR', '', roleNames),
  oidcIssuer: optional('OIDC_ISSUER', issuer),
  oidcClientId: optional('OIDC_CLIENT_ID', anyText),
  oidcClientSecret: optional('OIDC_CLIENT_SECRET', anyText),
  oidcRoleClaim: setting('OIDC_ROLE_CLAIM', 'roles', anyText),
  oidcRoles: setting('OIDC_ROLES', '{}', rolesByClaim),
  timeZone: setting('TIME_ZONE', 'Europe/Athens', timeZone),
  uploadLimitBytes: setting('UPLOAD_LIMIT_BYTES', String(256 * 1024 * 1024), whole(1024, 4 * 1024 ** 3)),
  retentionDays: setting('RETENTION_DAYS', '180', whole(0, 3650)),
  closeAfterDays: setting('CLOSE_AFTER_DAYS', '7', whole(0, 365)),
  logLevel: setting('LOG_LEVEL', 'info', oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])),
  trustProxy: setting('TRUST_PROXY', 'false', trueOrFalse),
  metricsToken: optional('METRICS_TOKEN', token),
  rateCalls: aMinute('RATE_LIMIT_CALLS', 30_000),
  rateScans: aMinute('RATE_LIMIT_SCANS', 120_000),
  rateHeavy: aMinute('RATE_LIMIT_HEAVY', 600),
  ratePages: aMinute('RATE_LIMIT_PAGES', 600),
  rateGuesses: aMinute('RATE_LIMIT_GUESSES', 30),
  rateStrangers: aMinute('RATE_LIMIT_STRANGERS', 600),
  headerSeconds: seconds('HEADER_TIMEOUT_SECONDS', 15),
  bodySeconds: seconds('BODY_TIMEOUT_SECONDS', 30),
  uploadSeconds: seconds('UPLOAD_TIMEOUT_SECONDS', 600),
  auditSigningKey: optional('AUDIT_SIGNING_KEY', signingKey),
  auditFormerKeys: setting('AUDIT_FORMER_KEYS', '', publicKeys),
  checkpointFolder: optional('CHECKPOINT_FOLDER', anyText),
  auditorEmail: optional('AUDITOR_EMAIL', mailAddress),
  backupFolder: optional('BACKUP_FOLDER', anyText),
  backupDaily: setting('BACKUP_DAILY', '7', whole(1, 10_000)),
  backupWeekly: setting('BACKUP_WEEKLY', '4', whole(0, 10_000)),
  backupMonthly: setting('BACKUP_MONTHLY', '12', whole(0, 10_000)),
  redisUrl: optional('REDIS_URL', redisServer),
  redisPrefix: setting('REDIS_PREFIX', 'saka', keyPrefix),
  role: setting('ROLE', 'all', oneOf(['all', 'web', 'worker'])),
  smtpUrl: optional('SMTP_URL', mailServer),
  mailFrom: optional('MAIL_FROM', mailAddress),
  mailPerSecond: setting('MAIL_PER_SECOND', '10', whole(1, 1000)),
  smsGatewayUrl: optional('SMS_GATEWAY_URL', gateway),
  smsGatewayKind: setting('SMS_GATEWAY_KIND', 'http', oneOf(['http', 'twilio'])),
  smsGatewayAccount: optional('SMS_GATEWAY_ACCOUNT', accountId),
  smsGatewayToken: optional('SMS_GATEWAY_TOKEN', credential),
  smsFrom: optional('SMS_FROM', smsSender),
  smsPerSecond: setting('SMS_PER_SECOND', '1', whole(1, 1000)),
}

/** What each setting says. */
export type Settings = {
  [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer Value> ? Value : never
}

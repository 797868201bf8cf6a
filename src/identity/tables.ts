import type { Columns, TableWithId } from '../platform/db/index.ts'
import type { LinkPurpose } from './links/rules.ts'
import type { ChallengePurpose } from './passkeys/rules.ts'
import type { RoleGrant } from './rules.ts'

/** Who may sign in, and the sessions, keys and devices that stand for them. Secrets are stored hashed. */
export const identityTables = (c: Columns, { schools }: { schools: TableWithId }) => {
  const users = c.table(
    'users',
    {
      id: c.id('id').primaryKey(),
      email: c.text('email').notNull(),
      name: c.text('name').notNull(),
      passwordHash: c.text('password_hash'),
      roles: c.json<RoleGrant[]>('roles').notNull(),
      active: c.bool('active').notNull().default(true),
      version: c.int('version').notNull().default(1),
      createdAt: c.instant('created_at').notNull(),
    },
    (t) => [c.uniqueIndex('users_email').on(t.email)],
  )
  const sessions = c.table(
    'sessions',
    {
      tokenHash: c.text('token_hash').primaryKey(),
      id: c.id('id').notNull(),
      userId: c.idOf('user_id', () => users.id),
      createdAt: c.instant('created_at').notNull(),
      lastSeenAt: c.instant('last_seen_at').notNull(),
      expiresAt: c.instant('expires_at').notNull(),
      userAgent: c.text('user_agent').notNull(),
      /** Whether more than a password was shown for it: an app's code, a passkey, or what the provider asks for. */
      twoFactors: c.bool('two_factors').notNull().default(false),
    },
    (t) => [c.index('sessions_user').on(t.userId, t.id)],
  )
  const knownBrowsers = c.table(
    'known_browsers',
    {
      tokenHash: c.text('token_hash').primaryKey(),
      userId: c.idOf('user_id', () => users.id),
      createdAt: c.instant('created_at').notNull(),
    },
    (t) => [c.index('known_browsers_user').on(t.userId)],
  )
  const oneTimeLinks = c.table(
    'one_time_links',
    {
      /** The user whom it lets in, or `setup`. A new link takes the older one's place. */
      subject: c.text('subject').primaryKey(),
      purpose: c.word<LinkPurpose>('purpose').notNull(),
      tokenHash: c.text('token_hash').notNull(),
      createdAt: c.instant('created_at').notNull(),
      expiresAt: c.instant('expires_at'),
    },
    (t) => [c.uniqueIndex('one_time_links_token_hash').on(t.tokenHash)],
  )
  const oidcSubjects = c.table(
    'oidc_subjects',
    {
      issuer: c.text('issuer').notNull(),
      subject: c.text('subject').notNull(),
      userId: c.idOf('user_id', () => users.id),
    },
    (t) => [c.primaryKey({ columns: [t.issuer, t.subject] })],
  )
  const totps = c.table('totps', {
    userId: c
      .id('user_id')
      .primaryKey()
      .references(() => users.id),
    /** Encrypted with the service's key. */
    sealedSecret: c.text('sealed_secret').notNull(),
    createdAt: c.instant('created_at').notNull(),
    confirmedAt: c.instant('confirmed_at'),
    /** The half minute of the last code that was used. */
    lastStep: c.int('last_step'),
  })
  const recoveryCodes = c.table(
    'recovery_codes',
    {
      codeHash: c.text('code_hash').primaryKey(),
      userId: c.idOf('user_id', () => users.id),
    },
    (t) => [c.index('recovery_codes_user').on(t.userId)],
  )
  const passkeys = c.table(
    'passkeys',
    {
      id: c.id('id').primaryKey(),
      /** What the authenticator calls it: base64url, unique among all of the world. */
      credentialId: c.text('credential_id').notNull(),
      userId: c.idOf('user_id', () => users.id),
      /** What its owner calls it. */
      name: c.text('name').notNull(),
      /** COSE (RFC 9052), in base64url. */
      publicKey: c.text('public_key').notNull(),
      /** How many signatures the authenticator says that it has made; 0 where it does not count. */
      counter: c.int('counter').notNull(),
      transports: c.json<string[]>('transports').notNull(),
      /** Whether it is kept in more than one place, by the account of a phone's maker. */
      backedUp: c.bool('backed_up').notNull(),
      createdAt: c.instant('created_at').notNull(),
      lastUsedAt: c.instant('last_used_at'),
    },
    (t) => [c.uniqueIndex('passkeys_credential').on(t.credentialId), c.index('passkeys_user').on(t.userId, t.id)],
  )
  const passkeyChallenges = c.table(
    'passkey_challenges',
    {
      challengeHash: c.text('challenge_hash').primaryKey(),
      purpose: c.word<ChallengePurpose>('purpose').notNull(),
      /** Who has to answer: a user's id, or `nobody`. Null: whoever can. */
      subject: c.text('subject'),
      expiresAt: c.instant('expires_at').notNull(),
    },
    (t) => [c.index('passkey_challenges_expires').on(t.expiresAt)],
  )
  const passwordResets = c.table('password_resets', {
    userId: c
      .id('user_id')
      .primaryKey()
      .references(() => users.id),
    askedAt: c.instant('asked_at').notNull(),
    /** When the mail server took the link; null while it waits. */
    mailedAt: c.instant('mailed_at'),
  })
  const apiKeys = c.table(
    'api_keys',
    {
      id: c.id('id').primaryKey(),
      name: c.text('name').notNull(),
      keyHash: c.text('key_hash').notNull(),
      roles: c.json<RoleGrant[]>('roles').notNull(),
      createdById: c.text('created_by_id').notNull(),
      createdAt: c.instant('created_at').notNull(),
      expiresAt: c.instant('expires_at'),
      /** Null: as many as there come. */
      requestsPerMinute: c.int('requests_per_minute'),
      lastUsedAt: c.instant('last_used_at'),
      revokedAt: c.instant('revoked_at'),
    },
    (t) => [c.uniqueIndex('api_keys_key_hash').on(t.keyHash)],
  )
  const devices = c.table(
    'devices',
    {
      id: c.id('id').primaryKey(),
      name: c.text('name').notNull(),
      schoolId: c.idOf('school_id', () => schools.id),
      provisioningHash: c.text('provisioning_hash'),
      provisioningExpiresAt: c.instant('provisioning_expires_at').notNull(),
      provisionedAt: c.instant('provisioned_at'),
      tokenHash: c.text('token_hash'),
      createdAt: c.instant('created_at').notNull(),
      lastSeenAt: c.instant('last_seen_at'),
      appVersion: c.text('app_version'),
      pendingScans: c.int('pending_scans'),
      revokedAt: c.instant('revoked_at'),
    },
    (t) => [
      c.uniqueIndex('devices_provisioning_hash').on(t.provisioningHash),
      c.uniqueIndex('devices_token_hash').on(t.tokenHash),
    ],
  )
  return {
    users,
    sessions,
    knownBrowsers,
    oneTimeLinks,
    oidcSubjects,
    totps,
    recoveryCodes,
    passkeys,
    passkeyChallenges,
    passwordResets,
    apiKeys,
    devices,
  }
}

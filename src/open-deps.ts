import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { jobs } from '../jobs/registry.ts'
import type { Deps } from './deps.ts'
import { createFirstAdmin } from './identity/index.ts'
import { idSource } from './kernel/ids.ts'
import { Problem } from './kernel/problem.ts'
import { type Instant, plusMilliseconds, systemClock } from './kernel/time.ts'
import { checkWords } from './notifications/index.ts'
import { type Config, InvalidConfig, isPostgres } from './platform/config.ts'
import { openPostgres, openSqlite } from './platform/db/index.ts'
import { releaseClaims } from './platform/http/index.ts'
import { type Log, openLog } from './platform/log.ts'
import { openMailer } from './platform/mailer.ts'
import { projectRoot } from './platform/project-root.ts'
import { secretKeyOf } from './platform/secret-key.ts'
import { openSigner } from './platform/signing-key.ts'
import { openSmsGateway } from './platform/sms.ts'
import { type OpenDb, postgresSchema, sqliteSchema } from './schema.ts'

/** What was opened, and how to close it again. */
export interface OpenDeps extends Deps {
  close(): Promise<void>
}

/** Opens everything that use cases work with. `overrides` replaces the clock, the ids, the log or the jobs. */
export async function openDeps(
  config: Config,
  overrides: Partial<Pick<Deps, 'clock' | 'newId' | 'log' | 'jobs'>> & { commitTogether?: number } = {},
): Promise<OpenDeps> {
  checkWords()
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? openLog(config.logLevel)
  const db = await openDatabase(config, log, overrides.commitTogether)
  const mailer = config.smtpUrl ? openMailer(config.smtpUrl, config.mailFrom) : undefined
  const close = async () => {
    mailer?.close()
    await db.close()
  }
  const deps: OpenDeps = {
    config,
    db,
    clock,
    newId: overrides.newId ?? idSource(),
    log,
    jobs: overrides.jobs ?? jobs,
    startedAt: clock.now(),
    signer: openSigner(config.auditSigningKey, `${resolve(config.databaseFile)}.audit-key`),
    mailer,
    sms: openSmsGateway(config),
    secretKey: secretKeyOf(config.secretKey, resolve(config.databaseFile)),
    check: db.check,
    emptyLog: db.emptyLog,
    close,
  }
  await db.transact((tx) => releaseClaims(tx, cutOffBefore(config, clock.now())))
  if (config.adminEmail && config.adminPassword)
    await createFirstAdmin(deps, config.adminEmail, config.adminPassword).catch(async (error: unknown) => {
      await close()
      throw error instanceof Problem && error.code === 'weak_password'
        ? new InvalidConfig([`ADMIN_PASSWORD is refused. ${error.message}`])
        : error
    })
  return deps
}

/** No request takes as long. */
const longestRequestMilliseconds = 3_600_000

/** Requests that came before this and have no answer were cut off by a crash. On PostgreSQL others may be at work on theirs. */
function cutOffBefore({ databaseUrl }: Config, now: Instant): Instant {
  return isPostgres(databaseUrl) ? plusMilliseconds(now, -longestRequestMilliseconds) : '9999'
}

async function openDatabase(config: Config, log: Log, commitTogether: number | undefined): Promise<OpenDb> {
  if (!isPostgres(config.databaseUrl))
    return openSqlite({
      file: resolve(config.databaseFile),
      tables: sqliteSchema,
      migrationsFolder: resolve(projectRoot, 'drizzle/sqlite'),
      ...(commitTogether && { commitTogether }),
    })
  mkdirSync(resolve(config.dataFolder), { recursive: true, mode: 0o700 })
  return openPostgres({
    url: config.databaseUrl,
    readUrl: config.databaseReadUrl,
    tables: postgresSchema,
    migrationsFolder: resolve(projectRoot, 'drizzle/postgres'),
    connections: config.databaseConnections,
    statementSeconds: config.databaseSeconds,
    onLost: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  })
}

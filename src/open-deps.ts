import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { jobs } from '../jobs/registry.ts'
import type { AllDeps } from './deps.ts'
import { createFirstAdmin } from './identity/index.ts'
import { checkTemplates } from './notifications/index.ts'
import { type Config, InvalidConfig, isPostgres } from './platform/config/config.ts'
import { openPostgres, openSqlite, takeSharedLock } from './platform/db/index.ts'
import { secretKeyOf } from './platform/keys/secret-key.ts'
import { openSigner } from './platform/keys/signing-key.ts'
import { openMailer } from './platform/mail/mailer.ts'
import { type Log, openLog } from './platform/observability/log.ts'
import { type Metrics, openMetrics } from './platform/observability/metrics.ts'
import { projectRoot } from './platform/project-root.ts'
import { openSmsGateway } from './platform/sms/sms.ts'
import { type OpenDb, postgresSchema, sqliteSchema } from './schema.ts'
import { idSource } from './shared/ids.ts'
import { Problem } from './shared/problem.ts'
import { systemClock } from './shared/time.ts'
import { traced } from './traced.ts'

/** What was opened, and how to close it again. */
export interface OpenDeps extends AllDeps {
  close(): Promise<void>
}

/** Opens everything that use cases work with. `overrides` replaces the clock, the ids, the log, the jobs or the mailer, or says where spans go. */
export async function openDeps(
  config: Config,
  overrides: Partial<Pick<AllDeps, 'clock' | 'newId' | 'log' | 'jobs' | 'mailer' | 'tracing'>> = {},
): Promise<OpenDeps> {
  checkTemplates()
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? openLog(config.logLevel)
  const metrics = openMetrics()
  const db = await openDatabase(config, log, metrics)
  const mailer = overrides.mailer ?? (config.smtpUrl ? openMailer(config.smtpUrl, config.mailFrom) : undefined)
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
    tracing: undefined,
    startedAt: clock.now(),
    signer: openSigner(config.auditSigningKey, `${resolve(config.databaseFile)}.audit-key`),
    metrics,
    mailer,
    sms: openSmsGateway(config),
    secretKey: secretKeyOf(config.secretKey, resolve(config.databaseFile)),
    check: db.check,
    measureDatabase: db.measure,
    truncateWal: db.truncateWal,
    close,
  }
  if (overrides.tracing) Object.assign(deps, traced(deps, overrides.tracing))
  if (config.adminEmail && config.adminPassword)
    await createFirstAdmin(deps, config.adminEmail, config.adminPassword).catch(async (error: unknown) => {
      await close()
      throw error instanceof Problem && error.code === 'weak_password'
        ? new InvalidConfig([`ADMIN_PASSWORD is refused. ${error.message}`])
        : error
    })
  return deps
}

/** How long a start waits while the database is being restored or copied, in milliseconds. */
const lockMilliseconds = 30_000

async function openDatabase(config: Config, log: Log, metrics: Metrics): Promise<OpenDb> {
  const onCommit = (commands: number, seconds: number) => {
    metrics.commits.observe(seconds)
    metrics.commitTogether.observe(commands)
  }
  if (!isPostgres(config.databaseUrl))
    return openSqlite({
      file: resolve(config.databaseFile),
      tables: sqliteSchema,
      migrationsFolder: resolve(projectRoot, 'drizzle/sqlite'),
      onCommit,
    })
  mkdirSync(resolve(config.dataFolder), { recursive: true, mode: 0o700 })
  const url = config.databaseUrl
  const onLost = (error: Error) => log.warn({ err: error }, 'a connection to the database was lost')
  const lock = await takeSharedLock({
    url,
    patience: lockMilliseconds,
    onWait: () => log.warn('the database is being restored or copied: the start waits for its end'),
    onLost,
  })
  const db = await openPostgres({
    url,
    readUrl: config.databaseReadUrl,
    tables: postgresSchema,
    migrationsFolder: resolve(projectRoot, 'drizzle/postgres'),
    connections: config.databaseConnections,
    statementSeconds: config.databaseSeconds,
    onCommit,
    onLost,
  }).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })
  const close = async () => {
    await db.close()
    await lock.release()
  }
  return { ...db, close }
}

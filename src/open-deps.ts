import { resolve } from 'node:path'
import { jobs } from '../jobs/registry.ts'
import type { Deps } from './deps.ts'
import { createFirstAdmin } from './identity/index.ts'
import { idSource } from './kernel/ids.ts'
import { Problem } from './kernel/problem.ts'
import { systemClock } from './kernel/time.ts'
import { checkWords } from './notifications/index.ts'
import { type Config, InvalidConfig } from './platform/config.ts'
import { openSqlite } from './platform/db/index.ts'
import { releaseClaims } from './platform/http/index.ts'
import { openLog } from './platform/log.ts'
import { openMailer } from './platform/mailer.ts'
import { openMetrics } from './platform/metrics.ts'
import { projectRoot } from './platform/project-root.ts'
import { secretKeyOf } from './platform/secret-key.ts'
import { openSigner } from './platform/signing-key.ts'
import { openSmsGateway } from './platform/sms.ts'
import { sqliteSchema } from './schema.ts'
import { traced } from './traced.ts'

/** What was opened, and how to close it again. */
export interface OpenDeps extends Deps {
  close(): void
}

/** Opens everything that use cases work with. `overrides` replaces the clock, the ids, the log or the jobs, or says where spans go. */
export async function openDeps(
  config: Config,
  overrides: Partial<Pick<Deps, 'clock' | 'newId' | 'log' | 'jobs' | 'tracing'>> & { commitTogether?: number } = {},
): Promise<OpenDeps> {
  checkWords()
  const clock = overrides.clock ?? systemClock
  const metrics = openMetrics()
  const db = openSqlite({
    file: resolve(config.databaseFile),
    tables: sqliteSchema,
    migrationsFolder: resolve(projectRoot, 'drizzle/sqlite'),
    onCommit: (commands, seconds) => {
      metrics.commits.observe(seconds)
      metrics.commitTogether.observe(commands)
    },
    ...(overrides.commitTogether && { commitTogether: overrides.commitTogether }),
  })
  const mailer = config.smtpUrl ? openMailer(config.smtpUrl, config.mailFrom) : undefined
  const close = () => {
    mailer?.close()
    db.close()
  }
  const deps: OpenDeps = {
    config,
    db,
    clock,
    newId: overrides.newId ?? idSource(),
    log: overrides.log ?? openLog(config.logLevel),
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
    emptyLog: db.emptyLog,
    close,
  }
  if (overrides.tracing) Object.assign(deps, traced(deps, overrides.tracing))
  await db.transact(releaseClaims)
  if (config.adminEmail && config.adminPassword)
    await createFirstAdmin(deps, config.adminEmail, config.adminPassword).catch((error: unknown) => {
      close()
      throw error instanceof Problem && error.code === 'weak_password'
        ? new InvalidConfig([`ADMIN_PASSWORD is refused. ${error.message}`])
        : error
    })
  return deps
}

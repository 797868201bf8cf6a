import type { Config } from './platform/config/config.ts'
import type { MeasuredDatabase } from './platform/db/index.ts'
import type { Job } from './platform/job.ts'
import type { Signer } from './platform/keys/signing-key.ts'
import type { Mailer } from './platform/mail/mailer.ts'
import type { Log } from './platform/observability/log.ts'
import type { Metrics } from './platform/observability/metrics.ts'
import type { Tracing } from './platform/observability/span.ts'
import type { SmsGateway } from './platform/sms/sms.ts'
import type { Db } from './schema.ts'
import type { NewId } from './shared/ids.ts'
import type { Clock, Instant } from './shared/time.ts'

/** What every use case works with. Plain arguments: tests pass others. */
export interface Deps {
  config: Config
  db: Db
  clock: Clock
  newId: NewId
  log: Log
  /** Signs the trail's checkpoints and authenticates each of its events, so that whatever changes a record needs it. */
  signer: Signer
}

/** Everything that a process has opened. Whoever needs more than {@link Deps} says so: `Deps & Pick<AllDeps, 'mailer'>`. */
export interface AllDeps extends Deps {
  /** What runs by itself. */
  jobs: readonly Job[]
  /** Since when this process has been up. */
  startedAt: Instant
  /** Counts what happens. */
  metrics: Metrics
  /** Undefined where nobody asked for traces. */
  tracing: Tracing | undefined
  /** Undefined where no mail server is configured. */
  mailer: Mailer | undefined
  /** Undefined where no gateway for text messages is configured. */
  sms: SmsGateway | undefined
  /** What stored secrets are sealed with. */
  secretKey: string
  /** Rejects when something that the service needs does not answer. */
  check(): Promise<void>
  /** How large the database is, and how much waits for it. */
  measureDatabase(): Promise<MeasuredDatabase>
  /** Takes what was deleted from the disk for good, also from the write-ahead log. Throws while another process reads. */
  truncateWal(): Promise<void>
}

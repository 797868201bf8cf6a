import type { NewId } from './kernel/ids.ts'
import type { Clock } from './kernel/time.ts'
import type { Config } from './platform/config.ts'
import type { Log } from './platform/log.ts'
import type { Db } from './schema.ts'

/** What use cases work with. Plain arguments: tests pass others. */
export interface Deps {
  config: Config
  db: Db
  clock: Clock
  newId: NewId
  log: Log
  /** What stored secrets are sealed with. */
  secretKey: string
  /** Throws when something that the service needs does not answer. */
  check(): void
}

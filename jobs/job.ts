import type { Deps } from '../src/deps.ts'

/** Work that happens by itself, again and again. */
export interface Job {
  /** kebab-case, as an operator reads it. */
  name: string
  /** When: a cron pattern in the municipality's time zone. */
  pattern: string
  /** Does it once and answers its figures. Doing it twice does no harm. */
  run(deps: Deps): Promise<Record<string, number>>
}

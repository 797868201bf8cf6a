import { Cron } from 'croner'
import type { Instant } from '../shared/time.ts'

/**
 * When a cron pattern is next due after an instant; null for one that never is. On the night on which an hour is left out, a
 * time in it is due at its end; on the night on which an hour comes twice, a time in it is due once.
 */
export function nextDue(pattern: string, timeZone: string, after: Instant): Instant | null {
  return new Cron(pattern, { timezone: timeZone }).nextRun(new Date(after))?.toISOString() ?? null
}

const earlyMilliseconds = 50

/** The last moment, not after `now`, at which a pattern was due; `now` where there was none. */
export function lastDue(pattern: string, timeZone: string, now: Instant): Instant {
  // A timer may be a little early, and a pattern knows whole seconds: up to the end of this one.
  const second = Math.floor((Date.parse(now) + earlyMilliseconds) / 1000)
  const [last] = new Cron(pattern, { timezone: timeZone }).previousRuns(1, new Date((second + 1) * 1000))
  return last?.toISOString() ?? now
}

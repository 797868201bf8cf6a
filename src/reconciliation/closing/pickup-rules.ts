import type { Campaign } from '../../campaigns/rules.ts'
import { type Instant, type LocalDate, plusDays, plusMilliseconds } from '../../shared/time.ts'

const dayMilliseconds = 24 * 60 * 60_000

/** Whether the last day of a pickup has passed by `today`, and nobody has ended it. */
export function isOver({ status, pickupUntil }: Pick<Campaign, 'status' | 'pickupUntil'>, today: LocalDate): boolean {
  return status === 'open' && pickupUntil < today
}

/**
 * Whether a pickup that has been known to be over since `since` ends by itself at `now`. It goes by when that was noticed, not
 * by the window: whoever was away, or has a clock that jumped, has `days` days all the same. 0 days is never.
 */
export function closesByItself(since: Instant, now: Instant, days: number): boolean {
  return days > 0 && plusMilliseconds(since, days * dayMilliseconds) <= now
}

/** The day on which a pickup that is noticed to be over on `today` ends by itself. */
export function closingDay(today: LocalDate, days: number): LocalDate {
  return plusDays(today, days)
}

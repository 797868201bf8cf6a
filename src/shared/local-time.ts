import { dateFormat, type Instant, type LocalDate } from './time.ts'

/** A time of day on the clock on the wall: `HH:MM`, `00:00` to `23:59`. */
export type TimeOfDay = string

/** Matches a {@link TimeOfDay}. */
export const timeOfDayPattern = '^([01]\\d|2[0-3]):[0-5]\\d$'

const day = 24 * 60 * 60_000

/** What the clock on the wall shows at `instant` in `timeZone`, to the minute: `2023-09-11T09:30`. */
function wallTime(instant: number, timeZone: string): string {
  // Swedish writes dates as ISO 8601 does.
  const format = dateFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' })
  return format.format(instant).replace(' ', 'T')
}

/** The time of day at `instant` in `timeZone`. */
export function timeOfDay(instant: Instant, timeZone: string): TimeOfDay {
  return wallTime(Date.parse(instant), timeZone).slice(11)
}

/** How far the clocks of `timeZone` are ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  return Date.parse(`${wallTime(instant, timeZone)}:00Z`) - Math.floor(instant / 60_000) * 60_000
}

/**
 * The instant at which the clocks of `timeZone` show `time` on `date`. Where they show it twice, when they go back, it is the
 * first; a time that they leave out, when they go forward, counts on from where they stood (RFC 5545, section 3.3.5).
 */
export function instantAt(date: LocalDate, time: TimeOfDay, timeZone: string): Instant {
  const wall = `${date}T${time}`
  const asUtc = Date.parse(`${wall}:00Z`)
  const before = asUtc - offsetAt(asUtc - day, timeZone)
  const after = asUtc - offsetAt(asUtc + day, timeZone)
  const shows = [before, after].find((instant) => wallTime(instant, timeZone) === wall)
  return new Date(shows ?? before).toISOString()
}

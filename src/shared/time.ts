import { invalidInput } from './problem.ts'

/** A moment in time, RFC 3339 in UTC with milliseconds: `2023-09-11T06:30:00.000Z`. Sorts as text. */
export type Instant = string

/** A calendar day local to the municipality: `YYYY-MM-DD`. */
export type LocalDate = string

/** Where time comes from. The one clock of the service; tests and the demonstration bring their own. */
export interface Clock {
  now(): Instant
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => new Date().toISOString() }

const formats = new Map<string, Intl.DateTimeFormat>()

/** How dates are written in `locale` with `options`. Making a format is slow: each is made once. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options])
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, format)
  return format
}

/** The last answer: scans come many to the minute, and asking the calendar is slow. No zone changes its day within a minute. */
let lately = { minute: '', timeZone: '', date: '' }

/** The calendar day on which `instant` falls in `timeZone` (IANA name, `Europe/Athens`). */
export function localDate(instant: Instant, timeZone: string): LocalDate {
  const minute = instant.slice(0, 16)
  if (lately.minute === minute && lately.timeZone === timeZone) return lately.date
  const format = dateFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  lately = { minute, timeZone, date: format.format(new Date(instant)) }
  return lately.date
}

/** Day and time of day at `instant` in `timeZone` as staff read it: `11/09/2023, 09:30`. */
export function localTime(instant: Instant, timeZone: string): string {
  return dateFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(instant))
}

/** `instant` moved by `milliseconds`, which may be negative. */
export function plusMilliseconds(instant: Instant, milliseconds: number): Instant {
  return new Date(Date.parse(instant) + milliseconds).toISOString()
}

/** The day `days` after `date`, or before it if they are negative. */
export function plusDays(date: LocalDate, days: number): LocalDate {
  const moved = new Date(`${date}T12:00:00.000Z`)
  moved.setUTCDate(moved.getUTCDate() + days)
  return moved.toISOString().slice(0, 10)
}

const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d\.\d{3}Z$/

/** What every day and moment that is sent to us is of, in words. */
export const calendarYears = 'the years 1900 to 2199'

/**
 * Whether `text`, which begins with its year, is of {@link calendarYears}. Nobody plans or records anything outside them, a
 * phone that has lost its time says 1970, and within them every way to write, compare and add agrees: years have four digits,
 * so that text sorts as time does, and the years before 100 are not taken for others.
 */
export function isOnCalendar(text: Instant | LocalDate): boolean {
  return /^(19|20|21)\d\d-/.test(text)
}

/** Whether `text`, which is RFC 3339, is a moment that {@link toInstant} takes: its year counts in UTC. */
export function isInstant(text: string): boolean {
  return instantOf(text) !== undefined
}

/**
 * `text` as an instant in UTC with milliseconds. The caller has checked that it is RFC 3339, which has leap seconds where
 * a `Date` has none: one counts as the last millisecond before it. Raises `invalid_input` outside {@link calendarYears}.
 */
export function toInstant(text: string): Instant {
  const instant = instantOf(text)
  if (instant === undefined)
    throw invalidInput({ errors: [{ pointer: '', message: `must hold moments of ${calendarYears}` }] })
  return instant
}

function instantOf(text: string): Instant | undefined {
  // Most are written that way already, and reading each to write it again is slow.
  if (canonical.test(text)) return isOnCalendar(text) ? text : undefined
  const date = new Date(text.replace(/:60(\.\d+)?/, ':59.999'))
  if (Number.isNaN(date.getTime())) return undefined
  const instant = date.toISOString()
  return isOnCalendar(instant) ? instant : undefined
}

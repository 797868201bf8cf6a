import type { LocalDate } from '../../shared/time.ts'
import { localeOf, type MessageLanguage } from './language.ts'

const format = (date: LocalDate, language: MessageLanguage, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(localeOf(language), { ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))

/** A day with its weekday: `Δευτέρα 11 Σεπτεμβρίου 2023`. */
export function fullDate(date: LocalDate, language: MessageLanguage): string {
  // Some languages end with a short word for the year, which should not stand on a line by itself.
  return format(date, language, { dateStyle: 'full' }).replace(/ (?=\S\S?$)/, '\u00a0')
}

/** A day as short as can be: `11/9`. */
export function shortDate(date: LocalDate, language: MessageLanguage): string {
  // Without leading noughts and the marks of direction that some languages put in, each of which is paid for.
  return format(date, language, { day: 'numeric', month: 'numeric' }).replaceAll(/\b0|\u200f/g, '')
}

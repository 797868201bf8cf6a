import type { LocalDate } from '../../shared/time.ts'

/** The languages that reminders are written in, by BCP 47 primary subtag. */
export const messageLanguages = ['el', 'en', 'sq', 'ar', 'uk', 'ur', 'ka', 'bg'] as const

/** One of {@link messageLanguages}. */
export type MessageLanguage = (typeof messageLanguages)[number]

/** The language to write in to somebody whose language is `tag` (BCP 47): that one if it is ours, else Greek. */
export function messageLanguage(tag: string | null): MessageLanguage {
  const primary = tag?.toLowerCase().split('-')[0]
  return messageLanguages.find((language) => language === primary) ?? 'el'
}

/** Where a line in `language` begins. */
export function directionOf(language: MessageLanguage): 'ltr' | 'rtl' {
  return language === 'ar' || language === 'ur' ? 'rtl' : 'ltr'
}

/** The locale that dates and lists are written by: in the language's own words, in Western digits as codes are. */
export function localeOf(language: MessageLanguage): string {
  return `${language === 'en' ? 'en-GB' : language}-u-ca-gregory-nu-latn`
}

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

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

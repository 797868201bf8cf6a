import { isolated, plainText } from './bidi.ts'
import type { ReminderFacts } from './facts.ts'
import { directionOf, localeOf, type MessageLanguage } from './language.ts'
import type { Speech } from './speech.ts'

/** The given names, where all are known, before what is said of them; each read in its own direction. */
export function withNames(say: Speech, language: MessageLanguage, { vouchers }: ReminderFacts, what: string): string {
  const names = vouchers.flatMap(({ givenName }) => plainText(givenName ?? '') || [])
  if (names.length < vouchers.length) return what
  const list = new Intl.ListFormat(localeOf(language)).format(
    names.map((name) => isolated(name, directionOf(language))),
  )
  return say('named', { names: list, what })
}

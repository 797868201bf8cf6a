import type { MessageLanguage } from './language.ts'
import type { WordKey } from './word-keys.ts'

/** One text with its placeholders, or its forms by what the language counts with (CLDR plural categories). */
export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>

/** All texts of one language. */
export type WordFile = Partial<Record<WordKey, Phrase>>

/** The texts of every language. */
export type Words = Record<MessageLanguage, WordFile>

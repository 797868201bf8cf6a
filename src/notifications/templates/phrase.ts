import type { MessageLanguage } from './language.ts'
import type { TemplateKey } from './template-keys.ts'

/** One text with its placeholders, or its forms by what the language counts with (CLDR plural categories). */
export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>

/** All texts of one language. */
export type TemplateFile = Partial<Record<TemplateKey, Phrase>>

/** The texts of every language. */
export type Templates = Record<MessageLanguage, TemplateFile>

import type { MessageLanguage } from './language.ts'

/** What every file of templates holds: each text by what it is known by. */
export const templateKeys = [
  'opening.headline',
  'opening.lead',
  'reminder.headline',
  'reminder.lead',
  'closing.headline',
  'closing.lead',
  'correction.headline',
  'correction.lead',
  'named',
  'code',
  'qr',
  'page',
  'where',
  'when',
  'from',
  'until',
  'bring',
  'bring.what',
  'good',
  'questions',
  'why',
  'stop',
  'sms.opening',
  'sms.reminder',
  'sms.closing',
  'sms.correction',
  'sms.stop',
] as const

/** What a text is known by. */
export type TemplateKey = (typeof templateKeys)[number]

/** One text with its placeholders, or its forms by what the language counts with (CLDR plural categories). */
export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>

/** All texts of one language. */
export type TemplateFile = Partial<Record<TemplateKey, Phrase>>

/** The texts of every language. */
export type Templates = Record<MessageLanguage, TemplateFile>

/** Says the text of a key in one language; `count` chooses its form. */
export type Speech = (key: TemplateKey, values?: Record<string, string>, count?: number) => string

/**
 * Speaks `language` with `templates`. What the language lacks is said in Greek: a reminder that is partly in Greek is better than
 * none, and {@link checkTemplates} keeps it from happening.
 */
export function speech(templates: Templates, language: MessageLanguage): Speech {
  return (key, values = {}, count = 1) => {
    const text = formOf(templates[language][key], language, count) ?? formOf(templates.el[key], 'el', count) ?? ''
    const all: Record<string, string> = { ...values, count: String(count) }
    // In one go, so that braces in a value stay what they are.
    return text.replaceAll(/\{([a-z]+)\}/gi, (placeholder, name) => all[name] ?? placeholder)
  }
}

function formOf(phrase: Phrase | undefined, language: MessageLanguage, count: number): string | undefined {
  if (typeof phrase !== 'object') return phrase
  return phrase[new Intl.PluralRules(language).select(count)] ?? phrase.other
}

import type { MessageLanguage } from './language.ts'
import type { Phrase, Templates } from './phrase.ts'
import type { TemplateKey } from './template-keys.ts'

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

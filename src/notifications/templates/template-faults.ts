import { type MessageLanguage, messageLanguages } from './language.ts'
import { type Phrase, type TemplateKey, type Templates, templateKeys } from './speech.ts'

/** Where languages say less than everything, more, or something else than Greek does: a sentence for each place. */
export function templateFaults(templates: Templates): string[] {
  return messageLanguages.flatMap((language) => {
    const file = templates[language]
    const unknown = Object.keys(file).filter((key) => !templateKeys.includes(key as TemplateKey))
    return [
      ...templateKeys.filter((key) => file[key] === undefined).map((key) => `${language}.json lacks ${key}.`),
      ...unknown.map((key) => `${language}.json has ${key}, which is never said.`),
      ...templateKeys
        .filter((key) => file[key] !== undefined && templates.el[key] !== undefined)
        .flatMap((key) =>
          phraseFaults(file[key], templates.el[key]!, language).map((fault) => `${language}.json, ${key} ${fault}.`),
        ),
    ]
  })
}

function phraseFaults(phrase: unknown, greek: Phrase, language: MessageLanguage): string[] {
  if (typeof phrase === 'string') {
    if (typeof greek !== 'string') return ['must have a form for each way of counting']
    return textFaults(phrase, greek)
  }
  if (typeof greek === 'string' || typeof phrase !== 'object' || phrase === null) return ['must be one text']
  const forms = phrase as Record<string, unknown>
  const needed = countedWith(language)
  return [
    ...needed.filter((form) => typeof forms[form] !== 'string').map((form) => `lacks the form ${form}`),
    ...Object.keys(forms)
      .filter((form) => !needed.includes(form as Intl.LDMLPluralRule))
      .map((form) => `has the form ${form}, which the language does not count with`),
    ...needed.flatMap((form) =>
      typeof forms[form] === 'string'
        ? textFaults(forms[form], String(greek.other), form).map((f) => `(${form}) ${f}`)
        : [],
    ),
  ]
}

/** How often `{count}` is said is for each language and form to say; everything else that stands in braces is the same in all. */
function textFaults(text: string, greek: string, form?: string): string[] {
  if (text.trim() === '') return ['is empty']
  if (/[{}]/.test(text.replaceAll(/\{[a-z]+\}/gi, ''))) return ['has a brace without its other half']
  const placeholders = new Set(placeholdersIn(text))
  const expected = new Set(placeholdersIn(greek))
  const missing = [...expected].filter((name) => !placeholders.has(name) && !(name === 'count' && form))
  const unknown = [...placeholders].filter((name) => !expected.has(name))
  // Of several it has to say how many, as Greek does, unless the form itself says so.
  const uncounted = expected.has('count') && !placeholders.has('count') && form !== 'one' && form !== 'two'
  return [
    ...missing.map((name) => `lacks {${name}}`),
    ...unknown.map((name) => `has {${name}}, which is not filled`),
    ...(uncounted ? ['lacks {count}'] : []),
  ]
}

function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{([a-z]+)\}/gi)].map(([, name]) => name!)
}

/** The forms that whole numbers from one on take in `language`. */
function countedWith(language: MessageLanguage): Intl.LDMLPluralRule[] {
  const rules = new Intl.PluralRules(language)
  return [...new Set(Array.from({ length: 200 }, (_, i) => rules.select(i + 1)))]
}

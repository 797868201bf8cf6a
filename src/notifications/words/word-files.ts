import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../platform/project-root.ts'
import type greek from './el.json'
import { type MessageLanguage, messageLanguages } from './language.ts'

/** What a text is known by. */
export type WordKey = keyof typeof greek

/** One text with its placeholders, or its forms by what the language counts with (CLDR plural categories). */
export type Phrase = string | Partial<Record<Intl.LDMLPluralRule, string>>

/** All texts of one language. */
export type WordFile = Partial<Record<WordKey, Phrase>>

/** The texts of every language. */
export type Words = Record<MessageLanguage, WordFile>

/** The files of words are not whole. Lists everything that is missing or wrong. */
export class BrokenWords extends Error {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(`Saka cannot start, words of its reminders are missing or wrong:\n${faults.map((f) => `  ${f}`).join('\n')}`)
    this.faults = faults
  }
}

/** Where translators edit them: not copied to `dist`, so that there is one of each. */
const ownFolder = join(projectRoot, 'src/notifications/words')
let own: Words | undefined

/** The words of this service, read once. What is missing in a file is nobody's fault here: {@link checkWords} told at the start. */
export function ownWords(): Words {
  own ??= readWords(ownFolder).words
  return own
}

/** Reads the words in `folder` and throws {@link BrokenWords} unless every language says the same. */
export function checkWords(folder = ownFolder): void {
  const { words, unreadable } = readWords(folder)
  const faults = [...unreadable, ...wordFaults(words)]
  if (faults.length > 0) throw new BrokenWords(faults)
  if (folder === ownFolder) own = words
}

/** The words in `folder`; a language whose file cannot be read has none. */
export function readWords(folder: string): { words: Words; unreadable: string[] } {
  const unreadable: string[] = []
  const read = (language: MessageLanguage): WordFile => {
    try {
      const file: unknown = JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8'))
      if (typeof file === 'object' && file !== null && !Array.isArray(file)) return file
      unreadable.push(`${language}.json is no list of texts.`)
    } catch (error) {
      unreadable.push(`${language}.json cannot be read: ${(error as Error).message}.`)
    }
    return {}
  }
  return {
    words: Object.fromEntries(messageLanguages.map((language) => [language, read(language)])) as Words,
    unreadable,
  }
}

/** Where languages say less than Greek, more, or something else. */
function wordFaults(words: Words): string[] {
  return messageLanguages.flatMap((language) => {
    const keys = Object.keys(words[language]) as WordKey[]
    // A file that could not be read has been told of.
    if (keys.length === 0) return []
    const greekKeys = Object.keys(words.el) as WordKey[]
    const missing = greekKeys.filter((key) => !keys.includes(key)).map((key) => `${language}.json lacks ${key}.`)
    const unknown = keys
      .filter((key) => !greekKeys.includes(key))
      .map((key) => `${language}.json has ${key}, which Greek lacks.`)
    const wrong = keys
      .filter((key) => greekKeys.includes(key))
      .flatMap((key) =>
        phraseFaults(words[language][key], words.el[key]!, language).map((f) => `${language}.json, ${key} ${f}.`),
      )
    return [...missing, ...unknown, ...wrong]
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

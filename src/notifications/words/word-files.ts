import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../platform/project-root.ts'
import { type MessageLanguage, messageLanguages } from './language.ts'
import { wordFaults } from './word-faults.ts'
import type { WordKey } from './word-keys.ts'

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

/** Where translators edit them. */
const ownFolder = join(projectRoot, 'src/notifications/words')
let own: Words | undefined

/** The words of this service, read once. What is missing in a file is nobody's fault here: {@link checkTemplates} told at the start. */
export function ownWords(): Words {
  own ??= readWords(ownFolder).words
  return own
}

/** Reads the words in `folder` and throws {@link BrokenWords} unless every language says everything, and the same. */
export function checkTemplates(folder = ownFolder): void {
  if (folder === ownFolder && own) return
  const { words, unreadable } = readWords(folder)
  const faults = unreadable.length > 0 ? unreadable : wordFaults(words)
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

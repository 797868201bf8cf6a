import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../../platform/operator-error.ts'
import { projectRoot } from '../../platform/project-root.ts'
import { type MessageLanguage, messageLanguages } from './language.ts'
import type { TemplateFile, Templates } from './speech.ts'
import { templateFaults } from './template-faults.ts'

/** The files of templates are not whole. Lists everything that is missing or wrong. */
export class BrokenTemplates extends OperatorError {
  readonly faults: string[]

  constructor(faults: string[]) {
    super(
      `Saka cannot start, templates of its reminders are missing or wrong:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    )
    this.faults = faults
  }
}

/** Where translators edit them. */
const ownFolder = join(projectRoot, 'src/notifications/templates')
let own: Templates | undefined

/** The templates of this service, read once. What is missing in a file is nobody's fault here: {@link checkTemplates} told at the start. */
export function ownTemplates(): Templates {
  own ??= readTemplates(ownFolder).templates
  return own
}

/** Reads the templates in `folder` and throws {@link BrokenTemplates} unless every language says everything, and the same. */
export function checkTemplates(folder = ownFolder): void {
  if (folder === ownFolder && own) return
  const { templates, unreadable } = readTemplates(folder)
  const faults = unreadable.length > 0 ? unreadable : templateFaults(templates)
  if (faults.length > 0) throw new BrokenTemplates(faults)
  if (folder === ownFolder) own = templates
}

/** The templates in `folder`; a language whose file cannot be read has none. */
export function readTemplates(folder: string): { templates: Templates; unreadable: string[] } {
  const unreadable: string[] = []
  const read = (language: MessageLanguage): TemplateFile => {
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
    templates: Object.fromEntries(messageLanguages.map((language) => [language, read(language)])) as Templates,
    unreadable,
  }
}

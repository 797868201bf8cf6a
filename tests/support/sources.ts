import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/platform/project-root.ts'

/** The text of a file of the project: `docs/domain.md`. */
export const textOf = (file: string) => readFileSync(join(projectRoot, file), 'utf8')

/** The files of TypeScript in these folders of the project, by their paths from its root. */
export const sourceFiles = (...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => `${folder}/${file}`),
  )

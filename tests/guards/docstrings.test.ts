import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

const files = ['src', 'jobs', 'openapi'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(folder, file)),
)

/** What a file exports under its own name, with the docstring before it; what is only passed on has its own elsewhere. */
function exportsOf(file: string): { name: string; docstring: string | undefined }[] {
  const source = readFileSync(join(projectRoot, file), 'utf8')
  const declared =
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(?:\/\/[^\n]*\n)*^export (?!\{|\*|type \{)(?:default |async )*(?:\w+\*? )([\w$]+)/gm
  return [...source.matchAll(declared)].map(([, docstring, name]) => ({ name: name!, docstring }))
}

t.test('every export says what it is', async (t) => {
  t.ok(files.length > 150, 'the files were found')
  for (const file of files) {
    for (const { name, docstring } of exportsOf(file)) {
      // A record of the contract is told by its fields, each with an example.
      if (/schemas[\w-]*\.ts$/.test(file)) continue
      t.match(docstring, /\w.*[.…]/s, `${file}: ${name}`)
    }
  }
})

t.test('files are named in kebab-case, after what is in them', async (t) => {
  for (const file of files) {
    t.match(file, /^[a-z0-9/-]+\.ts$/)
    t.notMatch(file, /(^|[/-])(utils?|helpers?|managers?|common|misc)([/.-]|$)/)
  }
})

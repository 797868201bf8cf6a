import t from 'tap'
import { sourceFiles, textOf } from '../support/sources.ts'

const files = sourceFiles('src', 'jobs', 'openapi')

/** What a file exports under its own name, with the docstring before it; what is only passed on has its own elsewhere. */
function exportsOf(file: string): { file: string; name: string; docstring: string | undefined }[] {
  const source = textOf(file)
  const declared =
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(?:\/\/[^\n]*\n)*^export (?!\{|\*|type \{)(?:default |async )*(?:\w+\*? )([\w$]+)/gm
  return [...source.matchAll(declared)].map(([, docstring, name]) => ({ file, name: name!, docstring }))
}

t.test('every export says what it is', async (t) => {
  t.ok(files.length > 150, 'the files were found')
  // A record of the contract is told by its fields, each with an example.
  const exported = files.filter((file) => !/schemas[\w-]*\.ts$/.test(file)).flatMap(exportsOf)
  t.ok(exported.length > 1500, 'the exports were found')
  const silent = exported.filter(({ docstring }) => !/\w.*[.…]/s.test(docstring ?? ''))
  t.same(silent, [])
})

t.test('files are named in kebab-case, after what is in them', async (t) => {
  const vague = /(^|[/-])(utils?|helpers?|managers?|common|misc)([/.-]|$)/
  t.same(
    files.filter((file) => !/^[a-z0-9/-]+\.ts$/.test(file) || vague.test(file)),
    [],
  )
})

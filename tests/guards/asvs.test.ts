import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { textOf } from '../support/sources.ts'

const page = textOf('docs/security/asvs.md')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `V'))
  .map((line) => {
    const [number = '', level = '', words = '', state = '', why = ''] = line.slice(2, -2).split(' | ')
    return { number, level, words, state, why }
  })
type Row = (typeof rows)[number]
const testsIn = (text: string) => text.match(/tests\/[\w/-]+\.(test|bench)\.ts/g) ?? []

t.test('docs/security/asvs.md has a row for each of the 253 requirements of levels 1 and 2, once', async (t) => {
  t.equal(rows.length, 253)
  t.equal(new Set(rows.map(({ number }) => number)).size, 253)
  t.equal(rows.filter(({ level }) => level === '1').length, 70)
  const isComplete = ({ number, level, words }: Row) =>
    /^`V\d+\.\d+\.\d+`$/.test(number) && /^[12]$/.test(level) && /\w.{2,}/.test(words)
  t.same(
    rows.filter((row) => !isComplete(row)),
    [],
  )
})

t.test('what is met names the tests that show it, and what is not says why', async (t) => {
  const isReasoned = ({ state, why }: Row) =>
    state === 'met'
      ? testsIn(why).length > 0
      : ['not applicable', 'open'].includes(state) && /^[A-Z`_0-9].{6,}\.$/.test(why)
  t.same(
    rows.filter((row) => !isReasoned(row)),
    [],
  )
})

t.test('a test that is named by its sentence is there', async (t) => {
  const named = [...page.matchAll(/`(tests\/[\w/.-]+)` ((?:“[^”]+”(?:, )?)+)/g)]
  t.ok(named.length > 30)
  const missing = named.flatMap(([, file, sentences]) => {
    const text = textOf(file!)
    return [...sentences!.matchAll(/“([^”]+)”/g)]
      .filter(([, sentence]) => !text.includes(sentence!))
      .map(([, sentence]) => `${file}: ${sentence}`)
  })
  t.same(missing, [])
})

t.test('docs/security/asvs.md counts its own rows', async (t) => {
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length
  t.match(page, `${count('met')} are met, ${count('not applicable')} do not apply, ${count('open')} are open.`)
})

t.test('every test that a page on security names is there', async (t) => {
  for (const name of ['docs/security/asvs.md', 'docs/security/threat-model.md']) {
    const named = testsIn(textOf(name))
    t.ok(named.length > 10, name)
    t.same(
      named.filter((test) => !existsSync(join(projectRoot, test))),
      [],
      name,
    )
  }
})

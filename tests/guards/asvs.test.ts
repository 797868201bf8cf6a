import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

const read = (page: string) => readFileSync(join(projectRoot, 'docs', page), 'utf8')
const page = read('asvs.md')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `V'))
  .map((line) => {
    const [number = '', level = '', words = '', state = '', why = ''] = line.slice(2, -2).split(' | ')
    return { number, level, words, state, why }
  })
const testsIn = (text: string) => text.match(/tests\/[\w/-]+\.(test|bench)\.ts/g) ?? []

t.test('docs/asvs.md has a row for each of the 253 requirements of levels 1 and 2, once', async (t) => {
  t.equal(rows.length, 253)
  t.equal(new Set(rows.map(({ number }) => number)).size, 253)
  t.equal(rows.filter(({ level }) => level === '1').length, 70)
  for (const { number, level, words } of rows) {
    t.match(number, /^`V\d+\.\d+\.\d+`$/)
    t.match(level, /^[12]$/, number)
    t.match(words, /\w.{2,}/, number)
  }
})

t.test('what is met names the tests that show it, and what is not says why', async (t) => {
  for (const { number, state, why } of rows) {
    t.match(state, /^(met|not applicable|open)$/, number)
    if (state === 'met') t.ok(testsIn(why).length > 0, `${number} names a test`)
    else t.match(why, /^[A-Z`_0-9].{6,}\.$/, `${number} says why`)
  }
})

t.test('a test that is named by its sentence is there', async (t) => {
  const named = [...page.matchAll(/`(tests\/[\w/.-]+)` ((?:“[^”]+”(?:, )?)+)/g)]
  t.ok(named.length > 30)
  for (const [, file, sentences] of named) {
    const text = readFileSync(join(projectRoot, file!), 'utf8')
    for (const [, sentence] of sentences!.matchAll(/“([^”]+)”/g)) t.ok(text.includes(sentence!), `${file}: ${sentence}`)
  }
})

t.test('docs/asvs.md counts its own rows', async (t) => {
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length
  t.match(page, `${count('met')} are met, ${count('not applicable')} do not apply, ${count('open')} are open.`)
})

t.test('every test that a page on security names is there', async (t) => {
  for (const name of ['asvs.md', 'threat-model.md']) {
    const named = testsIn(read(name))
    t.ok(named.length > 10, name)
    for (const test of named) t.ok(existsSync(join(projectRoot, test)), `${name}: ${test}`)
  }
})

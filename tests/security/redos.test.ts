import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { parse } from 'acorn'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { checkSync } from 'recheck'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

interface Pattern {
  source: string
  flags: string
  where: string
}

function walk(node: any, visit: (node: any) => void): void {
  if (!node || typeof node !== 'object') return
  if (!Array.isArray(node)) visit(node)
  for (const child of Object.values(node)) walk(child, visit)
}

/** Every regular expression that our code writes out, and where one is put together. */
function patternsOfCode(): { written: Pattern[]; builtIn: string[] } {
  const folder = join(projectRoot, 'src')
  const written: Pattern[] = []
  const builtIn: string[] = []
  for (const where of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )) {
    const code = stripTypeScriptTypes(readFileSync(join(folder, where), 'utf8'))
    walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true }), (node) => {
      if (node.type === 'Literal' && node.regex)
        written.push({ source: node.regex.pattern, flags: node.regex.flags, where })
      if (/^(New|Call)Expression$/.test(node.type) && node.callee.name === 'RegExp') builtIn.push(where)
    })
  }
  return { written, builtIn }
}

/** Every pattern that the contract holds input to, and the formats that are checked by one. */
function patternsOfContract(): Pattern[] {
  const contract = JSON.parse(readFileSync(join(projectRoot, 'openapi/openapi.json'), 'utf8'))
  const patterns: Pattern[] = []
  walk(contract, ({ pattern, format }) => {
    if (typeof pattern === 'string') patterns.push({ source: pattern, flags: 'u', where: 'the contract' })
    const checked = (fullFormats as Record<string, unknown>)[format]
    if (checked instanceof RegExp)
      patterns.push({ source: checked.source, flags: checked.flags, where: `format ${format}` })
  })
  return patterns
}

/** What a module puts together as it is loaded. */
async function patternsBuiltBy(module: string): Promise<Pattern[]> {
  const built: Pattern[] = []
  const Plain = RegExp
  globalThis.RegExp = class extends Plain {
    constructor(source: string | RegExp, flags?: string) {
      super(source, flags)
      if (new Error('who asks').stack!.split('\n')[2]!.includes('/src/'))
        built.push({ source: this.source, flags: this.flags, where: module })
    }
  } as RegExpConstructor
  try {
    await import(join(projectRoot, module))
  } finally {
    globalThis.RegExp = Plain
  }
  return built
}

// What its automaton cannot read is tried at random: always the same tries, so that the answer does not depend on luck.
const statusOf = ({ source, flags }: Pattern) => checkSync(source, flags, { timeout: 120_000, randomSeed: 1 }).status
const { written, builtIn } = patternsOfCode()
const built = await patternsBuiltBy('src/platform/contacts.ts')
const held = patternsOfContract()

t.test('a pattern that takes ever longer is found out', async (t) => {
  t.equal(statusOf({ source: '^(a+)+$', flags: '', where: '' }), 'vulnerable')
  t.equal(statusOf({ source: '\\s+$', flags: '', where: '' }), 'vulnerable', 'also one that grows with the square')
})

t.test('no pattern of the code or of the contract takes more than a time in proportion to its input', async (t) => {
  t.ok(written.length > 30, 'those of the code were found')
  t.ok(held.length > 50, 'those of the contract were found')
  const different = new Map(
    [...written, ...held, ...built].map((pattern) => [`${pattern.source}/${pattern.flags}`, pattern]),
  )
  t.same(
    [...different.values()].map((pattern) => ({ ...pattern, is: statusOf(pattern) })).filter(({ is }) => is !== 'safe'),
    [],
  )
})

t.test('patterns are put together in one place only, and never from what somebody sends', async (t) => {
  t.same([...new Set(builtIn)], ['platform/contacts.ts'])
  t.equal(built.length, 2)
})

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { textOf } from '../support/sources.ts'

const domain = textOf('docs/domain.md')

/** The words of a union or a list called `name` in a file of the source. */
function wordsOf(file: string, name: string): string[] {
  const source = textOf(`src/${file}.ts`).replaceAll(/\/\*\*.*?\*\//gs, '')
  const [, declared] = new RegExp(`(?:type|const) ${name} =([^]*?)(?:as const|\\n\\n|\\n/|$)`).exec(source)!
  return [...declared!.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word!)
}

const missingIn = (text: string, words: string[]) => words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))

t.test('docs/domain.md knows every word of the code', async (t) => {
  const unions: [file: string, name: string][] = [
    ['places/rules', 'locationKinds'],
    ['campaigns/rules', 'campaignStatuses'],
    ['enrollment/rules', 'enrollmentStatuses'],
    ['stock/rules', 'movementKinds'],
    ['stock/rules', 'shipmentStatuses'],
    ['stock/rules', 'countStatuses'],
    ['allocation/rules', 'allocationStatuses'],
    ['vouchers/rules', 'voucherStatuses'],
    ['shared/judge-scan', 'scanResults'],
    ['discrepancies/rules', 'discrepancyCodes'],
    ['reconciliation/rules', 'reconciliationStatuses'],
    ['audit/rules', 'faultKinds'],
  ]
  for (const [file, name] of unions) {
    const words = wordsOf(file, name)
    t.ok(words.length > 2, `${name} was found`)
    t.same(missingIn(domain, words), [], name)
  }
})

t.test(
  'docs/domain.md tells scan results in the order of the code, and no discrepancy that is not there',
  async (t) => {
    const results = wordsOf('shared/judge-scan', 'scanResults')
    t.match(domain.replaceAll(/\s+/g, ' '), results.map((result) => `\`${result}\``).join(', '))
    const told = [...domain.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code!)
    t.same(told.sort(), wordsOf('discrepancies/rules', 'discrepancyCodes').sort())
  },
)

t.test('docs/domain.md names constraints and triggers that the migrations make', async (t) => {
  const migrations = readdirSync(join(projectRoot, 'drizzle/sqlite'))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => textOf(`drizzle/sqlite/${file}`))
    .join('\n')
  const [, invariants] = domain.split('## Invariants')
  const named = [...invariants!.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, name]) => name!)
  const constraints = named.filter((name) => !domain.includes(`| \`${name}\` |`))
  t.ok(constraints.length >= 6)
  t.same(missingIn(migrations, constraints), [])
})

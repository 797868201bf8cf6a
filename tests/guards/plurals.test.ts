import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

const many =
  /\$\{[^}]*\} (kits|children|vouchers|entries|checkpoints|discrepancies|faults|rows|παιδιά|κουπόνια|δελτία|σχολεία)(?!\p{L})/u
/** A limit, which is never 1. */
const known = ['src/platform/tabular/read-table.ts']

t.test('no sentence puts a number before a plural: 1 is as frequent as 57', async (t) => {
  const files = readdirSync(join(projectRoot, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('demo/'))
    .map((file) => `src/${file}`)
  t.ok(files.length > 200)
  for (const file of files.filter((name) => !known.includes(name))) {
    const lines = readFileSync(join(projectRoot, file), 'utf8').split('\n')
    const faults = lines.filter((line) => many.test(line) && !line.includes('inNumber('))
    t.same(faults, [], `${file}: countOf (src/kernel/plurals.ts) has both`)
  }
})

import t from 'tap'
import { sourceFiles, textOf } from '../support/sources.ts'

const many =
  /\$\{[^}]*\} (kits|children|vouchers|entries|checkpoints|discrepancies|faults|rows|παιδιά|κουπόνια|δελτία|σχολεία)(?!\p{L})/u
/** A limit, which is never 1. */
const known = ['src/platform/tabular/read-table.ts']

t.test('no sentence puts a number before a plural: 1 is as frequent as 57', async (t) => {
  const files = sourceFiles('src').filter((file) => !file.startsWith('src/demo/'))
  t.ok(files.length > 200)
  const faults = files
    .filter((name) => !known.includes(name))
    .flatMap((file) => {
      const lines = textOf(file).split('\n')
      return lines.filter((line) => many.test(line) && !line.includes('inNumber(')).map((line) => `${file}: ${line}`)
    })
  t.same(faults, [], 'countOf (src/shared/plurals.ts) has both')
})

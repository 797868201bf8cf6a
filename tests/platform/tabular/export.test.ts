import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t from 'tap'
import { csvLines, isFormula, ndjsonLines, readTable, xlsxWorkbook } from '../../../src/platform/tabular/index.ts'

const formulas = ['=1+1', '+30 210', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', ' =1', '＝1', '＋1', '－1', '＠x']
const harmless = ['', 'Ελένη', '0012', "'x", 'a=b', '5-3', 'a@b.example']

async function csv(columns: string[], pages: unknown[][]): Promise<string> {
  let text = ''
  for await (const piece of csvLines(columns, pages)) text += piece
  return text
}

async function rowsOf(path: string): Promise<string[][]> {
  const rows: string[][] = []
  for await (const batch of (await readTable(path)).rows()) rows.push(...batch.map(({ cells }) => cells))
  return rows
}

t.test('what a spreadsheet would run is known by how it begins', async (t) => {
  for (const text of formulas) t.ok(isFormula(text), JSON.stringify(text))
  for (const text of harmless) t.notOk(isFormula(text), JSON.stringify(text))
})

t.test('a list as CSV opens in a spreadsheet, and none of its cells can start a formula', async (t) => {
  const text = await csv(
    ['code', '=name', 'onHand', 'none', 'roles'],
    [
      [{ code: '0012', '=name': 'a,"b"\n;', onHand: -3, none: null, roles: ['auditor'] }],
      [],
      [{ code: 'x', onHand: true }],
    ],
  )
  t.equal(text, '\ufeffcode,\'=name,onHand,none,roles\r\n0012,"a,""b""\n;",-3,,"[""auditor""]"\r\nx,,true,,\r\n')
  const written: { text: string }[] = parse(await csv(['text'], [formulas.map((text) => ({ text }))]), {
    bom: true,
    columns: true,
  })
  t.same(
    written.map(({ text }) => isFormula(text)),
    formulas.map(() => false),
  )
})

t.test('a list as NDJSON is one record to a line', async (t) => {
  const pieces: string[] = []
  for await (const piece of ndjsonLines([[{ a: 1 }, { a: 'x\ny' }], [{ a: null }]])) pieces.push(piece)
  t.same(pieces, ['{"a":1}\n{"a":"x\\ny"}\n', '{"a":null}\n'])
})

const meant = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom("'", '=', '"', '+', ',', ';', '\n', '\r', '\t', ' ', '0', '1', 'Ά', '＝') }),
    fc.constantFrom(...formulas, ...harmless, '="0012"', "'=1", "''=1"),
  )
  .map((text) =>
    text
      .replace(/\0/g, '')
      .trim()
      .replace(/[\u00a0\u2007\u202f]/g, ' ')
      .normalize('NFC')
      .trim(),
  )

t.test('what was exported as CSV is read back as it was', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'export')
  const roundTrip = fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(meant, meant), { minLength: 1 }), async (texts) => {
      const rows = texts.map(([a, b], i) => [a, `${i}`, b])
      writeFileSync(path, await csv(['0', '1', '2'], [rows]))
      const found = await rowsOf(path)
      if (JSON.stringify(found) !== JSON.stringify(rows)) throw new Error(JSON.stringify({ found, rows }))
    }),
    { numRuns: 200 },
  )
  await t.resolves(roundTrip)
})

t.test('a workbook holds texts as texts and numbers as numbers', async (t) => {
  const path = join(t.testdir({}), 'reconciliation.xlsx')
  const rows = [
    ['=1+1', '0012', -3, true, null],
    ['a < b & "c"', 'Ελένη\nΜαρία', 0.1, false, undefined],
  ]
  const file = xlsxWorkbook([
    { name: 'Ευρήματα', columns: ['text', 'code', 'number', 'flag', 'none'], pages: rows.map((row) => [row]) },
    { name: 'Έλεγχοι', columns: ['code'], pages: [] },
  ])
  await writeFile(path, file)
  t.same(await rowsOf(path), [
    ['=1+1', '0012', '-3', 'TRUE'],
    ['a < b & "c"', 'Ελένη\nΜαρία', '0.1', 'FALSE'],
  ])
})

t.test('whatever a text holds, a workbook gives it back, but for what XML has no way to write', async (t) => {
  const path = join(t.testdir({}), 'texts.xlsx')
  const texts = ['_x000D_', 'a_x0041_b', 'a\rb', '\u0000a\u0007b\ud800', ']]>', '😀', 'ﬀ "\'']
  await writeFile(path, xlsxWorkbook([{ name: 'a & <b>', columns: texts.map(String), pages: [[texts]] }]))
  t.same(await rowsOf(path), [['_x000D_', 'a_x0041_b', 'a\rb', 'ab', ']]>', '😀', 'ﬀ "\'']])
})

t.test(
  'a workbook asks for a page when the one before it is written, and ends where a page cannot be had',
  async (t) => {
    let asked = 0
    async function* pages(): AsyncGenerator<string[][]> {
      for (; asked < 2000; asked++) yield Array.from({ length: 50 }, (_, i) => [`${asked}.${i}`, 'x'.repeat(200)])
    }
    const stream = xlsxWorkbook([{ name: 'long', columns: ['a', 'b'], pages: pages() }])
    await once(stream, 'readable')
    t.ok(asked < 1000, 'most of it is yet to be read')
    const path = join(t.testdir({}), 'long.xlsx')
    await writeFile(path, stream)
    t.equal((await rowsOf(path)).length, 100_000)

    async function* broken(): AsyncGenerator<string[][]> {
      yield [['a']]
      throw new Error('the disk does not answer')
    }
    await t.rejects(buffer(xlsxWorkbook([{ name: 'broken', columns: ['a'], pages: broken() }])), {
      message: 'the disk does not answer',
    })
  },
)

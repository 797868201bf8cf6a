import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { projectRoot } from '../../../src/platform/project-root.ts'
import { cleanCell } from '../../../src/platform/tabular/cell.ts'
import { defaultLimits, readTable, type TableLimits, type TableRow } from '../../../src/platform/tabular/index.ts'
import { Problem } from '../../../src/shared/problem.ts'
import { runs } from '../../support/long.ts'
import { archive, type Part, workbook } from './archive.ts'

const data = join(projectRoot, 'src/demo/data/')

interface Reading {
  charset?: string
  limits?: Partial<TableLimits>
}

async function readFile(path: string, { charset, limits }: Reading = {}) {
  const table = await readTable(path, { charset, limits: { ...defaultLimits, ...limits } })
  const rows: TableRow[] = []
  for await (const batch of table.rows()) rows.push(...batch)
  return { header: table.header, rows }
}

function read(t: Test, content: string | Buffer, reading?: Reading) {
  return readFile(join(t.testdir({ upload: content as string }), 'upload'), reading)
}

async function refusal(t: Test, content: string | Buffer, reading?: Reading): Promise<[string, string]> {
  try {
    await read(t, content, reading)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    t.match(error.message, /^[^.]*[^.]: [^.]+\.$/, 'one sentence that says what to do')
    return [error.code, error.message]
  }
  return ['accepted', '']
}

t.test('an export is read alike whatever its encoding, line breaks, delimiter and guards', async (t) => {
  const guarded = await readFile(join(data, 'piraeus/enrollments-2021.csv'))
  const older = await readFile(join(data, 'piraeus/enrollments-2021.windows-1253.csv'))
  t.equal(guarded.rows.length, 571)
  t.same(guarded.rows[0], {
    row: 2,
    cells: [
      '9000028',
      '28ο Δημοτικό Σχολείο Πειραιά',
      '001',
      'Φωτοπούλου',
      'Ελένη',
      'Α1',
      'Φωτοπούλου Μαρία',
      '',
      '00306902128000',
      'el',
    ],
  })
  t.same(older.header, guarded.header)
  t.same(older.rows[0], guarded.rows[0])
  const workbook = await readFile(join(data, 'piraeus/enrollments-2023.xlsx'))
  t.same(workbook.header, guarded.header)
  t.equal(workbook.rows.length, 1438)
  t.equal(workbook.rows.at(-1)?.row, 1439)

  const text = 'Κωδικός;Όνομα\r\n"=""9000028""";Ελένη\r\n="9000029";Ά. «Ν»\r\n'
  const expected = [
    { row: 2, cells: ['9000028', 'Ελένη'] },
    { row: 3, cells: ['9000029', 'Ά. «Ν»'] },
  ]
  for (const content of [
    text,
    `\ufeff${text}`,
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    text.replaceAll('\r\n', '\n'),
    text.replaceAll('\r\n', '\r'),
    text.replaceAll(';', '\t'),
    text.replaceAll(';', ',').trimEnd(),
  ]) {
    t.same((await read(t, content)).rows, expected)
  }
})

t.test(
  'without a byte order mark a file that is not UTF-8 to its end is Windows-1253, unless its charset is named',
  async (t) => {
    const lateAccent = Buffer.concat([
      Buffer.from(`code;name\n${'1;Eleni\n'.repeat(40_000)}2;`),
      Buffer.from([0xa2, 0xe1]),
    ])
    t.equal((await read(t, lateAccent)).rows.at(-1)?.cells[1], 'Άα')
    const iso = Buffer.concat([Buffer.from('code;name\n2;'), Buffer.from([0xb6, 0xe1])])
    t.equal((await read(t, iso, { charset: 'ISO-8859-7' })).rows[0]?.cells[1], 'Άα')
    t.same((await refusal(t, iso, { charset: 'utf-8' }))[0], 'unreadable_file')
    t.match(await refusal(t, 'a;b\n1;2', { charset: 'klingon' }), ['unreadable_file', /"klingon"/])
    t.match(await refusal(t, Buffer.from([0x61, 0x0a, 0xd2, 0xff])), ['unreadable_file', /windows-1253/])
  },
)

t.test(
  'a UTF-8 file with a line of another charset is refused with that line, and no name becomes another',
  async (t) => {
    const names = 'code;name\n1;Ελένη Φωτοπούλου\n2;Νίκος\n'
    const line = Buffer.concat([Buffer.from('3;'), Buffer.from([0xcd, 0xdf, 0xea, 0xef, 0xf2]), Buffer.from('\n4;x\n')])
    const mixed = Buffer.concat([Buffer.from(names), line])
    t.match(await refusal(t, mixed), ['unreadable_file', /UTF-8 up to line 4/])
    t.equal((await refusal(t, mixed, { charset: 'windows-1253' }))[0], 'accepted', 'unless its charset is named')
    const later = Buffer.concat([Buffer.from(names), Buffer.from('5;Ελένη\n'.repeat(20_000)), line])
    t.match(await refusal(t, later), ['unreadable_file', /up to line 20004/])
    t.match(await refusal(t, Buffer.from(names).subarray(0, -2)), ['unreadable_file', /up to line 3/], 'cut short')
    const older = Buffer.concat([Buffer.from('code;class;name\n'), Buffer.from([0x31, 0x3b, 0xc2, 0xb4, 0x3b]), line])
    t.equal((await read(t, older)).rows[0]?.cells[1], 'Β΄', 'what is UTF-8 by chance does not count')
  },
)

t.test('a row has the number that a spreadsheet shows', async (t) => {
  const { header, rows } = await read(t, '\n \ncode,note\n1,"two\r\nlines"\n\n,,\n2,"a ""b"" c"\n3\n')
  t.same(header, { row: 3, cells: ['code', 'note'] })
  t.same(rows, [
    { row: 4, cells: ['1', 'two\r\nlines'] },
    { row: 7, cells: ['2', 'a "b" c'] },
    { row: 8, cells: ['3'] },
  ])
})

t.test('a cell is what a person meant by it', async (t) => {
  const cells = {
    '  Ελένη\u00a0': 'Ελένη',
    'Παπα\u00a0Δημητρίου': 'Παπα Δημητρίου',
    'Ε\u0301λλη': '\u0388λλη',
    '="0012"': '0012',
    '=" 0012 "': '0012',
    '="a ""b"""': 'a "b"',
    '=HYPERLINK("http://x.example/","x")': '=HYPERLINK("http://x.example/","x")',
    "'=1+1": '=1+1',
    "'Ndoj": "'Ndoj",
    '5" kit': '5" kit',
  }
  for (const [raw, meant] of Object.entries(cells)) t.equal(cleanCell(raw), meant)
  t.same((await read(t, 'size;name\n5" kit;=1"+"1\n')).rows[0]?.cells, ['5" kit', '=1"+"1'])
})

const someText = fc.string({
  unit: fc.constantFrom('a', 'Ά', '"', ';', ',', '\n', '\r', '\t', ' ', '=', "'", '\u00a0'),
})

t.test('whatever is written into cells is read out of them', async (t) => {
  const quoted = someText.map((text) => ({ raw: `"${text.replaceAll('"', '""')}"`, cell: cleanCell(text) }))
  const bare = someText.map((text) => {
    const raw = `x${text.replace(/[;,\t\r\n]/g, '')}`
    return { raw, cell: cleanCell(raw) }
  })
  const rows = fc.array(fc.array(fc.oneof(quoted, bare), { minLength: 1, maxLength: 4 }), { minLength: 1 })
  await t.resolves(
    fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(';', ',', '\t'),
        fc.constantFrom('\r\n', '\n', '\r'),
        fc.boolean(),
        async (rows, delimiter, eol, ends) => {
          const lines = [
            `head${delimiter}of${delimiter}it`,
            ...rows.map((row) => row.map(({ raw }) => raw).join(delimiter)),
          ]
          const found = await read(t, lines.join(eol) + (ends ? eol : ''))
          const expected = rows.map((row, i) => ({ row: i + 2, cells: row.map(({ cell }) => cell) }))
          const filled = expected.filter(({ cells }) => cells.some((cell) => cell !== ''))
          if (JSON.stringify(found.rows) !== JSON.stringify(filled)) throw new Error(JSON.stringify({ lines, found }))
        },
      ),
      { numRuns: 200 },
    ),
  )
})

const inline = (ref: string, text: string) =>
  `<c r="${ref}" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
const header = `<row r="1">${inline('A1', 'code')}${inline('B1', 'name')}</row>`

t.test('a workbook is read by its first visible sheet, with gaps where its references leave them', async (t) => {
  const shared =
    '<si><t>Ελένη</t></si><si><r><t>Φωτο</t></r><r><t>πούλου</t></r><rPh sb="0" eb="1"><t>φ</t></rPh></si><si><t>a_x000D_\nb</t></si>'
  const { header: names, rows } = await read(
    t,
    workbook(
      `${header}
       <row r="2"/>
       <row r="4"><c r="A4"><v>9000001</v></c><c r="C4" t="s"><v>0</v></c><c r="XFD4" s="3"/></row>
       <row><c t="s"><v>1</v></c><c><v>37.955052000000002</v></c><c t="n"><v>3.0690212800E11</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>
       <x:row xmlns:x="urn:x"><x:c t="str"><x:f>A1&amp;"x"</x:f><x:v>="007"</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c></x:row>`,
      { shared },
    ),
  )
  t.same(names, { row: 1, cells: ['code', 'name'] })
  t.same(rows, [
    { row: 4, cells: ['9000001', '', 'Ελένη'] },
    { row: 5, cells: ['Φωτοπούλου', '37.955052', '306902128000', 'TRUE', '#N/A'] },
    { row: 6, cells: ['007', 'a\r\nb'] },
  ])
})

t.test('what is neither CSV nor XLSX is refused by its bytes, whatever its name', async (t) => {
  const others = ['%PDF-1.7\n', '<!DOCTYPE html><table>', '<?xml version="1.0"?><Workbook/>', '{\\rtf1']
  const bytes = ['d0cf11e0a1b11ae1', '89504e470d0a1a0a', 'ffd8ffe000104a46', '1f8b0800'].map((hex) =>
    Buffer.from(hex, 'hex'),
  )
  for (const content of [...others, ...bytes, archive([{ name: 'word/document.xml', content: '<w/>' }])]) {
    t.match(await refusal(t, content), ['unsupported_file', /save it as XLSX or CSV/])
  }
})

t.test('a file that cannot be read to its end is refused with what to do about it', async (t) => {
  t.match(await refusal(t, ''), ['unreadable_file', /empty/])
  for (const content of ['\ufeff', '\n\n', ';;\n']) t.match(await refusal(t, content), ['unreadable_file', /header/])
  t.match(await refusal(t, 'a;b\n1;"2\n3;4\n'), ['unreadable_file', /Row 2 .*quotation mark/])
  t.match(await refusal(t, 'a;b\n1;2\n"3 "x" y";4\n'), ['unreadable_file', /Row 3 .*quotation mark/])
  t.match(await refusal(t, 'a;b\n1;\0\n'), ['unreadable_file', /zero bytes/])
  await t.rejects(
    readTable(join(data, 'nothing-here.csv')),
    { code: 'ENOENT' },
    'a fault of ours is no fault of the file',
  )

  const whole = readFileSync(join(data, 'piraeus/enrollments-2023.xlsx'))
  const damaged: Buffer[] = [
    whole.subarray(0, 40_000),
    whole.subarray(0, 4),
    archive([{ name: 'xl/workbook.xml', content: '<workbook><sheets/></workbook>' }]),
    workbook(`${header}<row r="2"><c r="A2" t="s"><v>7</v></c></row>`),
    workbook(`${header}<row r="x"/>`),
    workbook(`${header}<row r="2"><c r="7"><v>1</v></c></row>`),
    workbook('<row><c></row>'),
    workbook(`${header}${'<a>'.repeat(60)}${'</a>'.repeat(60)}`),
  ]
  const middle = Buffer.from(whole)
  middle.fill(0, 20_000, 20_400)
  for (const content of [...damaged, middle])
    t.match(await refusal(t, content), ['unreadable_file', /save it again as XLSX/])
})

t.test('an encrypted part, a part that lies about its size and an entity are refused', async (t) => {
  const change = (name: string, changes: Partial<Part>) => {
    const parts: Part[] = [
      { name: 'xl/workbook.xml', content: '<workbook xmlns:r="urn:r"><sheets><sheet r:id="a"/></sheets></workbook>' },
      {
        name: 'xl/_rels/workbook.xml.rels',
        content: '<Relationships><Relationship Id="a" Type="t/worksheet" Target="sheet.xml"/></Relationships>',
      },
      { name: 'xl/sheet.xml', content: `<worksheet><sheetData>${header}</sheetData></worksheet>` },
    ]
    return archive(parts.map((part) => (part.name === name ? { ...part, ...changes } : part)))
  }
  t.equal((await refusal(t, change('', {})))[0], 'accepted')
  t.equal((await refusal(t, change('xl/sheet.xml', { encrypted: true })))[0], 'unreadable_file')
  t.equal((await refusal(t, change('xl/sheet.xml', { claimedSize: 20 })))[0], 'unreadable_file')
  const entities =
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="str"><v>&e;</v></c></row></sheetData></worksheet>'
  t.equal((await refusal(t, change('xl/sheet.xml', { content: entities })))[0], 'unreadable_file')
})

t.test('a file over a limit is refused before it fills the memory', async (t) => {
  const over = async (content: string | Buffer, limits: Partial<TableLimits>) => refusal(t, content, { limits })
  t.match(await over('a;b\n1;2\n', { bytes: 7 }), ['file_too_large', /7 bytes/])
  t.equal((await over('a;b\n1;2\n', { bytes: 8 }))[0], 'accepted')
  t.match(await over('a\n1\n\n2\n3\n', { rows: 2 }), ['file_too_large', /2 rows/])
  t.equal((await over('a\n1\n\n2\n', { rows: 2 }))[0], 'accepted')
  t.match(await over('a\n\n\n1\n', { lines: 3 }), ['file_too_large', /3 rows, blank ones included/])
  t.equal((await over('a\n\n1\n', { lines: 3 }))[0], 'accepted')
  t.match(await over('a;b\n1;2;3\n', { cells: 2 }), ['file_too_large', /Row 2 has over 2 cells/])
  t.match(await over('a\n12345\n', { cellLength: 4 }), ['file_too_large', /Row 2 .* 4 characters/])
  t.equal((await over('a\n"=""1234"""\n', { cellLength: 4 }))[0], 'accepted')
  t.match(await over(`a\n"${'x'.repeat(400_000)}`, {}), ['file_too_large', /never closed/])
  t.equal((await over(`a\n${';'.repeat(400_000)}`, {}))[0], 'file_too_large')

  t.match(await over(workbook(`${header}<row r="2"><c r="C2"><v>1</v></c></row>`), { cells: 2 }), [
    'file_too_large',
    /Row 2/,
  ])
  t.match(await over(workbook(`${header}<row r="2">${inline('A2', 'abcde')}</row>`), { cellLength: 4 }), [
    'file_too_large',
    /Row 2/,
  ])
  t.equal((await over(workbook(header), { unpackedBytes: 500 }))[0], 'file_too_large')
  t.equal(
    (await over(workbook(header, { shared: '<si><t>a</t></si>'.repeat(10) }), { sharedBytes: 100 }))[0],
    'file_too_large',
  )
  const bomb: Part = { name: 'xl/media/image1.png', content: Buffer.alloc(12_000_000) }
  t.equal((await over(workbook(header, { more: [bomb] }), {}))[0], 'file_too_large')
  const crowd = Array.from({ length: 2000 }, (_, i) => ({ name: `xl/${i}`, content: '' }))
  t.equal((await over(workbook(header, { more: crowd }), {}))[0], 'file_too_large')
  t.equal((await over(workbook(`${header}<!--${'x'.repeat(1_100_000)}-->`), {}))[0], 'unreadable_file')
})

t.test('no file of few bytes takes long to read, whatever its rows are like', async (t) => {
  const processorSeconds = async (content: string) => {
    const before = process.cpuUsage()
    const [code] = await refusal(t, content)
    const { user, system } = process.cpuUsage(before)
    return { code, seconds: (user + system) / 1e6 }
  }
  const quotes = `"${'""'.repeat(32_000)}"`
  const longest = await processorSeconds(`a;b\n${Array(200).fill(quotes).join(';')}\n`)
  t.match(longest, { code: 'accepted' })
  t.ok(longest.seconds < 3, `200 cells of 32,000 quotation marks took ${longest.seconds} s`)
  const endless = await processorSeconds(`a;b\n"${'""'.repeat(6_500_000)}"\n`)
  t.match(endless, { code: 'file_too_large' })
  t.ok(endless.seconds < 5, `a cell of 13 MB of quotation marks took ${endless.seconds} s`)
  const blank = await processorSeconds(`a;b\n${'\n'.repeat(20_000_000)}`)
  t.match(blank, { code: 'file_too_large' })
  t.ok(blank.seconds < 5, `20 million blank rows took ${blank.seconds} s`)
  const short = await processorSeconds(`a;b;c\n${'1\n'.repeat(300_000)}`)
  t.match(short, { code: 'accepted' })
  t.ok(short.seconds < 5, `300,000 rows without their last cells took ${short.seconds} s`)
})

t.test('a table can be read again, left early, and takes the same memory however many rows it has', async (t) => {
  const thousands = runs(100, 300)
  const path = join(t.testdir({}), 'headcounts.csv')
  const file = createWriteStream(path)
  file.write('schoolCode;schoolName;firstGraders\n')
  for (let i = 0; i < thousands; i++) file.write(`="9000001";Δημοτικό Σχολείο ${i} στον Πειραιά;24\n`.repeat(1000))
  await new Promise((resolve) => file.end(resolve))

  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const table = await readTable(path)
  for await (const batch of table.rows()) {
    t.equal(batch[0]?.row, 2)
    break
  }
  const before = held()
  let rows = 0
  let batches = 0
  let most = 0
  for await (const batch of table.rows()) {
    rows += batch.length
    if (batches++ % 20 === 0) most = Math.max(most, held() - before)
  }
  t.equal(rows, thousands * 1000)
  t.ok(batches > thousands / 6, 'in batches')
  t.ok(most < 10_000_000, `${rows} rows held ${most} bytes`)
})

import fc from 'fast-check'
import t from 'tap'
import { openPdf } from '../../src/platform/pdf/document.ts'
import { visualRuns } from '../../src/platform/pdf/shaping.ts'
import { formatCode, generateCode, payloadOf } from '../../src/shared/voucher-code.ts'
import type { PrintedVoucher } from '../../src/vouchers/sheet/plan.ts'
import { planSheets } from '../../src/vouchers/sheet/plan.ts'
import { voucherSheets } from '../../src/vouchers/sheet/sheet.ts'
import { secondLanguage, voucherTexts, windowText } from '../../src/vouchers/sheet/texts.ts'
import { runs } from '../support/long.ts'
import { readPdf, readPlaces, readProperties } from '../support/pdf-reader.ts'
import { scanBoxes } from '../support/qr-reader.ts'

const baseUrl = 'https://saka.example.org'
const campaign = { name: 'Σχολική σάκα 2023', pickupFrom: '2023-09-11', pickupUntil: '2023-09-22' }

const voucher = (given: Partial<PrintedVoucher> = {}): PrintedVoucher => ({
  code: generateCode(),
  school: { name: '2ο Δημοτικό Σχολείο Πειραιά', address: 'Κολοκοτρώνη 58, 185 42' },
  section: 'Α1',
  givenName: 'Ελένη',
  familyName: 'Φωτοπούλου',
  pupilRef: '12',
  language: 'el',
  ...given,
})

const print = (vouchers: PrintedVoucher[]) =>
  voucherSheets({ campaign, baseUrl, vouchers, printedAt: '2023-09-01T06:00:00.000Z' })

const linesOf = async (given: Partial<PrintedVoucher>) => readPdf(await print([voucher(given)]))[0]!.lines

/** As an eye that reads from the right finds it on the page. */
const fromTheRight = (text: string) => [...text].reverse().join('')

t.test('schools stand in the order in which Greek counts them, sections and children as in a class list', async (t) => {
  const school = (name: string) => ({ name, address: null })
  const sheets = planSheets([
    voucher({
      school: school('10ο Δημοτικό Σχολείο'),
      section: null,
      givenName: null,
      familyName: null,
      pupilRef: '10',
    }),
    voucher({
      school: school('10ο Δημοτικό Σχολείο'),
      section: null,
      givenName: null,
      familyName: null,
      pupilRef: '9',
    }),
    voucher({ school: school('2ο Δημοτικό Σχολείο'), section: 'Α2' }),
    voucher({ school: school('2ο Δημοτικό Σχολείο'), section: 'Α1', familyName: 'Ωραιόπουλος' }),
    voucher({ school: school('2ο Δημοτικό Σχολείο'), section: 'Α1', familyName: 'Άγγελος', givenName: 'Νίκος' }),
    voucher({ school: school('2ο Δημοτικό Σχολείο'), section: 'Α1', familyName: 'Άγγελος', givenName: 'Άννα' }),
  ])
  t.same(
    sheets.map((sheet) => [sheet.school.name, sheet.section, sheet.vouchers.map((v) => v.givenName ?? v.pupilRef)]),
    [
      ['2ο Δημοτικό Σχολείο', 'Α1', ['Άννα', 'Νίκος', 'Ελένη']],
      ['2ο Δημοτικό Σχολείο', 'Α2', ['Ελένη']],
      ['10ο Δημοτικό Σχολείο', null, ['9', '10']],
    ],
  )
})

t.test('no voucher is lost, doubled or put on a sheet of another section, however many there are', async () => {
  const some = fc.record({
    school: fc.nat(3),
    section: fc.constantFrom('Α1', 'Α2', null),
    language: fc.constantFrom('el', 'sq'),
  })
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (drawn) => {
      const vouchers = drawn.map(({ school, ...rest }) =>
        voucher({ ...rest, school: { name: `${school}ο`, address: null } }),
      )
      const sheets = planSheets(vouchers)
      const codes = sheets.flatMap((sheet) => sheet.vouchers.map(({ code }) => code))
      return (
        codes.length === vouchers.length &&
        new Set(codes).size === vouchers.length &&
        sheets.every(({ vouchers: on, number, sheetsOfSection, vouchersOfSection }) => {
          const full = number < sheetsOfSection ? 8 : vouchersOfSection - 8 * (sheetsOfSection - 1)
          return on.length === full
        }) &&
        sheets.every((sheet) =>
          sheet.vouchers.every((v) => v.section === sheet.section && v.school.name === sheet.school.name),
        )
      )
    }),
  )
})

t.test('of sixty printed vouchers every symbol decodes, and stands next to its own code', async (t) => {
  const vouchers = Array.from({ length: 60 }, (_, i) => voucher({ section: `Α${(i % 3) + 1}`, pupilRef: String(i) }))
  const pages = readPdf(await print(vouchers))
  t.equal(pages.length, 9, 'twenty vouchers of a section take three pages')
  t.equal(pages[0]!.lines[0], '2ο Δημοτικό Σχολείο Πειραιά · Τμήμα Α1')
  t.ok(pages[4]!.lines.includes('20 κουπόνια · φύλλο 2 από 3'))
  t.ok(pages[4]!.lines.includes('Σελίδα 5 από 9'))
  const scanned: (string | undefined)[] = []
  for (const { symbols, lines } of pages) {
    const codes = lines.filter((line) => /^(\w{4}-){2}\w{4}$/.test(line))
    t.equal(symbols.length, codes.length)
    for (const [i, symbol] of symbols.entries()) {
      const text = await scanBoxes(symbol)
      t.equal(text, `HTTPS://SAKA.EXAMPLE.ORG/V/${codes[i]!.replaceAll('-', '')}`)
      scanned.push(text)
    }
  }
  t.same(scanned.sort(), vouchers.map(({ code }) => payloadOf(baseUrl, code)).sort())
})

t.test('a voucher says who, what, where and when, in Greek', async (t) => {
  const { code } = voucher()
  const lines = await linesOf({ code })
  for (const line of [
    'Κουπόνι παραλαβής σχολικής σάκας',
    'Ελένη Φωτοπούλου',
    'Τμήμα Α1 · Αρ. 12',
    '11–22 Σεπτεμβρίου 2023',
    '2ο Δημοτικό Σχολείο Πειραιά',
    'Κολοκοτρώνη 58, 185 42',
    voucherTexts.el.bring,
    voucherTexts.el.once,
    formatCode(code),
  ]) {
    t.ok(lines.includes(line), line)
  }
  t.notOk(lines.includes(voucherTexts.en.title), 'who reads Greek is not told twice')
})

t.test('the guardian’s language stands next to Greek', async (t) => {
  t.ok((await linesOf({ language: 'sq' })).includes(voucherTexts.sq.title))
  t.match((await linesOf({ language: 'uk-UA' })).join('\n'), /11 ?– ?22 вересня 2023/)
  t.ok((await linesOf({ language: 'bg' })).includes('Πότε · Кога'))
  t.ok((await linesOf({ language: 'ka', familyName: 'კაპანაძე' })).includes(voucherTexts.ka.title))
  t.equal(secondLanguage('el-GR'), null)
  t.equal(secondLanguage('ur'), 'ur')
  t.equal(secondLanguage(null), 'en', 'English where nobody knows')
  t.equal(secondLanguage('tl'), 'en', 'English where we do not speak it')
  t.match(windowText('2023-09-11', '2023-10-02', 'en'), /^11 September\s–\s2 October 2023$/)
  t.equal(windowText('2023-09-11', '2023-09-11', 'el'), '11 Σεπτεμβρίου 2023')
})

t.test('Arabic and Urdu run from right to left, and numbers in them do not', async (t) => {
  const lines = await linesOf({ language: 'ar', givenName: 'محمد', familyName: 'الدوسري' })
  t.ok(lines.includes(fromTheRight('محمد الدوسري')), 'the first word stands rightmost')
  t.ok(lines.some((line) => line.startsWith('2023 ') && line.endsWith('22–11')))
  t.match((await linesOf({ language: 'ur' })).join('\n'), `Πότε · ${fromTheRight('کب')}`)
  t.same(
    visualRuns('أحمد (Ahmed) 2', 'auto').map(({ text }) => text),
    ['2', '( ', 'Ahmed', 'أحمد )'],
    'brackets are mirrored where they are read from the right',
  )
})

t.test('a child without a name, or with one in letters that no font here has, is known by its number', async (t) => {
  const nameless = await linesOf({ givenName: null, familyName: null, section: null, pupilRef: '7', language: null })
  t.ok(nameless.includes('Αρ. 7'))
  t.equal(nameless[0], '2ο Δημοτικό Σχολείο Πειραιά', 'no section, no word of one')
  const other = await linesOf({ givenName: '小明', familyName: '王', language: 'zh', pupilRef: '31' })
  t.ok(other.includes('Αρ. 31'))
  t.notMatch(other.join(), /□|\?/)
  for (const [givenName, familyName] of [
    ['Олександр', 'Шевченко'],
    ['Nguyễn', 'Ánh'],
    ['Zoë', 'D’Ångström'],
  ]) {
    t.ok((await linesOf({ givenName, familyName })).includes(`${givenName} ${familyName}`.normalize('NFC')))
  }
})

t.test('what is too long for any size ends in an ellipsis', async (t) => {
  const lines = await linesOf({ givenName: 'Ελένη', familyName: 'Παπαδοπούλου-Χατζηκωνσταντινίδου-Καραγιαννοπούλου' })
  t.ok(lines.includes('Ελένη'))
  t.match(lines.join('\n'), /^Παπαδοπούλου-Χατζηκωνσταντινίδου.*…$/m)
})

/** A voucher's code as it is printed. */
const isCode = (text: string) => /^(\w{4}-){2}\w{4}$/.test(text)
/** How far a line reaches above its baseline and below it, in em: nothing of a code hangs below. */
const reachOf = (text: string) => (isCode(text) ? { above: 0.72, below: 0 } : { above: 0.8, below: 0.24 })

t.test('however long the names are, no line of a voucher touches another or the code', async (t) => {
  const address = 'Κολοκοτρώνη 58, 185 42 Πειραιάς, είσοδος από τη Λεωφόρο Γρηγορίου Λαμπράκη'
  const short = 'Κολοκοτρώνη 58, 185 42'
  const onTwoLines = { givenName: 'Κωνσταντίνος', familyName: 'Δημητρακόπουλος' }
  const longest = { givenName: 'Κωνσταντίνος-Αλέξανδρος', familyName: 'Δημητρακόπουλος-Παπαχατζηγεωργίου' }
  const ofTwoLines = '2ο Ειδικό Δημοτικό Σχολείο Πειραιά'
  const ofThree = '12ο Πειραματικό Δημοτικό Σχολείο Ειδικής Αγωγής και Εκπαίδευσης Πειραιά «Γεώργιος Σουρής»'
  const languages = ['el', 'en', 'sq', 'ar', 'uk', 'ur', 'ka', 'bg']
  const cases: Partial<PrintedVoucher>[] = [
    ...languages.map((language) => ({ language, school: { name: ofTwoLines, address: short }, ...onTwoLines })),
    ...['1ο', ofThree, 'Ώ'.repeat(300)].map((name) => ({ language: 'uk', school: { name, address }, ...longest })),
    { language: 'uk', school: { name: ofTwoLines, address: null }, givenName: null, familyName: null },
    { language: 'el', school: { name: ofThree, address } },
  ]
  for (const given of cases) {
    const placed = readPlaces(await print([voucher(given)]))
    const lines = placed
      .filter(({ y }) => y > 35 && y < 35 + 193)
      .map(({ text, x, y, size }) => {
        const { above, below } = reachOf(text)
        // At the foot each language has a column of its own.
        const column = y > 185 && x > 150 ? 'second' : 'first'
        return { text, column, top: y - size * above, bottom: y + size * below }
      })
    const touching = lines.flatMap((a, i) =>
      lines.slice(i + 1).filter((b) => a.column === b.column && a.top < b.bottom && b.top < a.bottom),
    )
    const name = `${given.school!.name.slice(0, 40)} in ${given.language}`
    t.same(touching, [], name)
    t.ok(
      lines.some(({ text }) => isCode(text)),
      `${name}: the code is there`,
    )
    t.ok(Math.max(...lines.map(({ bottom }) => bottom)) < 35 + 193, `${name}: nothing leaves the voucher`)
  }
})

t.test('no name comes out as boxes or breaks the sheet', async () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(fc.constantFrom('Παπαδοπούλου', 'محمد', 'Shehu', '(', '12', '\u202e', '\n', 'e\u0301'), { maxLength: 12 })
      .map((w) => w.join(' ')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, name), { minLength: 8, maxLength: 8 }), async (names) => {
      const pdf = await print(
        names.map(([givenName, familyName]) =>
          voucher({ givenName, familyName, school: { name: familyName, address: givenName } }),
        ),
      )
      return readPdf(pdf).every(({ lines }) => lines.every((line) => !line.includes('□')))
    }),
    { numRuns: 5 },
  )
})

t.test('every character that a font here has can be set, alone, joined and marked', (t) => {
  const { type } = openPdf({ title: 'Δοκιμή', madeAt: '2023-09-01T06:00:00.000Z' })
  const basicPlane = Array.from({ length: 0x10000 }, (_, point) => String.fromCodePoint(point)).slice(0x20)
  const known = basicPlane.filter(type.covers)
  t.ok(known.length > 4000)
  for (const [i, character] of known.entries()) {
    if (i % runs(4, 1) !== 0) continue
    for (const text of [character, `م${character}م`, `ა${character}`]) {
      const widths = [type.line(text, 'regular').width, type.line(text, 'bold').width]
      if (!widths.every((width) => width >= 0)) t.fail(`U+${character.codePointAt(0)?.toString(16)}`)
    }
  }
  t.equal(type.line('ڢ', 'bold').width, type.line('ڡ', 'bold').width, 'a dot below takes no room')
  t.end()
})

t.test('a text stays in its box: on more lines, then smaller, then cut', async (t) => {
  const { type } = openPdf({ title: 'Δοκιμή', madeAt: '2023-09-01T06:00:00.000Z' })
  const box = { size: 14, minimum: 8, width: 150, lines: 2 }
  t.match(type.fit('Ελένη Φωτοπούλου', 'bold', box), { size: 14, lines: { length: 1 } })
  t.match(type.fit('Κωνσταντίνα Παπαδοπούλου', 'bold', box), { size: 14, lines: { length: 2 } })
  t.match(type.fit('Κωνσταντίνα Παπαδοπούλου', 'bold', { ...box, lines: 1 }), { size: 10, lines: { length: 1 } })
  t.match(type.fit('Παπαδοπούλου-Χατζηκωνσταντινίδου', 'bold', box), { size: 8, lines: { length: 1 } })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), fc.integer({ min: 1, max: 3 }), (text, lines) => {
      const fitted = type.fit(text, 'bold', { ...box, lines })
      return fitted.lines.length <= lines && fitted.lines.every(({ width }) => width * fitted.size <= box.width + 0.01)
    }),
    { numRuns: 60 },
  )
})

t.test(
  'the document’s properties name the campaign and no child, and the same vouchers make the same bytes',
  async (t) => {
    const vouchers = [voucher(), voucher({ language: 'ar' })]
    const pdf = await print(vouchers)
    const properties = readProperties(pdf)
    t.match(properties, 'Κουπόνια παραλαβής: Σχολική σάκα 2023')
    t.notMatch(properties, /Ελένη|Φωτοπούλου/)
    t.match(pdf.toString('latin1'), '/Lang (el)')
    t.ok(pdf.equals(await print(vouchers)))
  },
)

t.test('nothing to print is said on a page', async (t) => {
  t.same(readPdf(await print([])), [{ lines: ['Δεν υπάρχουν κουπόνια για εκτύπωση.'], symbols: [] }])
})

t.test('other work goes on between two pages', async (t) => {
  let turns = 0
  let printing = true
  const count = () => {
    turns++
    if (printing) setImmediate(count)
  }
  setImmediate(count)
  await print(Array.from({ length: 10 }, (_, i) => voucher({ section: `Α${i}` })))
  printing = false
  t.ok(turns >= 10, `${turns} turns during ten pages`)
})

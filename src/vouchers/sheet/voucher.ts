import type { Drawing } from '../../platform/pdf/drawing.ts'
import type { Weight } from '../../platform/pdf/faces.ts'
import type { Typesetter } from '../../platform/pdf/typesetter.ts'
import { formatCode } from '../../shared/voucher-code.ts'
import type { QrSymbol } from '../qr.ts'
import { quietZone } from '../qr.ts'
import { voucherSize } from './layout.ts'
import type { PrintedVoucher } from './plan.ts'
import type { SheetLanguage } from './texts.ts'
import { directionOf, staffTexts, voucherTexts } from './texts.ts'

const padding = 11
const qrSide = 106
const column = { x: padding, width: voucherSize.width - qrSide - 2 * padding }
const small = 6.5
/** How far a line reaches above its baseline and below it, in em: capitals with their accents, and the tails of letters. */
const reach = { above: 0.8, below: 0.24 }
/** Where the space between the child's section and the code begins. */
const columnTop = 64

/** What all vouchers of one school in one language share: nothing in it is personal. */
export interface VoucherForm {
  school: PrintedVoucher['school']
  /** The pickup window in words. */
  windowIn: (language: SheetLanguage) => string
  second: Exclude<SheetLanguage, 'el'> | null
}

/** Draws the shared part: what this is, when and where, what to bring, in Greek and in the second language. */
export function drawVoucherForm(form: Drawing, type: Typesetter, { school, windowIn, second }: VoucherForm): void {
  const languages: SheetLanguage[] = second ? ['el', second] : ['el']
  let bottom = columnTop
  /** Puts a text under the last one, whatever room that took. */
  const put = (text: string, { size = 8, weight = 'regular' as Weight, grey = 0, lines = 1, gap = 0.6 } = {}) => {
    const fitted = type.fit(text, weight, { size, minimum: small, width: column.width, lines })
    const leading = fitted.size * (reach.above + reach.below) + 0.6
    const y = bottom + gap + fitted.size * reach.above
    bottom = form.lines(fitted, { x: column.x, y, leading, grey }) - leading + fitted.size * reach.below
  }
  const putLabel = (word: 'when' | 'where') =>
    put(languages.map((language) => voucherTexts[language][word]).join(' · '), { size: small, grey: 0.35, gap: 1.8 })
  const putTitle = (language: SheetLanguage, y: number, box: { size: number; weight: Weight }) => {
    const title = type.fit(voucherTexts[language].title, box.weight, { ...box, minimum: small, width: column.width })
    form.lines(title, { x: column.x, y, leading: 0 })
  }

  putTitle('el', 18, { size: 8.5, weight: 'bold' })
  if (second) putTitle(second, 28, { size: 8, weight: 'regular' })
  putLabel('when')
  put(windowIn('el'), { size: 8.5, weight: 'bold' })
  if (second) put(windowIn(second))
  putLabel('where')
  put(school.name, { size: 8.5, weight: 'bold', lines: 2 })
  if (school.address) put(school.address)
  for (const [i, language] of languages.entries()) drawInstructions(form, type, language, [i, languages.length])
}

/** What to bring and what it is good for, at the foot, a column for each language. */
function drawInstructions(
  form: Drawing,
  type: Typesetter,
  language: SheetLanguage,
  [index, columns]: [number, number],
): void {
  const { bring, once } = voucherTexts[language]
  const direction = directionOf(language)
  const width = (voucherSize.width - (columns + 1) * padding) / columns
  const left = padding + index * (width + padding)
  const place = direction === 'rtl' ? { x: left + width, align: 'right' as const } : { x: left }
  const size = columns === 1 ? 8 : small
  let y = 159
  for (const text of [bring, once]) {
    const fitted = type.fit(text, 'regular', { size, minimum: size, width, lines: 3, direction })
    y = form.lines(fitted, { ...place, y, leading: fitted.size + 1.3 })
  }
}

/** Draws what is this child's alone: name, section, number, code and symbol. */
export function drawVoucher(page: Drawing, type: Typesetter, voucher: PrintedVoucher, symbol: QrSymbol): void {
  const number = `${staffTexts.number} ${voucher.pupilRef}`
  const section = voucher.section ? `${staffTexts.section} ${voucher.section}` : ''
  const name = nameOf(voucher, type)
  drawName(page, type, name.length > 0 ? name : [number])
  const below = type.fit([section, name.length > 0 ? number : ''].filter(Boolean).join(' · '), 'regular', {
    size: 9,
    minimum: small,
    width: column.width,
  })
  page.lines(below, { x: column.x, y: 60.5, leading: 0 })
  const code = type.spaced(formatCode(voucher.code), 'bold', 0.12)
  page.text(code, { x: voucherSize.width / 2, y: 147, size: 22, align: 'centre' })
  const scale = qrSide / (symbol.size + 2 * quietZone)
  const left = voucherSize.width - qrSide - 4
  page.rectangles(symbol.runs, left + quietZone * scale, 6 + quietZone * scale, scale)
}

/** A name on one line, or where that would be small, given name and family name on a line each. */
function drawName(page: Drawing, type: Typesetter, name: string[]): void {
  const box = { size: 14, minimum: 10.5, width: column.width }
  if (type.line(name.join(' '), 'bold').width * box.minimum <= box.width) {
    page.lines(type.fit(name.join(' '), 'bold', box), { x: column.x, y: 46, leading: 0 })
    return
  }
  for (const [i, part] of name.entries()) {
    const fitted = type.fit(part, 'bold', { ...box, size: box.minimum, minimum: small })
    page.lines(fitted, { x: column.x, y: 39 + i * 11, leading: 0 })
  }
}

/** Given and family name, or nothing where there is none or no font here has its letters: the number then has to do. */
function nameOf({ givenName, familyName }: PrintedVoucher, type: Typesetter): string[] {
  const name = [givenName, familyName].filter((part) => part !== null && /\p{L}/u.test(part)) as string[]
  return name.every((part) => type.covers(part)) ? name : []
}

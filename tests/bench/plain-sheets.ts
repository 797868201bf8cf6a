import { createRequire } from 'node:module'
import { buffer } from 'node:stream/consumers'
import PDFDocument from 'pdfkit'
import QRCode from 'qrcode'
import { formatCode, payloadOf } from '../../src/shared/voucher-code.ts'
import { cornerOf, voucherSize } from '../../src/vouchers/sheet/layout.ts'
import type { PrintedVoucher, Sheet } from '../../src/vouchers/sheet/plan.ts'
import { planSheets } from '../../src/vouchers/sheet/plan.ts'
import type { VoucherSheets } from '../../src/vouchers/sheet/sheet.ts'
import type { SheetLanguage } from '../../src/vouchers/sheet/texts.ts'
import { secondLanguage, staffTexts, voucherTexts, windowText } from '../../src/vouchers/sheet/texts.ts'

const { resolve } = createRequire(import.meta.url)
const fonts = {
  regular: resolve('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  bold: resolve('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'),
  arabic: resolve('@expo-google-fonts/noto-sans-arabic/400Regular/NotoSansArabic_400Regular.ttf'),
}
type Font = keyof typeof fonts

/** The same sheets as the libraries' front pages would have them made: the measure that ours are held against. */
export async function plainSheets({ campaign, baseUrl, vouchers }: VoucherSheets): Promise<Buffer> {
  const document = new PDFDocument({ size: 'A4', margin: 0, autoFirstPage: false })
  for (const [name, file] of Object.entries(fonts)) document.registerFont(name, file)
  const done = buffer(document)
  const sheets = planSheets(vouchers)
  const { pickupFrom, pickupUntil } = campaign
  const windows = Object.keys(voucherTexts).map((language) => [
    language,
    windowText(pickupFrom, pickupUntil, language as SheetLanguage),
  ])
  const windowIn = Object.fromEntries(windows) as Record<SheetLanguage, string>
  for (const [i, sheet] of sheets.entries()) {
    document.addPage()
    drawSheet(document, sheet, `${staffTexts.pageOf(i + 1, sheets.length)}`, campaign.name)
    for (const [position, voucher] of sheet.vouchers.entries()) {
      const png = await QRCode.toBuffer(payloadOf(baseUrl, voucher.code))
      drawVoucher(document, voucher, { ...cornerOf(position), png, windowIn })
    }
  }
  document.end()
  return done
}

function drawSheet(document: PDFKit.PDFDocument, sheet: Sheet, page: string, campaign: string): void {
  document.lineWidth(0.5).dash(4, { space: 3 })
  for (let row = 0; row <= 4; row++) {
    const { y } = cornerOf(row * 2)
    document.moveTo(22, y).lineTo(577, y).stroke()
  }
  document.moveTo(297.6, cornerOf(0).y).lineTo(297.6, cornerOf(8).y).stroke().undash()
  document.font('bold').fontSize(11).text(`${sheet.school.name} · ${staffTexts.section} ${sheet.section}`, 22, 12)
  document.font('regular').fontSize(9).text(campaign, 373, 14, { width: 200, align: 'right' })
  const pile = `${staffTexts.vouchers(sheet.vouchersOfSection)} · ${staffTexts.ofSection(sheet.number, sheet.sheetsOfSection)}`
  document.fontSize(8).text(pile, 22, 816)
  document.text(page, 373, 816, { width: 200, align: 'right' })
}

function drawVoucher(
  document: PDFKit.PDFDocument,
  { school, section, givenName, familyName, pupilRef, language, code }: PrintedVoucher,
  { x, y, png, windowIn }: { x: number; y: number; png: Buffer; windowIn: Record<SheetLanguage, string> },
): void {
  const second = secondLanguage(language)
  const other: Font = second === 'ar' || second === 'ur' ? 'arabic' : 'regular'
  const put = (text: string, down: number, size: number, font: Font = 'regular', right = 11, width = 150) =>
    document
      .font(font)
      .fontSize(size)
      .text(text, x + right, y + down, { width })
  put(voucherTexts.el.title, 9, 8.5, 'bold')
  if (second) put(voucherTexts[second].title, 20, 8, other)
  put(`${givenName} ${familyName}`, 32, 12, 'bold')
  put(`${staffTexts.section} ${section} · ${staffTexts.number} ${pupilRef}`, 50, 9)
  put(voucherTexts.el.when, 65, 6.5)
  put(windowIn.el, 72, 8.5, 'bold')
  if (second) put(windowIn[second], 82, 8, other)
  put(voucherTexts.el.where, 94, 6.5)
  put(school.name, 101, 8.5, 'bold')
  put(school.address!, 112, 8)
  put(`${voucherTexts.el.bring}\n${voucherTexts.el.once}`, 152, 6.5, 'regular', 11, 123)
  if (second) put(`${voucherTexts[second].bring}\n${voucherTexts[second].once}`, 152, 6.5, other, 145, 123)
  document.font('bold').fontSize(22)
  document.text(formatCode(code), x, y + 122, { width: voucherSize.width, align: 'center', characterSpacing: 2 })
  document.image(png, x + voucherSize.width - 110, y + 6, { width: 106 })
}

import { setImmediate as breathe } from 'node:timers/promises'
import type { Pdf } from '../../platform/pdf/document.ts'
import { a4, openPdf } from '../../platform/pdf/document.ts'
import type { Form } from '../../platform/pdf/drawing.ts'
import { payloadOf } from '../../shared/voucher-code.ts'
import type { QrFormat, QrSymbol } from '../qr.ts'
import { qrFormat, qrSymbol } from '../qr.ts'
import { cornerOf, drawCutLines, drawMargins, voucherSize } from './layout.ts'
import type { PrintedVoucher } from './plan.ts'
import { planSheets } from './plan.ts'
import type { SheetLanguage } from './texts.ts'
import { secondLanguage, staffTexts, voucherTexts, windowText } from './texts.ts'
import { drawVoucher, drawVoucherForm } from './voucher.ts'

/** What is to be printed. `pickupFrom` and `pickupUntil` are the first and the last local date. */
export interface VoucherSheets {
  campaign: { name: string; pickupFrom: string; pickupUntil: string }
  /** Where the parent's pages live: the QR codes point there. */
  baseUrl: string
  vouchers: readonly PrintedVoucher[]
  /** The instant that the document's properties give as that of its making. */
  printedAt: string
}

/**
 * The vouchers as a PDF to print, cut and hand out: eight to an A4, in Greek and the guardian's language, each school and
 * section from a new page. The document's properties name the campaign and no child. Other work goes on between pages.
 */
export async function voucherSheets({ campaign, baseUrl, vouchers, printedAt }: VoucherSheets): Promise<Buffer> {
  const pdf = openPdf({ title: `${staffTexts.documentTitle}: ${campaign.name}`, madeAt: printedAt })
  const sheets = planSheets(vouchers)
  const formFor = voucherForms(pdf, campaign)
  const cutLines = pdf.form(a4.width, a4.height, drawCutLines)
  const symbolOf = symbols(baseUrl)
  for (const [i, sheet] of sheets.entries()) {
    pdf.page((page) => {
      page.place(cutLines)
      drawMargins(page, pdf.type, sheet, { page: i + 1, pages: sheets.length, campaign: campaign.name })
      for (const [position, voucher] of sheet.vouchers.entries()) {
        const { x, y } = cornerOf(position)
        page.at(x, y, () => {
          page.place(formFor(voucher))
          drawVoucher(page, pdf.type, voucher, symbolOf(voucher))
        })
      }
    })
    await breathe()
  }
  if (sheets.length === 0) {
    pdf.page((page) => page.text(pdf.type.line(staffTexts.none, 'regular'), { x: 40, y: 60, size: 12 }))
  }
  return pdf.finish()
}

/** Draws a voucher's symbol. All payloads are alike but for the code, so the first one's format is good for every one. */
function symbols(baseUrl: string): (voucher: PrintedVoucher) => QrSymbol {
  let format: QrFormat | undefined
  return ({ code }) => {
    const payload = payloadOf(baseUrl, code)
    format ??= qrFormat(payload)
    return qrSymbol(payload, format)
  }
}

/** The shared part of vouchers, drawn once for each school and language. */
function voucherForms(pdf: Pdf, { pickupFrom: from, pickupUntil: until }: VoucherSheets['campaign']) {
  const forms = new Map<string, Form>()
  const windows = new Map<SheetLanguage, string>()
  const windowIn = (language: SheetLanguage) => {
    const text = windows.get(language) ?? windowText(from, until, language)
    windows.set(language, text)
    return text
  }
  return ({ school, language }: PrintedVoucher): Form => {
    const second = readableLanguage(pdf, language)
    const key = JSON.stringify([school.name, school.address, second])
    const known = forms.get(key)
    if (known) return known
    const { width, height } = voucherSize
    const form = pdf.form(width, height, (drawing) => drawVoucherForm(drawing, pdf.type, { school, windowIn, second }))
    forms.set(key, form)
    return form
  }
}

/** The second language, or English where no font here has its letters. */
function readableLanguage(pdf: Pdf, language: string | null): ReturnType<typeof secondLanguage> {
  const second = secondLanguage(language)
  return second && !pdf.type.covers(Object.values(voucherTexts[second]).join('')) ? 'en' : second
}

import { a4 } from '../../platform/pdf/document.ts'
import type { Drawing } from '../../platform/pdf/drawing.ts'
import type { Typesetter } from '../../platform/pdf/typesetter.ts'
import type { Sheet } from './plan.ts'
import { staffTexts } from './texts.ts'

const margin = { x: 18, top: 35 }
const rows = 4

/** The size of one voucher in points: 98.5 × 68 mm. */
export const voucherSize = { width: (a4.width - 2 * margin.x) / 2, height: 193 }

/** The top left corner of the voucher at `index`: row by row, as one reads. */
export function cornerOf(index: number): { x: number; y: number } {
  return {
    x: margin.x + (index % 2) * voucherSize.width,
    y: margin.top + Math.floor(index / 2) * voucherSize.height,
  }
}

/** The lines to cut along, a pair of scissors at the start of each. */
export function drawCutLines(page: Drawing): void {
  const style = { width: 0.5, grey: 0.45, dash: [4, 3] }
  const bottom = margin.top + rows * voucherSize.height
  for (let row = 0; row <= rows; row++) {
    const y = margin.top + row * voucherSize.height
    page.line([margin.x + 4, y], [a4.width - margin.x, y], style)
    page.at(margin.x - 6, y, () => drawScissors(page))
  }
  page.line([a4.width / 2, margin.top + 4], [a4.width / 2, bottom], style)
}

/** Blades that open to the right, 9 points long. */
function drawScissors(page: Drawing): void {
  page.line([3, -1.6], [9, 2], { width: 0.7 })
  page.line([3, 1.6], [9, -2], { width: 0.7 })
  page.circle(1.6, -2.2, 1.5)
  page.circle(1.6, 2.2, 1.5)
}

/** Whose sheet this is, above the vouchers, and where it belongs in the pile, below them. */
export function drawMargins(
  page: Drawing,
  type: Typesetter,
  sheet: Sheet,
  total: { page: number; pages: number; campaign: string },
): void {
  const [left, right] = [margin.x + 4, a4.width - margin.x - 4]
  const section = sheet.section ? ` · ${staffTexts.section} ${sheet.section}` : ''
  const heading = type.fit(sheet.school.name + section, 'bold', { size: 11, minimum: 7, width: 330 })
  page.lines(heading, { x: left, y: 24, leading: 0 })
  const campaign = type.fit(total.campaign, 'regular', { size: 9, minimum: 6, width: 200 })
  page.lines(campaign, { x: right, y: 24, leading: 0, align: 'right' })

  const pile = `${staffTexts.vouchers(sheet.vouchersOfSection)} · ${staffTexts.ofSection(sheet.number, sheet.sheetsOfSection)}`
  page.text(type.line(pile, 'regular'), { x: left, y: 824, size: 8, grey: 0.25 })
  const pageOf = staffTexts.pageOf(total.page, total.pages)
  page.text(type.line(pageOf, 'regular'), { x: right, y: 824, size: 8, align: 'right', grey: 0.25 })
}

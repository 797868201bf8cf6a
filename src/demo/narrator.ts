/** Tells what happens, readably. */
export type Narrator = ReturnType<typeof narrator>

/** A narrator who writes by `out`. */
export function narrator(out: (text: string) => void) {
  return {
    /** The beginning of an act. */
    act: (title: string) => out(`\n${title}\n${'═'.repeat(title.length)}\n`),
    /** A step, with its figures as a table if there are any. */
    step: (sentence: string, rows: Record<string, string | number>[] = []) =>
      out(`\n• ${sentence}\n${tableText(rows)}`),
  }
}

/** `cents` as euros. */
export const euros = (cents: number) =>
  new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100)

/** `part` of `whole` as a percentage with one decimal. */
export const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

function tableText(rows: Record<string, string | number>[]): string {
  const [first] = rows
  if (!first) return ''
  const columns = Object.keys(first)
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))]
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)))
  const isNumber = columns.map((column) => typeof first[column] === 'number')
  const line = (line: string[]) =>
    `    ${line
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()}\n`
  const rule = `    ${widths.map((width) => '─'.repeat(width)).join('  ')}\n`
  return line(cells[0]!) + rule + cells.slice(1).map(line).join('')
}

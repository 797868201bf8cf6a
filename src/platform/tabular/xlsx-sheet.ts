import { cleanCell } from './cell.ts'
import { cellTooLong, damagedWorkbook, tooManyCells } from './problems.ts'
import type { TableLimits, TableRow } from './table.ts'
import type { XmlEvents } from './xlsx-xml.ts'

/** Hears the XML of a worksheet (ECMA-376-1, 18.3.1) and gives each row that it completes to `emit`. */
export function sheetEvents(emit: (row: TableRow) => void, shared: string[], limits: TableLimits): XmlEvents {
  let row = 0
  let cells: string[] = []
  let column = -1
  let type: string | undefined
  const value = textCollector()

  function open(name: string, attributes: Record<string, string>): void {
    value.open(name)
    if (name === 'row') {
      row = attributes.r === undefined ? row + 1 : rowNumber(attributes.r)
      cells = []
      column = -1
    } else if (name === 'c') {
      column = attributes.r === undefined ? column + 1 : columnIndex(attributes.r)
      type = attributes.t
      value.take()
    }
  }

  function close(name: string): void {
    value.close(name)
    if (name === 'c') place(cellText(type, value.take(), shared))
    else if (name === 'row') emit({ row, cells })
  }

  function text(content: string): void {
    if (value.text(content) > limits.cellLength) throw cellTooLong(row, limits)
  }

  function place(cell: string): void {
    // A format that reaches to the last column leaves empty cells behind, which are no table.
    if (cell === '') return
    if (column >= limits.cells) throw tooManyCells(row, limits)
    while (cells.length < column) cells.push('')
    cells[column] = cell
  }

  return { open, close, text }
}

/** Hears the XML of the shared strings (ECMA-376-1, 18.4.9) and appends each, cleaned, to `strings`. */
export function sharedStringEvents(strings: string[]): XmlEvents {
  const value = textCollector()
  return {
    open: value.open,
    text: value.text,
    close(name) {
      value.close(name)
      if (name === 'si') strings.push(cleanCell(unescaped(value.take())))
    },
  }
}

/** Joins the runs of a rich text; the phonetic readings beside them (`rPh`) are no part of it. */
function textCollector() {
  let collected = ''
  let inText = false
  let phonetic = false
  return {
    open(name: string): void {
      if (name === 'rPh') phonetic = true
      else if (name === 't' || name === 'v') inText = true
    },
    close(name: string): void {
      if (name === 'rPh') phonetic = false
      else if (name === 't' || name === 'v') inText = false
    },
    /** The length so far. */
    text(content: string): number {
      if (inText && !phonetic) collected += content
      return collected.length
    },
    take(): string {
      const text = collected
      collected = ''
      return text
    },
  }
}

function cellText(type: string | undefined, value: string, shared: string[]): string {
  if (value === '') return ''
  if (type === 's') return shared[Number(value)] ?? missingString()
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type === undefined || type === 'n') return numberText(value)
  return cleanCell(unescaped(value))
}

function missingString(): never {
  throw damagedWorkbook()
}

/** Without the digits that binary fractions add: 37.955052000000002 was typed as 37.955052. */
function numberText(value: string): string {
  const number = Number(value)
  return Number.isFinite(number) ? String(number) : value.trim()
}

/** ST_Xstring writes what XML can't hold, and often a line break, as _xHHHH_ (ECMA-376-1, 22.9.2.19). */
function unescaped(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9a-f]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function rowNumber(reference: string): number {
  const row = Number(reference)
  if (!Number.isSafeInteger(row) || row < 1) throw damagedWorkbook()
  return row
}

/** 0 for `A1`, 27 for `AB7`. */
function columnIndex(reference: string): number {
  let index = 0
  for (let i = 0; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) - 64
    if (letter < 1 || letter > 26) break
    index = index * 26 + letter
  }
  if (index === 0) throw damagedWorkbook()
  return index - 1
}

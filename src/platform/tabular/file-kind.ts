import { open } from 'node:fs/promises'
import { fileTooLarge, unreadableFile, unsupportedFile } from './problems.ts'
import type { TableLimits } from './table.ts'

/** How a readable upload begins: an XLSX file is a ZIP archive, all the rest is taken for CSV. */
interface FileStart {
  kind: 'csv' | 'xlsx'
  /** The first bytes, at most 512. */
  head: Buffer
}

const WORKBOOKS = ['504b0304', '504b0506']

const OTHERS: [string, string][] = [
  ['d0cf11e0', 'a workbook of the old XLS form, or one that a password protects'],
  ['25504446', 'a PDF document'],
  ['89504e47', 'a picture'],
  ['ffd8ff', 'a picture'],
  ['47494638', 'a picture'],
  ['1f8b', 'a compressed archive'],
  ['377abcaf', 'a compressed archive'],
  ['52617221', 'a compressed archive'],
  ['7b5c727466', 'a text document'],
]

const MARKUP = /^\s*<(!doctype|html|\?xml|table)/i

/**
 * Tells the kind of the file at `path` by its first bytes, never by its name. Raises `unreadable_file` for an empty
 * one, `file_too_large` for one over `limits.bytes`, `unsupported_file` for any other known kind.
 */
export async function fileStart(path: string, limits: TableLimits): Promise<FileStart> {
  const { head, size } = await beginning(path)
  if (size === 0) throw unreadableFile({ fault: 'The file is empty', remedy: 'save it again and send that' })
  if (size > limits.bytes) {
    throw fileTooLarge({ found: `The file has over ${limits.bytes} bytes`, remedy: 'send it in several parts' })
  }
  const hex = head.toString('hex')
  const other = OTHERS.find(([magic]) => hex.startsWith(magic))
  if (other) throw unsupportedFile({ found: other[1] })
  if (MARKUP.test(head.toString('utf8'))) throw unsupportedFile({ found: 'a web page or an XML document' })
  return { kind: WORKBOOKS.some((magic) => hex.startsWith(magic)) ? 'xlsx' : 'csv', head }
}

async function beginning(path: string): Promise<{ head: Buffer; size: number }> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    return { head: buffer.subarray(0, bytesRead), size: (await file.stat()).size }
  } finally {
    await file.close()
  }
}

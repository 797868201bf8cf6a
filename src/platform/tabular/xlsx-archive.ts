import { type Entry, openPromise } from 'yauzl'
import { damagedWorkbook, fileTooLarge } from './problems.ts'
import type { TableLimits } from './table.ts'

/** The parts of a workbook by lower-case name: part names don't tell case apart (ECMA-376-2, 6.2.2.3). */
export type Parts = Map<string, Entry>

const MAX_PARTS = 2000
// Deflate can pack 1,000 to 1; a sheet that people filled in packs some 15 to 1.
const MAX_RATIO = 200
const RATIO_FROM = 10_000_000

/** Lists the parts of the ZIP archive at `path`. Raises `file_too_large` where they unpack to more than is good. */
export async function listParts(path: string, limits: TableLimits): Promise<Parts> {
  const parts: Parts = new Map()
  const archive = await openPromise(path)
  let unpacked = 0
  for await (const entry of archive.eachEntry()) {
    unpacked += entry.uncompressedSize
    if (unpacked > limits.unpackedBytes || parts.size === MAX_PARTS || isBomb(entry)) throw unpacksTooLarge()
    parts.set(entry.fileName.toLowerCase(), entry)
  }
  return parts
}

/** The text of one part in pieces. That it is no longer than the archive says is checked while it is unpacked. */
export async function* partText(path: string, part: Entry): AsyncGenerator<string, void, undefined> {
  const archive = await openPromise(path)
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    for await (const bytes of await archive.openReadStreamPromise(part)) yield decoder.decode(bytes, { stream: true })
    yield decoder.decode()
  } finally {
    archive.close()
  }
}

/** The part called `name`. Raises `unreadable_file` where there is none. */
export function partOf(parts: Parts, name: string): Entry {
  const part = parts.get(name.toLowerCase())
  if (!part) throw damagedWorkbook()
  return part
}

function isBomb({ uncompressedSize, compressedSize }: Entry): boolean {
  return uncompressedSize > RATIO_FROM && uncompressedSize > MAX_RATIO * compressedSize
}

/** `file_too_large` for a workbook that would fill the disk or the memory. */
export function unpacksTooLarge() {
  return fileTooLarge({
    found: 'The workbook unpacks to far more than it should',
    remedy: 'copy the table alone to a new workbook, or save it as CSV, and send that',
  })
}

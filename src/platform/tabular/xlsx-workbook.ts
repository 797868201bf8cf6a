import { posix } from 'node:path'
import type { Entry } from 'yauzl'
import { Problem } from '../../shared/problem.ts'
import { damagedWorkbook, unsupportedFile } from './problems.ts'
import type { TableLimits, TableRow } from './table.ts'
import { listParts, type Parts, partOf, partText, unpacksTooLarge } from './xlsx-archive.ts'
import { sharedStringEvents, sheetEvents } from './xlsx-sheet.ts'
import { type XmlEvents, xmlReader } from './xlsx-xml.ts'

const WORKBOOK = 'xl/workbook.xml'
const RELATIONSHIPS = 'xl/_rels/workbook.xml.rels'
const BATCH = 500

/**
 * The rows of the first visible sheet of the workbook at `path`, as a function that reads them from the start. The
 * shared strings are held in memory. Raises `unsupported_file` for an archive that is no workbook.
 */
export async function openWorkbook(path: string, limits: TableLimits) {
  const { sheet, shared } = await contents(path, limits).catch(refuseDamaged)
  return async function* (): AsyncGenerator<TableRow[], void, undefined> {
    try {
      yield* sheetRows(path, sheet, shared, limits)
    } catch (error) {
      refuseDamaged(error)
    }
  }
}

async function contents(path: string, limits: TableLimits): Promise<{ sheet: Entry; shared: string[] }> {
  const parts = await listParts(path, limits)
  if (!parts.has(WORKBOOK)) throw unsupportedFile({ found: 'an archive that holds no XLSX workbook' })
  const { sheet, sharedStrings } = await partNames(path, parts, await firstVisibleSheet(path, parts))
  const shared: string[] = []
  if (sharedStrings) await readSharedStrings(path, partOf(parts, sharedStrings), shared, limits)
  return { sheet: partOf(parts, sheet), shared }
}

async function readSharedStrings(path: string, part: Entry, shared: string[], limits: TableLimits): Promise<void> {
  if (part.uncompressedSize > limits.sharedBytes) throw unpacksTooLarge()
  await readPart(path, part, sharedStringEvents(shared))
}

async function* sheetRows(path: string, sheet: Entry, shared: string[], limits: TableLimits) {
  let rows: TableRow[] = []
  const events = sheetEvents((row) => rows.push(row), shared, limits)
  for await (const _ of readXml(path, sheet, events)) {
    if (rows.length < BATCH) continue
    yield rows
    rows = []
  }
  yield rows
}

/** The relationship id of the first sheet that is shown. */
async function firstVisibleSheet(path: string, parts: Parts): Promise<string> {
  let found: string | undefined
  await readPart(path, partOf(parts, WORKBOOK), {
    open(name, attributes) {
      if (name !== 'sheet' || (attributes.state ?? 'visible') !== 'visible') return
      found ??= Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1]
    },
  })
  if (found === undefined) throw damagedWorkbook()
  return found
}

async function partNames(path: string, parts: Parts, sheetId: string) {
  let sheet = ''
  let sharedStrings: string | undefined
  await readPart(path, partOf(parts, RELATIONSHIPS), {
    open(_, { Id, Type, Target }) {
      if (Target === undefined) return
      if (Id === sheetId) sheet = posix.resolve('/xl', Target).slice(1)
      else if (Type?.endsWith('/sharedStrings')) sharedStrings = posix.resolve('/xl', Target).slice(1)
    },
  })
  return { sheet, sharedStrings }
}

async function readPart(path: string, part: Entry, events: XmlEvents): Promise<void> {
  for await (const _ of readXml(path, part, events));
}

/** Reads the part at the pace of its consumer, who gets control after every piece. */
async function* readXml(path: string, part: Entry, events: XmlEvents): AsyncGenerator<void, void, undefined> {
  const xml = xmlReader(events)
  for await (const piece of partText(path, part)) {
    xml.write(piece)
    yield
  }
  xml.end()
}

/** What the archive, its compression or its XML complain about is one thing to the reader; a failing disk is not. */
function refuseDamaged(error: unknown): never {
  if (error instanceof Problem || (error as NodeJS.ErrnoException).syscall !== undefined) throw error
  throw damagedWorkbook()
}

import Sqlite from 'better-sqlite3'
import { getTableColumns, getTableName } from 'drizzle-orm'
import { columnsOf, type DataKind } from '../../src/privacy/erasure/data-map.ts'
import { sqliteSchema } from '../../src/schema.ts'

/** Names once more, folded to be searched: they come from other columns. */
const derived = 'enrollments.folded'

/**
 * Every text that a database holds in columns of these kinds, by the data map, and every voucher's code; but no number of one
 * or two digits, which a head count gives and everything contains.
 */
export function personalTexts(databaseFile: string, ...kinds: DataKind[]): string[] {
  const database = new Sqlite(databaseFile, { readonly: true })
  const texts = [...columnsOf(...kinds), 'vouchers.code']
    .filter((name) => name !== derived)
    .flatMap((name) => {
      const [table, column] = name.split('.') as [keyof typeof sqliteSchema, string]
      const stored: Record<string, { name: string }> = getTableColumns(sqliteSchema[table])
      const query = `SELECT DISTINCT "${stored[column]!.name}" FROM "${getTableName(sqliteSchema[table])}"`
      return database.prepare<[], unknown>(query).pluck().all()
    })
  database.close()
  return [...new Set(texts.filter((text): text is string => typeof text === 'string' && !/^\d{0,2}$/.test(text)))]
}

/**
 * Which of `texts` occur in `text`, in any of the spellings that they are stored, sent or printed in: those of four characters
 * and more anywhere, shorter ones as whole words.
 */
export function findTexts(text: string, texts: readonly string[]): string[] {
  const words = new Set(text.match(/[\p{L}\p{N}\p{M}]+/gu))
  return texts.filter((one) =>
    one.length < 4 ? words.has(one) : spellings(one).some((spelling) => text.includes(spelling)),
  )
}

const spellings = (text: string) => [
  text,
  encodeURIComponent(text),
  JSON.stringify(text).slice(1, -1),
  text.replace(/^\+30/, ''),
  ...(/^[0-9A-Z]{12}$/.test(text) ? [text.toLowerCase(), text.replace(/(.{4})(?=.)/g, '$1-')] : []),
]

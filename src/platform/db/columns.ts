import {
  blob,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

/**
 * The words that tables are written in, here in SQLite's dialect. A module's `tables.ts` is a function of this
 * vocabulary, so that another engine needs another vocabulary and no other table.
 */
export const sqliteColumns = {
  table: sqliteTable,
  index,
  uniqueIndex,
  check,
  primaryKey,
  foreignKey,
  /** A UUIDv7. */
  id: (name: string) => text(name),
  text: (name: string) => text(name),
  /** One of a union of words. */
  word: <Word extends string>(name: string) => text(name).$type<Word>(),
  int: (name: string) => integer(name),
  /** Integer cents. */
  cents: (name: string) => integer(name),
  bool: (name: string) => integer(name, { mode: 'boolean' }),
  /** UTC with milliseconds, as text that sorts. */
  instant: (name: string) => text(name),
  /** A local calendar day, as text that sorts. */
  date: (name: string) => text(name),
  /** Degrees of latitude or longitude. */
  degrees: (name: string) => real(name),
  json: <Value>(name: string) => text(name, { mode: 'json' }).$type<Value>(),
  bytes: (name: string) => blob(name, { mode: 'buffer' }),
}

/** The vocabulary that `tables.ts` files are functions of. */
export type Columns = typeof sqliteColumns

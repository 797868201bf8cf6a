import * as pg from 'drizzle-orm/pg-core'
import {
  type AnySQLiteColumn,
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
  /** The id of a row of another table, which has to be there. */
  idOf: (name: string, column: () => AnySQLiteColumn) => text(name).notNull().references(column),
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

/** A table that another refers to by its id, whatever else it holds. */
export interface TableWithId {
  id: AnySQLiteColumn
}

/** Ordered and compared by code point, as SQLite does, whatever language the server was set up for. */
const plainText = pg.customType<{ data: string }>({
  dataType: () => 'text COLLATE "C"',
})

/** As the text that it was written as: keys keep their order, and what was tampered with can still be read. */
const jsonText = pg.customType<{ data: unknown; driverData: string }>({
  dataType: () => 'text COLLATE "C"',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (text) => JSON.parse(text),
})

const bytes = pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' })

const whole = (name: string) => pg.bigint(name, { mode: 'number' })

/** The same words in PostgreSQL's dialect. Whole numbers are as large as SQLite's. */
export const postgresColumns = {
  table: pg.pgTable,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  check: pg.check,
  primaryKey: pg.primaryKey,
  foreignKey: pg.foreignKey,
  id: plainText,
  idOf: (name: string, column: () => pg.AnyPgColumn) => plainText(name).notNull().references(column),
  text: plainText,
  word: plainText,
  int: whole,
  cents: whole,
  bool: pg.boolean,
  instant: plainText,
  date: plainText,
  degrees: pg.doublePrecision,
  json: jsonText,
  bytes,
} as unknown as Columns

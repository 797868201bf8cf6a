import type Sqlite from 'better-sqlite3'
import { Column, is, Param, Placeholder, SQL } from 'drizzle-orm'
import type { ClientBase, Pool } from 'pg'
import { withoutZeroBytes } from './zero-bytes.ts'

/** A query as drizzle has prepared it: the part of it that running takes. */
export interface PreparedQuery {
  getQuery(): { sql: string; params: unknown[] }
  /** What a row consists of, in the order of its columns. None for a statement that answers no rows. */
  fields?: { path: string[]; field: unknown }[]
  /** Tables by whether their join always finds a row. */
  joinsNotNullableMap?: Record<string, boolean>
  execute(values?: Record<string, unknown>): unknown
}

/** Runs with the values of its placeholders and answers its rows. */
export interface Statement {
  execute(values?: Record<string, unknown>): unknown
}

/**
 * The same query with everything about it decided once: which value goes where, and what each column becomes. Drizzle
 * decides that anew for every run and every row, which costs more than SQLite's own work. What may be absent from a row,
 * the right side of an outer join, is left to drizzle.
 */
export function compiled(query: PreparedQuery, connection: Sqlite.Database): Statement {
  if (hasOuterJoin(query)) return query
  const { sql, params } = query.getQuery()
  const statement = connection.prepare(sql)
  const bind = binderOf(params)
  // Values one by one: better-sqlite3 takes them out of a list at a third more.
  if (!statement.reader) return { execute: (values) => statement.run(...bind(values)) }
  const toRow = rowOf(query.fields ?? [])
  statement.raw(true)
  return { execute: (values) => (statement.all(...bind(values)) as unknown[][]).map(toRow) }
}

/**
 * The same on PostgreSQL, which plans a statement once for each connection and knows it by the name that `nameOf` gives it. `added` is told
 * of the rows that it inserts.
 */
export function compiledForPostgres(
  query: PreparedQuery,
  connection: Pool | ClientBase,
  nameOf: (text: string) => string,
  added: (table: string, rows: number) => void,
): Statement {
  if (hasOuterJoin(query)) return query
  const { sql: text, params } = query.getQuery()
  const bind = binderOf(params)
  const toRow = rowOf(query.fields ?? [])
  const name = nameOf(text)
  const filled = /^insert into "(\w+)"/.exec(text)?.[1]
  return {
    execute: async (values) => {
      const { rows, rowCount } = await connection.query<unknown[]>({
        name,
        text,
        values: bind(values).map(withoutZeroBytes),
        rowMode: 'array',
      })
      if (filled) added(filled, rowCount ?? 0)
      return rows.map(toRow)
    },
  }
}

const hasOuterJoin = (query: PreparedQuery) => Object.values(query.joinsNotNullableMap ?? {}).includes(false)

/** Makes the list of a statement's parameters out of the values of its placeholders. */
function binderOf(params: unknown[]): (values?: Record<string, unknown>) => unknown[] {
  const bound = params.map(sourceOf)
  return (values = {}) => {
    const list = new Array<unknown>(bound.length)
    for (let i = 0; i < list.length; i++) list[i] = bound[i]!(values)
    return list
  }
}

/** Where the value of one parameter comes from. */
function sourceOf(param: unknown): (values: Record<string, unknown>) => unknown {
  if (is(param, Placeholder)) return placed(param.name)
  if (!is(param, Param) || !is(param.value, Placeholder)) return () => param
  const value = placed(param.value.name)
  const { encoder } = param
  const isPlain = encoder.mapToDriverValue === Column.prototype.mapToDriverValue
  return isPlain ? value : (values) => encoder.mapToDriverValue(value(values))
}

function placed(name: string) {
  return (values: Record<string, unknown>) => {
    const value = values[name]
    if (value === undefined && !(name in values)) throw new Error(`the statement lacks a value for ${name}`)
    return value
  }
}

/**
 * Makes a row's object out of its columns: one level for the columns of one table, two where a selection is grouped. Each
 * object begins as the copy of one that has all its keys, so that all rows share a shape.
 */
function rowOf(fields: { path: string[]; field: unknown }[]): (columns: unknown[]) => unknown {
  const groups = [...new Set(fields.map(({ path }) => path.slice(0, -1).join('.')))].map((name) => {
    const columns = fields.flatMap(({ path, field }, i) =>
      path.slice(0, -1).join('.') === name ? [{ i, key: path.at(-1)!, decode: decoderOf(field) }] : [],
    )
    return { name, columns, blank: Object.fromEntries(columns.map(({ key }) => [key, null as unknown])) }
  })
  const fill = ({ columns, blank }: (typeof groups)[number], values: unknown[]) => {
    const part = { ...blank }
    for (let c = 0; c < columns.length; c++) {
      const { i, key, decode } = columns[c]!
      const value = values[i]
      part[key] = decode === undefined || value === null ? value : decode(value)
    }
    return part
  }
  const [whole] = groups
  if (groups.length === 1 && whole!.name === '') return (values) => fill(whole!, values)
  const blank = Object.fromEntries(groups.map(({ name }) => [name, null as unknown]))
  return (values) => {
    const row = { ...blank }
    for (let g = 0; g < groups.length; g++) row[groups[g]!.name] = fill(groups[g]!, values)
    return row
  }
}

/** How a column's stored value becomes the domain's; undefined where it is that already. */
function decoderOf(field: unknown): ((value: unknown) => unknown) | undefined {
  if (is(field, Column)) {
    const isPlain = field.mapFromDriverValue === Column.prototype.mapFromDriverValue
    return isPlain ? undefined : (value) => field.mapFromDriverValue(value)
  }
  const expression = is(field, SQL.Aliased) ? field.sql : field
  // An expression's decoder is no part of drizzle's types.
  const { decoder } = expression as { decoder?: { mapFromDriverValue(value: unknown): unknown } }
  return decoder && ((value) => decoder.mapFromDriverValue(value))
}

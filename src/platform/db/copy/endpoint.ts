import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Tx } from '../db.ts'

/** What a column holds, in the form that both engines are brought to: yes and no are 1 and 0. */
export type Value = string | number | Buffer | null

/** The types of the columns that there are, as PostgreSQL calls them. */
export type ColumnType = 'text' | 'bigint' | 'boolean' | 'double precision' | 'bytea'

/** A table as it is copied: by its names alone, which both engines share. */
export interface CopyTable {
  name: string
  columns: { name: string; type: ColumnType }[]
  /** The columns of its primary key, in order. */
  key: string[]
}

/** One transaction over all rows of a database. What is not committed when it is closed is undone. */
export interface CopySession<Tables> {
  /** Asks and writes in the same transaction. */
  tx: Tx<Tables>
  /** The rows of `table` in the order of its key, in batches; values in the order of its columns. */
  rows(table: CopyTable): AsyncIterable<Value[][]>
  /**
   * Takes out every row and has `work` put in others. Meanwhile the triggers sleep: they guard what happens from one state to the next, and
   * a copy is the last state alone. References, checks and unique indexes hold for every row.
   */
  fill(work: (insert: (table: CopyTable, rows: Value[][]) => Promise<void>) => Promise<void>): Promise<void>
  commit(): Promise<void>
  close(): Promise<void>
}

/** What the lock of a {@link CopySession} lets others do meanwhile: `shared` to write, `exclusive` nothing but read. */
export type CopyLock = 'shared' | 'exclusive'

/** One end of a copy: a database of one engine, with all that it takes to be copied into another or to be filled with a copy. */
export interface CopyEndpoint<Tables> {
  engine: 'sqlite' | 'postgres'
  /** What people call it: without a password. */
  name: string
  /** Every table; those that others refer to come before them. */
  tables: CopyTable[]
  /** Whether there is anything in it but what migrations put there. */
  holdsSomething(): Promise<boolean>
  /** Whether it is there and at this version's tables. */
  isOfThisVersion(): Promise<boolean>
  /**
   * Does `work` while no service can open the database. Throws `DatabaseInUse` at once while one has it open, or another program is in
   * the middle of something there.
   */
  withExclusiveLock<Result>(work: () => Promise<Result>): Promise<Result>
  /** All rows as of one moment. Throws `DatabaseInUse` where an exclusive lock is not to be had. */
  openSession(lock: CopyLock): Promise<CopySession<Tables>>
  /**
   * Brings it to this version's tables and has `work` fill it while nobody else writes there. What `work` has not committed when it
   * ends is undone, and then nothing has changed. Throws an `OperatorError` for a database of a newer version, and `DatabaseInUse`.
   */
  refill<Result>(work: (rows: CopySession<Tables>) => Promise<Result>): Promise<Result>
}

/** A database's tables: as they are asked and written, as they are copied, and what makes them. */
export interface CopySchema<Tables> {
  schema: Tables
  tables: CopyTable[]
  migrationsFolder: string
}

/** How many rows are read at once. */
export const batchSize = 500

/** The query for a row of the table `name` but for the places that migrations put in, in words that both engines read. */
export function selectAny(name: string): string {
  const besides = " WHERE kind NOT IN ('supplier', 'transit', 'handed_out', 'written_off')"
  return `SELECT 1 FROM "${name}"${name === 'locations' ? besides : ''} LIMIT 1`
}

const types: Record<string, ColumnType> = {
  SQLiteText: 'text',
  SQLiteTextJson: 'text',
  SQLiteInteger: 'bigint',
  SQLiteBoolean: 'boolean',
  SQLiteReal: 'double precision',
  SQLiteBlobBuffer: 'bytea',
}

/** The tables of a schema in SQLite's dialect as they are copied; those that others refer to come before them. */
export function tablesToCopy(schema: Record<string, SQLiteTable>): CopyTable[] {
  const sorted = new Map<string, CopyTable>()
  const add = (table: SQLiteTable) => {
    const { name, columns, primaryKeys, foreignKeys } = getTableConfig(table)
    if (sorted.has(name)) return
    for (const key of foreignKeys) add(key.reference().foreignTable)
    sorted.set(name, {
      name,
      columns: columns.map((column) => ({ name: column.name, type: typeOf(column) })),
      key: [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap((key) => key.columns)].map(
        (column) => column.name,
      ),
    })
  }
  for (const table of Object.values(schema)) add(table)
  return [...sorted.values()]
}

function typeOf({ name, columnType }: { name: string; columnType: string }): ColumnType {
  const type = types[columnType]
  if (!type) throw new Error(`the column ${name} is of a type that is not copied: ${columnType}`)
  return type
}

/** The query for all rows of `table`, in the order of its key. */
export function selectAll({ name, columns, key }: CopyTable): string {
  return `SELECT ${quoted(columns.map((column) => column.name))} FROM "${name}" ORDER BY ${quoted(key)}`
}

/** The beginning of a statement that puts rows into a table. */
export const insertInto = ({ name, columns }: CopyTable) =>
  `INSERT INTO "${name}" (${quoted(columns.map((column) => column.name))})`

/** Names as SQL says them in a list. */
export const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ')

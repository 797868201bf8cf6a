import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import { PgDialect, type PgTable, getTableConfig as postgresTable } from 'drizzle-orm/pg-core'
import { SQLiteSyncDialect, type SQLiteTable, getTableConfig as sqliteTable } from 'drizzle-orm/sqlite-core'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { postgresSchema, sqliteSchema } from '../../src/schema.ts'

/** What each type of a column is called in the other dialect. */
const types: Record<string, string> = {
  text: 'text COLLATE "C"',
  integer: 'bigint',
  boolean: 'boolean',
  real: 'double precision',
  blob: 'bytea',
}

const sqlite = new SQLiteSyncDialect()
const postgres = new PgDialect()
const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

/** All that a table says, in words that both dialects have. */
function told(table: SQLiteTable | PgTable, isPostgres: boolean) {
  const config = isPostgres ? postgresTable(table as PgTable) : sqliteTable(table as SQLiteTable)
  const sqlOf = (query: never) => plain((isPostgres ? postgres : sqlite).sqlToQuery(query).sql)
  const names = (columns: { name: string }[]) => columns.map(({ name }) => name)
  return {
    name: getTableName(table),
    columns: config.columns.map((column) => ({
      name: column.name,
      type: isPostgres ? column.getSQLType() : types[column.dataType === 'boolean' ? 'boolean' : column.getSQLType()],
      notNull: column.notNull,
      primary: column.primary,
      byDefault: column.default,
    })),
    primaryKeys: config.primaryKeys.map((key) => names(key.columns)),
    checks: config.checks.map(({ name, value }) => `${name}: ${sqlOf(value as never)}`).sort(),
    references: config.foreignKeys
      .map((key) => key.reference())
      .map(
        ({ columns, foreignTable, foreignColumns }) =>
          `${names(columns)} -> ${getTableName(foreignTable)} ${names(foreignColumns)}`,
      )
      .sort(),
    indexes: config.indexes
      .map(({ config: index }) => {
        const where = index.where ? sqlOf(index.where as never) : ''
        return `${index.name}: ${index.unique} ${names(index.columns as { name: string }[])} ${where}`
      })
      .sort(),
  }
}

t.test('both dialects have the same tables, columns, keys, checks, references and indexes', async (t) => {
  t.same(Object.keys(postgresSchema), Object.keys(sqliteSchema))
  t.same(
    Object.values(postgresSchema).map((table) => told(table as unknown as PgTable, true)),
    Object.values(sqliteSchema).map((table) => told(table as unknown as SQLiteTable, false)),
  )
})

/** The triggers that stand after all migrations of a dialect, as `name ON table`. */
function triggersOf(dialect: string): string[] {
  const folder = join(projectRoot, 'drizzle', dialect)
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
  const standing = new Set<string>()
  for (const file of files.sort()) {
    const statements = readFileSync(join(folder, file), 'utf8').matchAll(
      /(CREATE|DROP) TRIGGER (\w+)(?:[^;]*?\s(?:INSERT|UPDATE|DELETE|TRUNCATE)[^;]*?\sON (\w+))?/g,
    )
    for (const [, verb, name] of statements)
      if (verb === 'CREATE') standing.add(name!)
      else standing.delete(name!)
  }
  return [...standing]
}

/** Rules that a dialect keeps in its own way, and what keeps them in the other. */
const otherwise = {
  sqlite: {
    movements_open_from: 'movements_open',
    movements_open_to: 'movements_open',
    campaigns_retention_new: 'CHECK campaigns_retention',
    campaigns_retention_changed: 'CHECK campaigns_retention',
    kits_cost: 'CHECK kits_cost',
    receipts_cost: 'CHECK receipts_cost',
  },
  // A TRUNCATE fires no trigger of its rows. SQLite has none.
  postgres: ['movements_open', ...triggersOf('postgres').filter((name) => name.endsWith('_remain_all'))],
}

t.test('what triggers hold in one dialect they hold in the other', async (t) => {
  const sqliteTriggers = triggersOf('sqlite').filter((name) => !(name in otherwise.sqlite))
  const postgresTriggers = triggersOf('postgres').filter((name) => !otherwise.postgres.includes(name))
  t.ok(sqliteTriggers.length > 15)
  t.same(postgresTriggers.sort(), sqliteTriggers.sort())
})

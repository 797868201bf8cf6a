import { resolve } from 'node:path'
import { type Config, isPostgres } from '../platform/config/config.ts'
import { type WholeDatabase, wholePostgres, wholeSqlite, wholeTables } from '../platform/db/index.ts'
import { projectRoot } from '../platform/project-root.ts'
import { postgresSchema, sqliteSchema, type Tables } from '../schema.ts'

const tables = wholeTables(sqliteSchema)

/** The database that `config` names, of either engine, as a whole. */
export function wholeDatabase(config: Config): WholeDatabase<Tables> {
  if (!isPostgres(config.databaseUrl)) return wholeFile(resolve(config.databaseFile))
  const migrationsFolder = resolve(projectRoot, 'drizzle/postgres')
  return wholePostgres({ url: config.databaseUrl, tables, schema: postgresSchema, migrationsFolder })
}

/** The database in `file`, as a whole. */
export function wholeFile(file: string): WholeDatabase<Tables> {
  return wholeSqlite({ file, tables, schema: sqliteSchema, migrationsFolder: resolve(projectRoot, 'drizzle/sqlite') })
}

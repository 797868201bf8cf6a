import { resolve } from 'node:path'
import { type Config, isPostgres } from '../platform/config/config.ts'
import { type CopyEndpoint, postgresEndpoint, sqliteEndpoint, tablesToCopy } from '../platform/db/index.ts'
import { projectRoot } from '../platform/project-root.ts'
import { postgresSchema, sqliteSchema, type Tables } from '../schema.ts'

const tables = tablesToCopy(sqliteSchema)

/** The database that `config` names, of either engine, as one end of a copy. */
export function endpointOf(config: Config): CopyEndpoint<Tables> {
  if (!isPostgres(config.databaseUrl)) return fileEndpoint(resolve(config.databaseFile))
  const migrationsFolder = resolve(projectRoot, 'drizzle/postgres')
  return postgresEndpoint(config.databaseUrl, { tables, schema: postgresSchema, migrationsFolder })
}

/** The database in `file`, as one end of a copy. */
export function fileEndpoint(file: string): CopyEndpoint<Tables> {
  const migrationsFolder = resolve(projectRoot, 'drizzle/sqlite')
  return sqliteEndpoint(file, { tables, schema: sqliteSchema, migrationsFolder })
}

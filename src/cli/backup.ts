import { resolve } from 'node:path'
import { type BackupEngine, backUp, postgresEngine, restore, sqliteEngine, thinOut } from '../backups/index.ts'
import { type Config, isPostgres, readConfig } from '../platform/config/config.ts'
import { openSqlite } from '../platform/db/index.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { projectRoot } from '../platform/project-root.ts'
import { sqliteSchema } from '../schema.ts'
import { idSource } from '../shared/ids.ts'
import { countOf } from '../shared/plurals.ts'
import { systemClock } from '../shared/time.ts'
import { endpointOf, fileEndpoint } from './databases.ts'
import { argumentsOf, type Terminal } from './terminal.ts'

type Env = Record<string, string | undefined>

function engineOf(config: Config): BackupEngine {
  const file = resolve(config.databaseFile)
  const migrationsFolder = resolve(projectRoot, 'drizzle/sqlite')
  const openFile = (path: string) => openSqlite({ file: path, tables: sqliteSchema, migrationsFolder })
  if (!isPostgres(config.databaseUrl)) return sqliteEngine(file, fileEndpoint(file), openFile)
  return postgresEngine(file, endpointOf(config), openFile, fileEndpoint)
}

/** `saka backup [FOLDER] [--json]`: makes a backup. In `BACKUP_FOLDER`, which it goes to by itself, old ones are thinned out. */
export async function runBackup(env: Env, { out }: Terminal, args: string[]): Promise<void> {
  const { values, positionals } = argumentsOf(args, { json: { type: 'boolean' } }, 'saka backup [FOLDER] [--json]', 1)
  const config = readConfig(env)
  const engine = engineOf(config)
  const folder = positionals[0] ?? config.backupFolder
  if (!folder) throw new OperatorError('Name a folder for the backup, or set BACKUP_FOLDER.')
  const made = await backUp(engine, systemClock, folder)
  const removed = positionals[0] ? [] : thinOut(folder, config)
  if (values.json) {
    out(`${JSON.stringify({ ...made, removed: removed.length })}\n`)
    return
  }
  out(`${made.file}: ${made.bytes} bytes, loaded again and found whole, ${countOf(made.events, 'sealed event')}.\n`)
  for (const name of removed) out(`${name} is removed.\n`)
  out('No key is in it: keep a copy of the keys beside the database somewhere else, once.\n')
}

/** `saka restore FILE [--force]`: puts a backup in the place of the database. */
export async function runRestore(env: Env, { out }: Terminal, args: string[]): Promise<void> {
  const usage = 'saka restore FILE [--force]'
  const { values, positionals } = argumentsOf(args, { force: { type: 'boolean' } }, usage, 1)
  const [file] = positionals
  if (!file) throw new OperatorError(`Name the backup to restore: ${usage}`)
  const config = readConfig(env)
  const deps = { config, clock: systemClock, newId: idSource() }
  const done = await restore(engineOf(config), deps, { file, force: values.force === true })
  out(`${file} is restored and whole, ${countOf(done.events, 'sealed event')}.\n`)
  const { children, campaigns, stopped } = done.erasedSince
  if (children + campaigns > 0)
    out(
      `Erased again, as in the former database: of ${countOf(children, 'child', 'children')} on request, and ${countOf(campaigns, 'campaign')}.\n`,
    )
  if (stopped > 0)
    out(`Reminders ended again, as in the former database: to ${countOf(stopped, 'address', 'addresses')}.\n`)
  if (done.former) out(`The former database is kept in ${done.former}.\n`)
  for (const sentence of done.toDo) out(`${sentence}\n`)
}

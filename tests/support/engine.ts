import { randomUUID } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Test } from 'tap'
import type { Deps } from '../../src/deps.ts'

/** The engine that this run of the tests is about: `SAKA_TEST_ENGINE`, else SQLite. */
export const engine = process.env.SAKA_TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'

/** What a test is skipped for where it is about SQLite alone. `tests/run.ts` does not count it among the skipped: it ran on SQLite. */
export const sqliteAlone = (why: string) => (engine === 'sqlite' ? {} : { skip: `SQLite alone: ${why}` })

/** The same where it is about PostgreSQL alone. */
export const postgresAlone = (why: string) => (engine === 'postgres' ? {} : { skip: `PostgreSQL alone: ${why}` })

/** The databases with this version's tables, of which each test gets a copy: a file of SQLite's, and the name of one of PostgreSQL's. */
export const templateFile = process.env.SAKA_TEST_TEMPLATE_FILE ?? ''
export const templateName = process.env.SAKA_TEST_TEMPLATE ?? ''

/** How jobs are done in the apps of this run of the tests: `SAKA_TEST_JOBS`, else embedded. */
const kindOfJobs = process.env.SAKA_TEST_JOBS === 'redis' ? 'redis' : 'embedded'

/** The settings that give a test a part of the run's Redis that nobody else uses; none where jobs are embedded. */
function newQueues(): Record<string, string> {
  if (kindOfJobs === 'embedded') return {}
  const { SAKA_TEST_REDIS: url, SAKA_TEST_REDIS_PREFIX: prefix } = process.env
  if (!url || !prefix) throw new Error('SAKA_TEST_REDIS names no server; tests/run.ts starts one')
  return { REDIS_URL: url, REDIS_PREFIX: `${prefix}${randomUUID()}` }
}

/**
 * The settings that name an empty database of the test's own, at this version's tables, and where this run's jobs are on Redis, its part of
 * that. What the service puts on the disk goes to `folder`.
 */
export async function newDatabase(t: Test, folder: string): Promise<Record<string, string>> {
  const queues = newQueues()
  if (engine === 'sqlite') {
    const file = join(folder, 'saka.db')
    if (templateFile) copyFileSync(templateFile, file)
    return { DATABASE_URL: `file:${file}`, ...queues }
  }
  const name = `saka_test_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE ${templateName} STRATEGY file_copy`)
  t.teardown(() => administer(`DROP DATABASE ${name} WITH (FORCE)`))
  return { DATABASE_URL: urlOf(name), DATABASE_CONNECTIONS: '5', DATA_FOLDER: folder, ...queues }
}

/** What names a database, and whatever belongs to it. */
type Settings = Record<string, string> & { DATABASE_URL: string; DATA_FOLDER: string }

/** The settings with which another process works on the database of `deps`, and shares its jobs. */
export const databaseOf = ({ config }: Pick<Deps, 'config'>): Settings => ({
  DATABASE_URL: config.databaseUrl,
  DATA_FOLDER: config.dataFolder,
  ...(config.redisUrl && { REDIS_URL: config.redisUrl, REDIS_PREFIX: config.redisPrefix }),
})

/** Where the server of this run is: a database of it that is nobody's. */
function serverUrl(): string {
  const url = process.env.SAKA_TEST_POSTGRES
  if (!url) throw new Error('SAKA_TEST_POSTGRES names no server; tests/run.ts starts one')
  return url
}

/** Where a database of that server is. */
export function urlOf(name: string): string {
  const url = new URL(serverUrl())
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement beside all databases. */
export async function administer(statement: string): Promise<void> {
  const client = new pg.Client(serverUrl())
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

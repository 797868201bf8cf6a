// Holds the committed migrations to the tables in the code: from the newest snapshot to today's tables nothing may be missing.
import { readFileSync } from 'node:fs'
import {
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from 'drizzle-kit/api'
import { postgresSchema, sqliteSchema } from '../src/schema.ts'

function newestSnapshot(dialect: string) {
  const meta = new URL(`../drizzle/${dialect}/meta/`, import.meta.url)
  const readJson = (file: string) => JSON.parse(readFileSync(new URL(file, meta), 'utf8'))
  const newest: number = readJson('_journal.json').entries.at(-1).idx
  return readJson(`${String(newest).padStart(4, '0')}_snapshot.json`)
}

async function missingOnSqlite(): Promise<string[]> {
  const committed = newestSnapshot('sqlite')
  return generateSQLiteMigration(committed, await generateSQLiteDrizzleJson(sqliteSchema, committed.id))
}

async function missingOnPostgres(): Promise<string[]> {
  const committed = newestSnapshot('postgres')
  return generateMigration(committed, generateDrizzleJson(postgresSchema, committed.id))
}

for (const missing of [missingOnSqlite, missingOnPostgres]) {
  // Where a table or column may have been renamed it would ask which; with nobody to ask, it fails.
  const statements = await missing().catch((error: Error) => [`-- ${error.message}`])
  if (statements.length === 0) continue
  console.error(`The tables have changed without a migration; run \`npm run migration\`.\n\n${statements.join('\n')}`)
  process.exitCode = 1
}

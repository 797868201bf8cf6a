// Holds the committed migrations to the tables in the code: from the newest snapshot to today's tables nothing may be missing.
import { readFileSync } from 'node:fs'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { sqliteSchema } from '../src/schema.ts'

const meta = new URL('../drizzle/sqlite/meta/', import.meta.url)

function readJson(file: string) {
  return JSON.parse(readFileSync(new URL(file, meta), 'utf8'))
}

const newest: number = readJson('_journal.json').entries.at(-1).idx
const committed = readJson(`${String(newest).padStart(4, '0')}_snapshot.json`)
const today = await generateSQLiteDrizzleJson(sqliteSchema, committed.id)
// Where a table or column may have been renamed it would ask which; with nobody to ask, it fails.
const missing = await generateSQLiteMigration(committed, today).catch((error: Error) => [`-- ${error.message}`])

if (missing.length > 0) {
  console.error(`The tables have changed without a migration; run \`npm run migration\`.\n\n${missing.join('\n')}`)
  process.exitCode = 1
}

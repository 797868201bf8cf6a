// Makes the database that each test gets a copy of: this version's tables, on PostgreSQL under the witness.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { administer, engine, templateFile, templateName, urlOf } from './engine.ts'
import { watchTemplate } from './witness.ts'

if (engine === 'sqlite') {
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${templateFile}`, LOG_LEVEL: 'warn' }))
  await deps.close()
} else {
  const folder = mkdtempSync(join(tmpdir(), 'saka-template-'))
  await administer(`CREATE DATABASE ${templateName}`)
  const env = { DATABASE_URL: urlOf(templateName), DATA_FOLDER: folder, LOG_LEVEL: 'warn' }
  const deps = await openDeps(readConfig(env))
  await watchTemplate(deps.db)
  await deps.close()
  rmSync(folder, { recursive: true })
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../src/app.ts'
import { openDeps } from '../src/open-deps.ts'
import { readConfig } from '../src/platform/config/config.ts'
import { projectRoot } from '../src/platform/project-root.ts'
import { withExamples } from './examples.ts'

const committed = join(projectRoot, 'openapi/openapi.json')

/** The contract as the routes say it, as the text of a JSON file. */
async function contract(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'saka-openapi-'))
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${join(folder, 'empty.db')}`, LOG_LEVEL: 'silent' }))
  const app = await buildApp(deps)
  try {
    await app.ready()
    return `${JSON.stringify(withExamples(app.swagger()), null, 2)}\n`
  } finally {
    await app.close()
    await deps.close()
    rmSync(folder, { recursive: true })
  }
}

const text = await contract()
if (process.argv.includes('--check')) {
  if (readFileSync(committed, 'utf8') !== text) {
    process.stderr.write('openapi/openapi.json is not what the routes say. Run npm run openapi and commit it.\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(committed, text)
}

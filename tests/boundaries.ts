// Holds the imports to `.dependency-cruiser.cjs`. It reads JavaScript, so it gets what Node.js runs: the sources without their types, in a
// folder of the cache.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
const stripped = join(root, '.tap/boundaries')
const folders = ['src', 'jobs', 'openapi']

rmSync(stripped, { recursive: true, force: true })
for (const folder of folders)
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const target = join(stripped, folder, name.replace(/\.ts$/, '.js'))
    const source = stripTypeScriptTypes(readFileSync(join(root, folder, name), 'utf8'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, source.replaceAll(/(from |import\(|import )('\.[^']*)\.ts'/g, "$1$2.js'"))
  }
const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
const { status } = spawnSync(
  process.execPath,
  [cruise, '--config', join(root, '.dependency-cruiser.cjs'), ...folders],
  {
    cwd: stripped,
    stdio: 'inherit',
  },
)
process.exitCode = status ?? 1

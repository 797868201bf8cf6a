// Holds the imports to `.dependency-cruiser.cjs`, and those of types to `.dependency-cruiser-types.cjs`. The cruiser reads JavaScript,
// so it gets the sources without their types, in a folder of the cache: once as Node.js runs them, and once with every import of
// a type made an import like any other.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
const folders = ['src', 'jobs', 'openapi', 'web'].filter((folder) => existsSync(join(root, folder)))
const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')

/** `Deps` and the database with its tables are the two types that run up: imports of them are left out. */
const exceptions = /^import type [^']* from '(?:\.\.?\/)+(?:deps|schema)\.ts'$/gm
const typeImport = /^(import|export) type (?=(?:\{[^}]*\}|\* as \w+|\w+) from ')/gm
const withTypes = (source: string) => source.replaceAll(exceptions, '').replaceAll(typeImport, '$1 ')

/** What imports something; all that is looked at of a file with JSX, which Node.js cannot strip. */
const importing = /^(?:import|export)\b[^';]*'[^']+'$/gm
const asJavaScript = (name: string, source: string) =>
  stripTypeScriptTypes(name.endsWith('.tsx') ? (source.match(importing) ?? []).join('\n') : source).replaceAll(
    /(from |import\(|import )('\.[^']*)\.tsx?'/g,
    "$1$2.js'",
  )

/** Whether the imports are as `config` wants them, in the sources as `prepare` makes them. Prints those that are not. */
function holds(config: string, prepare: (source: string) => string): boolean {
  const stripped = join(root, '.tap/boundaries')
  rmSync(stripped, { recursive: true, force: true })
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/(?<!\.d)\.tsx?$/.test(name)) continue
      const target = join(stripped, folder, name.replace(/\.tsx?$/, '.js'))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, asJavaScript(name, prepare(readFileSync(join(root, folder, name), 'utf8'))))
    }
  const options = { cwd: stripped, stdio: 'inherit' } as const
  return spawnSync(process.execPath, [cruise, '--config', join(root, config), ...folders], options).status === 0
}

const held = [holds('.dependency-cruiser.cjs', (source) => source), holds('.dependency-cruiser-types.cjs', withTypes)]
process.exitCode = held.every(Boolean) ? 0 : 1

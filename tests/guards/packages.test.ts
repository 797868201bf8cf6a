import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8')
const lock = JSON.parse(read('package-lock.json')).packages as Record<string, { version: string; dev?: boolean }>

t.test('npm run sbom names every package that the service runs with, in the version of the lock file', async (t) => {
  const { sbom } = JSON.parse(read('package.json')).scripts
  const [command, ...args] = sbom.split(' ')
  const document = JSON.parse(execFileSync(command, args, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 26 }))
  t.equal(document.bomFormat, 'CycloneDX')
  const named = new Set(document.components.map(({ purl }: any) => decodeURIComponent(purl)))
  const run = Object.entries(lock).filter(([path, { dev }]) => path && !dev)
  t.ok(run.length > 100)
  for (const [path, { version }] of run) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    t.ok(named.has(`pkg:npm/${name}@${version}`), name)
  }
})

t.test('SECURITY.md says in how many days a package with a known fault is replaced', async (t) => {
  for (const days of [/serious[^.]* (\d+) days/, /every other[^.]* (\d+) days/]) t.match(read('SECURITY.md'), days)
})

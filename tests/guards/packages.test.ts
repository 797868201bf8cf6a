import { execFileSync } from 'node:child_process'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { textOf } from '../support/sources.ts'

const lock = JSON.parse(textOf('package-lock.json')).packages as Record<string, { version: string; dev?: boolean }>

t.test('npm run sbom names every package that the service runs with, in the version of the lock file', async (t) => {
  const { sbom } = JSON.parse(textOf('package.json')).scripts
  const [command, ...args] = sbom.split(' ')
  const document = JSON.parse(execFileSync(command, args, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 26 }))
  t.equal(document.bomFormat, 'CycloneDX')
  const named = new Set(document.components.map(({ purl }: any) => decodeURIComponent(purl)))
  const run = Object.entries(lock).filter(([path, { dev }]) => path && !dev)
  t.ok(run.length > 100)
  const purls = run.map(([path, { version }]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`)
  t.same(
    purls.filter((purl) => !named.has(purl)),
    [],
  )
})

t.test('SECURITY.md says in how many days a package with a known fault is replaced', async (t) => {
  for (const days of [/serious[^.]* (\d+) days/, /every other[^.]* (\d+) days/]) t.match(textOf('SECURITY.md'), days)
})

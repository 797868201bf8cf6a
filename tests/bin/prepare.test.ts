import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { temporaryFolder } from '../support/folder.ts'

/** A checkout with one package, which lies in it, so that nothing is fetched. */
function checkout(t: Test, engine = '>=22.18'): string {
  const folder = temporaryFolder(t)
  const files = {
    'package.json': { name: 'saka', type: 'module', engines: { node: engine }, dependencies: { kit: 'file:./kit' } },
    'package-lock.json': {
      name: 'saka',
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { kit: 'file:./kit' } },
        kit: { version: '1.0.0' },
        'node_modules/kit': { resolved: 'kit', link: true },
      },
    },
    'kit/package.json': { name: 'kit', version: '1.0.0', type: 'module', exports: './index.js' },
  }
  for (const [name, content] of Object.entries(files)) write(folder, name, JSON.stringify(content))
  write(folder, '.nvmrc', '24\n')
  write(folder, 'kit/index.js', 'export const kit = "a kit"')
  write(folder, 'program.js', 'import { kit } from "kit"; console.log(kit, ...process.argv.slice(2))')
  mkdirSync(join(folder, 'bin'))
  copyFileSync(join(projectRoot, 'bin/prepare.mjs'), join(folder, 'bin/prepare.mjs'))
  return folder
}

function write(folder: string, name: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content, { mode })
}

function run(folder: string, ...args: string[]) {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [join(folder, 'bin/prepare.mjs'), ...args], { cwd: folder, env })
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code)
  const done = Promise.all([text(child.stdout), text(child.stderr), ended]).then(([out, err, end]) => ({
    out,
    err,
    end,
  }))
  return { child, done }
}

t.test('what is missing is installed, and the program alone speaks on its output', async (t) => {
  const folder = checkout(t)
  const first = await run(folder, 'program.js', 'one', '--two').done
  t.match(first, { out: 'a kit one --two\n', err: /Installing packages …/, end: 0 })
  t.same(await run(folder, 'program.js').done, { out: 'a kit\n', err: '', end: 0 }, 'the second time nothing is')
  t.match(
    await run(folder, '--dev', 'program.js').done,
    { err: /of development too/, end: 0 },
    'what is asked for besides',
  )
})

t.test('what a killed npm has left is no installation', async (t) => {
  const folder = checkout(t)
  await run(folder, 'program.js').done
  rmSync(join(folder, 'node_modules/.prepared'))
  rmSync(join(folder, 'node_modules/kit'))
  t.ok(existsSync(join(folder, 'node_modules/.package-lock.json')))
  t.match(await run(folder, 'program.js').done, { out: 'a kit\n', end: 0 })
})

t.test('of two at once one installs, and the other waits', async (t) => {
  const folder = checkout(t)
  const both = await Promise.all([run(folder, 'program.js').done, run(folder, 'program.js').done])
  t.match(both, [
    { out: 'a kit\n', end: 0 },
    { out: 'a kit\n', end: 0 },
  ])
  t.equal(both.filter(({ err }) => err.includes('Installing')).length, 1)
  t.notOk(existsSync(join(folder, '.prepare')))
})

t.test('the lock of somebody who is gone is no hindrance', async (t) => {
  const folder = checkout(t)
  write(folder, '.prepare/owner', `${hostname()} 999999999`)
  t.match(await run(folder, 'program.js').done, { out: 'a kit\n', end: 0 })
})

t.test('where this Node.js is too old, another goes on: its output, its end and signals are its own', async (t) => {
  const folder = checkout(t, '>=99')
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const home = `.node/node_modules/${prefix}-${platform}-${process.arch}`
  write(folder, `${home}/package.json`, JSON.stringify({ version: '24.1.0', bin: { node: 'bin/node' } }))
  write(folder, `${home}/bin/node`, '#!/bin/sh\necho "it got $2 $3"; exit 7\n', 0o755)
  t.match(await run(folder, 'program.js', 'one').done, { out: 'it got program.js one\n', end: 7 })

  write(folder, `${home}/bin/node`, '#!/bin/sh\ntrap "echo told; exit 0" TERM\necho ready\nsleep 30 & wait\n', 0o755)
  const { child, done } = run(folder, 'program.js')
  await once(child.stdout, 'readable')
  child.kill('SIGTERM')
  t.match(await done, { out: 'ready\ntold\n', end: 0 })
})

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

/** What only one of the two sides has. */
const foreign = [
  "import { readFileSync } from 'node:fs'; readFileSync('x')",
  "import { randomBytes } from 'crypto'; randomBytes(1)",
  "Buffer.from('x')",
  'process.exit(1)',
  'setTimeout(() => {}, 1)',
  "document.title = 'x'",
  "window.alert('x')",
  "localStorage.getItem('x')",
  "fetch('https://saka.example.org')",
]
const allowed = ["new TextEncoder().encode(btoa('x'))", 'crypto.getRandomValues(new Uint8Array(1))']

t.test('the compiler lets src/shared use neither Node.js nor the browser', async (t) => {
  const programs = [...foreign, ...allowed]
  const folder = t.testdir({
    'tsconfig.json': JSON.stringify({
      extends: join(projectRoot, 'src/shared/tsconfig.json'),
      compilerOptions: { rootDir: projectRoot },
      include: ['*.ts', join(projectRoot, 'src/shared/globals.d.ts')],
    }),
    ...Object.fromEntries(programs.map((program, i) => [`${i}.ts`, `${program}\nexport {}\n`])),
  })
  const tsc = join(projectRoot, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['--project', folder, '--pretty', 'false'], { encoding: 'utf8', cwd: folder })
  const refused = new Set([...stdout.matchAll(/^(\d+)\.ts\(/gm)].map(([, i]) => programs[Number(i)]))
  t.same([...refused].sort(), [...foreign].sort(), stdout)
})

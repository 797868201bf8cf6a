// Runs files of tests, some processes at a time, and prints their TAP:
//
//   node tests/run-files.ts '[{ "name": …, "files": ["tests/shared/voucher-code.test.ts"], "env": { … }, "queue": … }, …]'
//
// It is what `tap run` does without the hooks that this puts into every process for coverage and mocks: to load the service through
// them took two thirds of the time of a short file.
import { join } from 'node:path'
import t from 'tap'
import type { TestRun } from './run.ts'

const quickImports = join(import.meta.dirname, '../src/quick-imports.ts')
const runTogether = join(import.meta.dirname, 'run-together.ts')

// Each run has a time limit of its own.
t.setTimeout(0)
t.jobs = Number(process.env.SAKA_TEST_PROCESSES)
process.once('SIGTERM', () => {
  t.endAll()
  process.exit(143)
})
// tap's way in for those hooks is NODE_OPTIONS. What follows the program's name is in the names of the folders that tests ask tap for.
for (const [number, { name, files, env, queue }] of (JSON.parse(process.argv[2]!) as TestRun[]).entries())
  void t.spawn(
    'env',
    ['-u', 'NODE_OPTIONS', process.execPath, `--import=${quickImports}`, runTogether, String(number)],
    {
      name,
      buffered: true,
      timeout: Number(process.env.TAP_TIMEOUT) * 1000 * files.length,
      env: { ...process.env, ...env, SAKA_TEST_FILES: files.join(' '), SAKA_TEST_QUEUE: queue },
    },
  )

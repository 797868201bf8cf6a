// Runs files of tests one after the other in this one process, and says where each ends: to load the service takes longer than the tests of
// many a file. They are those in SAKA_TEST_FILES, in this order, that no other process has begun: who begins one makes a folder of its
// name in SAKA_TEST_QUEUE.
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startCoverage, writeCoverage } from './postgres-coverage.ts'

const root = join(import.meta.dirname, '..')

const coverage = process.env.SAKA_TEST_COVERAGE
if (coverage) await startCoverage()
for (const file of process.env.SAKA_TEST_FILES!.split(' ')) {
  if (!begin(file)) continue
  // Each test has a time limit of its own. A limit that a file sets for all of it ends with it.
  t.setTimeout(0)
  const began = performance.now()
  // In a test: once there is a teardown for the end of all, tap would take the time of loading for that end.
  await t.test(`${file} loads`, () => import(join(root, file)))
  if (!t.idle) await once(t, 'idle')
  t.comment(`${file} ended after ${((performance.now() - began) / 1000).toFixed(1)} s`)
}
t.end()
if (coverage) await writeCoverage(coverage)

function begin(file: string): boolean {
  try {
    mkdirSync(join(process.env.SAKA_TEST_QUEUE!, encodeURIComponent(file)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

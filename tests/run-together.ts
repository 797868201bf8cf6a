// Runs the files of tests in SAKA_TEST_FILES one after the other in this one process, and says where each ends: to load the service takes
// longer than the tests of many a file.
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')

// Each test has a time limit of its own.
t.setTimeout(0)
for (const file of process.env.SAKA_TEST_FILES!.split(' ')) {
  const began = performance.now()
  // In a test: once there is a teardown for the end of all, tap would take the time of loading for that end.
  await t.test(`${file} loads`, () => import(join(root, file)))
  if (!t.idle) await once(t, 'idle')
  t.comment(`${file} ended after ${((performance.now() - began) / 1000).toFixed(1)} s`)
}
t.end()

// Runs files of tests that were compiled into a folder, some at a time, each in a process of its own, and prints their TAP:
//
//   node tests/run-files.mjs FOLDER tests/vouchers/code.test.ts …
//
// It is what `tap run` does without the hooks that this puts into every process for coverage and mocks: to load the service through
// them took two thirds of the time of a short file.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

const [folder, ...files] = process.argv.slice(2)

// Each file has a time limit of its own.
t.setTimeout(0)
// Now and then one waits: for a minute to be over, for somebody to fall silent, for a server.
t.jobs = availableParallelism() + 1
process.once('SIGTERM', () => {
  t.endAll()
  process.exit(143)
})
for (const file of files) {
  const compiled = join(folder, file.replace(/\.ts$/, '.js'))
  // tap's way in for those hooks is NODE_OPTIONS.
  t.spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', compiled], {
    name: file,
    buffered: true,
    timeout: Number(process.env.TAP_TIMEOUT) * 1000,
  })
}

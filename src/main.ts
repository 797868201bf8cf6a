#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import './quick-imports.ts'

/**
 * By how much the heap may outgrow what was alive when it was last cleared, in percent. V8 lets it grow fourfold where the machine
 * has gigabytes: then what a step with a line for every school leaves behind lies about until long after it. `docs/measurements.md` has
 * the figures; half as much again cost no processor time, a fifth did.
 */
setFlagsFromString('--heap-growing-percent=50')

const { runCommand } = await import('./cli/commands.ts')
process.exitCode = await runCommand(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  onStop: (stop) => {
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  },
})

#!/usr/bin/env node
import { runCommand } from './cli/commands.ts'

process.exitCode = await runCommand(process.argv.slice(2), process.env, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  onStop: (stop) => {
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  },
})

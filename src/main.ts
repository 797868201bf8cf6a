#!/usr/bin/env node
import { runCommand } from './cli/commands.ts'
import { keepHeapSmall } from './platform/heap.ts'

keepHeapSmall()

process.exitCode = await runCommand(process.argv.slice(2), process.env, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  onStop: (stop) => {
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  },
})

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

// Every benchmark in a process of its own, one after the other: nothing that one leaves behind slows the next.
const only = process.argv.slice(2)
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.ts'))
for (const file of files.filter((name) => only.length === 0 || only.some((word) => name.startsWith(word)))) {
  process.stdout.write(`\n${file.replace('.bench.ts', '')}\n`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, file)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}

// Runs every `check:…` script of package.json, as many at a time as the machine has cores, and prints one line for each;
// of one that fails also what it said.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const root = dirname(import.meta.dirname)
const environment = {
  ...process.env,
  PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
}

/** How many checks, or assertions of tests, passed and failed. */
export interface Counts {
  passed: number
  failed: number
}

/** Runs all checks. */
export async function runChecks(): Promise<Counts> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const waiting = Object.entries<string>(scripts).filter(([name]) => name.startsWith('check:'))
  const counts = { passed: 0, failed: 0 }
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { passed, failed } = await runCheck(...next)
      counts.passed += passed
      counts.failed += failed
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return counts
}

/** Runs one command to its end; one of the counts is 1. */
export async function runCheck(name: string, command: string): Promise<Counts> {
  const start = performance.now()
  const { code, output } = await run(command)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}  ${seconds} s`)
  if (code !== 0) console.log(`\n$ ${command}\n${output.trimEnd()}\n`)
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

function run(command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, { cwd: root, env: environment, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const said: Buffer[] = []
    child.stdout.on('data', (chunk) => said.push(chunk))
    child.stderr.on('data', (chunk) => said.push(chunk))
    child.on('error', (error) => said.push(Buffer.from(error.message)))
    child.on('close', (code) => resolve({ code, output: stripVTControlCharacters(Buffer.concat(said).toString()) }))
  })
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await runChecks()
  process.exitCode = failed > 0 ? 1 : 0
}

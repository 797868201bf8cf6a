import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Counts } from './check.ts'

/** What the tests came to; those that ran where they are about are not among the skipped. */
export interface Results extends Counts {
  skipped: number
}

const root = dirname(import.meta.dirname)

const runResult = /^(not )?ok \d+ - (.+?)(?: # time=[\d.]+ms)?(?: \{)?$/
const endOfFile = /^ {4}# (\S+) ended after ([\d.]+) s$/
const failedInFile = /^ {4}not ok \d+/
const failedAssertion = /^ +not ok \d+ (?!.*# (time=|TODO|SKIP))/
const failedTest = /^ +not ok \d+ .*# time=/
const skippedTest = /^ +ok \d+(?: - )?(.*) # SKIP ?(.*)$/
const skippedElsewhere = /^ +ok \d+.* # SKIP (SQLite|PostgreSQL) alone: /
const summary = /^# \{ total: \d+/

/** Prints a line for each file of tests as its run ends, and what failed in it, from the TAP of `tests/run-files.ts`. */
export async function reportResults(lines: AsyncIterable<string>): Promise<Results> {
  let results: Results = { passed: 0, failed: 0, skipped: 0 }
  let block: string[] = []
  let elsewhere = 0
  for await (const line of lines) {
    if (skippedElsewhere.test(line)) elsewhere++
    if (summary.test(line)) results = readSummary(line)
    const result = line.match(runResult)
    if (result) {
      report(result, block)
      block = []
    } else block.push(line)
  }
  return { ...results, skipped: results.skipped - elsewhere }
}

/** `# { total: 13, pass: 5, fail: 4, todo: 1, skip: 3 }`: what is nought is left out, and a test still to do is no proof. */
function readSummary(line: string): Results {
  const count = (name: string) => Number(line.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

/** Reports the files of a run, and what came after the last of them where the run failed by that. */
function report([, not, name]: RegExpMatchArray, block: string[]): void {
  const suffix = name!.match(/ \(.+\)$/)?.[0] ?? ''
  let lines: string[] = []
  let hasFailed = false
  for (const line of block) {
    lines.push(line)
    const [, file, seconds] = line.match(endOfFile) ?? []
    if (!file) continue
    hasFailed = reportFile(`${file}${suffix}`, seconds!, lines) || hasFailed
    lines = []
  }
  if (not && !hasFailed) console.log(`FAIL  ${name}: its process\n${lines.join('\n')}`)
}

/** Answers whether the file failed. */
function reportFile(name: string, seconds: string, block: string[]): boolean {
  const hasFailed = block.some((line) => failedInFile.test(line))
  console.log(`${hasFailed ? 'FAIL' : 'ok  '}  ${name}  ${seconds} s`)
  for (const text of block) {
    const [, test, reason] = text.match(skippedTest) ?? []
    if (test !== undefined && !skippedElsewhere.test(text)) console.log(`      skipped: ${test.trim()} ${reason}`)
  }
  if (hasFailed) console.log(`${failures(block).join('\n')}\n      all of it: ${keep(name, block)}\n`)
  return hasFailed
}

/** Keeps all that a file has said and answers where. */
function keep(name: string, block: string[]): string {
  const path = `.tap/test-results/${name}.tap`
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), block.join('\n'))
  return path
}

/** The assertions that failed with their diagnostics, each followed by the names of the tests around it. */
function failures(block: string[]): string[] {
  const lines: string[] = []
  let inDiagnostics = false
  let before = ''
  for (const line of block) {
    if (failedAssertion.test(line) || failedTest.test(line)) lines.push(line)
    if (/^ +---$/.test(line)) inDiagnostics = failedAssertion.test(before)
    else if (/^ +\.\.\.$/.test(line)) inDiagnostics = false
    else if (inDiagnostics) lines.push(line)
    before = line
  }
  return lines
}

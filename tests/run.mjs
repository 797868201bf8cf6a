// `npm test`: the build, all checks, then all tests, a line for each file as it ends, and what failed in it. The last line counts.
// Given files (`npm test -- tests/vouchers/code.test.ts`) it runs those alone, without the checks.
// With CI=true a skipped test is a failure: there, everything that a test needs has to be there.
//
// All of it is compiled once, for this run alone, so that what is edited meanwhile is not in it and no process has to do it again.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runCheck, runChecks } from './check.mjs'
import { installPrograms } from './programs.mjs'
import { providePostgres, provideRedis } from './servers.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const compiledOfRuns = join(root, '.tap/compiled')
const compiled = join(compiledOfRuns, String(process.pid))

/** How long a file of tests may take: more than any needs on a machine that others use too, so that only what hangs is ended. */
const secondsForFile = 600

const engines = ['sqlite', 'postgres']
const kindsOfJobs = ['embedded', 'redis']
/** What all tests run on, one after another. */
const allRuns = [
  { engine: 'sqlite', jobs: 'embedded' },
  { engine: 'postgres', jobs: 'embedded' },
  { engine: 'postgres', jobs: 'redis' },
]
/** What the present run has started: its servers and the tests. */
const running = new Set()

const fileResult = /^(not )?ok \d+ - (\S+)/
const failedAssertion = /^ +not ok \d+ (?!.*# (time=|TODO|SKIP))/
const failedTest = /^ +not ok \d+ .*# time=/
const skippedTest = /^ +ok \d+(?: - )?(.*) # SKIP ?(.*)$/
const skippedElsewhere = /^ +ok \d+.* # SKIP (SQLite|PostgreSQL) alone: /
const summary = /^# \{ total: \d+/

const named = process.argv.slice(2)
const files = testFiles(named)
const build = await runCheck('build', 'node src/prepare.mjs build')
const checks = named.length > 0 ? { passed: 0, failed: 0 } : await runChecks()
// Before the tests, whose time is measured.
installPrograms()
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
])
  process.once(signal, () => stopAll().then(() => process.exit(code)))
removeLeftovers()
const tests = await compileTests()
const runs = []
try {
  for (const run of tests.failed > 0 ? [] : runsAskedFor()) runs.push(await runOn(run))
} finally {
  rmSync(compiled, { recursive: true, force: true })
}
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((what) =>
  [build, checks, tests, ...runs].reduce((sum, counts) => sum + (counts[what] ?? 0), 0),
)
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
const tooManySkipped = process.env.CI === 'true' && skipped > 0
process.exitCode = failed > 0 || runs.some((run) => run.passed === 0) || tooManySkipped ? 1 : 0

/** The files of tests, or those of them that are named, alone or by their folder. */
function testFiles(named) {
  const all = readdirSync(join(root, 'tests'), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `tests/${name}`)
    .sort()
  if (named.length === 0) return all
  return named.flatMap((name) => {
    const path = relative(root, resolve(name))
    const found = all.filter((file) => file === path || file.startsWith(`${path}/`))
    if (found.length === 0) throw new Error(`There are no tests at ${name}`)
    return found
  })
}

/** Compiles the service and its tests, for this run. What needs no compiling is there under another name. */
async function compileTests() {
  const compiling = `node node_modules/typescript/bin/tsc -p tsconfig.tests.json --outDir ${compiled}`
  const counts = await runCheck('tests compiled', compiling)
  if (counts.failed > 0) return counts
  for (const name of readdirSync(join(root, 'tests'), { recursive: true }).filter((one) => one.endsWith('.mjs')))
    symlinkSync(join(root, 'tests', name), join(compiled, 'tests', name))
  return counts
}

/** Removes what runs that were killed have compiled. */
function removeLeftovers() {
  mkdirSync(compiledOfRuns, { recursive: true })
  for (const pid of readdirSync(compiledOfRuns))
    if (!isAlive(Number(pid))) rmSync(join(compiledOfRuns, pid), { recursive: true, force: true })
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The runs: those that are named; for all tests every one, for some files the default. */
function runsAskedFor() {
  const { SAKA_TEST_ENGINE: engine, SAKA_TEST_JOBS: jobs } = process.env
  if (!engine && !jobs && named.length === 0) return allRuns
  const asked = { engine: engine ?? 'sqlite', jobs: jobs ?? 'embedded' }
  if (!engines.includes(asked.engine)) throw new Error(`SAKA_TEST_ENGINE must be one of ${engines.join(', ')}`)
  if (!kindsOfJobs.includes(asked.jobs)) throw new Error(`SAKA_TEST_JOBS must be one of ${kindsOfJobs.join(', ')}`)
  return [asked]
}

/** Runs the tests on an engine and with a kind of jobs. Where a server that this takes is not to be had, it is skipped aloud. */
async function runOn({ engine, jobs }) {
  console.log(`\non ${engine}, ${jobs === 'redis' ? 'with jobs on Redis' : 'with embedded jobs'}:`)
  const needed = [engine === 'postgres' && ['PostgreSQL', providePostgres], jobs === 'redis' && ['Redis', provideRedis]]
  const env = { SAKA_TEST_ENGINE: engine, SAKA_TEST_JOBS: jobs }
  try {
    for (const [name, provide] of needed.filter(Boolean)) {
      const server = await provide()
      if (!server) {
        console.log(`      skipped: there is no ${name} server to be had`)
        return { passed: 1, failed: 0, skipped: 1 }
      }
      running.add(server)
      Object.assign(env, server.env)
    }
    return engine === 'sqlite' || makeTemplate(env) ? await runTests(env) : { passed: 0, failed: 1, skipped: 0 }
  } finally {
    await stopAll()
  }
}

/** Makes the database that tests on PostgreSQL get copies of. */
function makeTemplate(env) {
  const made = spawnSync(process.execPath, [join(compiled, 'tests/support/postgres-template.js')], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return made.status === 0
}

async function stopAll() {
  await Promise.all([...running].map((server) => server.stop()))
  running.clear()
}

async function runTests(env) {
  const child = spawn(process.execPath, [join(root, 'tests/run-files.mjs'), compiled, ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // No test works on what these name but by the settings of the run.
    env: { ...process.env, DATABASE_URL: undefined, REDIS_URL: undefined, TAP_TIMEOUT: secondsForFile, ...env },
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  running.add({ stop: () => child.kill() })
  let counts = { passed: 0, failed: 0, skipped: 0 }
  let block = []
  let elsewhere = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (skippedElsewhere.test(line)) elsewhere++
    if (summary.test(line)) counts = readSummary(line)
    if (fileResult.test(line)) {
      report(line, block)
      block = []
    } else block.push(line)
  }
  const code = await ended
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  // They ran where they are about.
  return { ...counts, skipped: counts.skipped - elsewhere }
}

/** `# { total: 13, pass: 5, fail: 4, todo: 1, skip: 3 }`: what is nought is left out, and a test still to do is no proof. */
function readSummary(line) {
  const count = (name) => Number(line.match(new RegExp(`${name}: (\\d+)`))?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') + count('todo') }
}

function report(result, block) {
  const [, not, file] = result.match(fileResult)
  const milliseconds = Math.round(Number(result.match(/# time=([\d.]+)ms/)?.[1] ?? 0))
  console.log(`${not ? 'FAIL' : 'ok  '}  ${file}  ${(milliseconds / 1000).toFixed(1)} s`)
  for (const line of block) {
    const [, name, reason] = line.match(skippedTest) ?? []
    if (name !== undefined) console.log(`      skipped: ${name.trim()} ${reason}`)
  }
  if (result.includes('# SKIP')) console.log(`      skipped: ${result.split('# SKIP')[1].trim()}`)
  if (not) console.log(`${failures(block).join('\n')}\n      all of it: ${keep(file, block)}\n`)
}

/** Keeps all that a file has said and answers where. */
function keep(file, block) {
  const path = `.tap/test-results/${file}.tap`
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), block.join('\n'))
  return path
}

/** The assertions that failed with their diagnostics, each followed by the names of the tests around it. */
function failures(block) {
  const lines = []
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

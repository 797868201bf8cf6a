// `npm test`: all checks, and beside them every file of tests on SQLite and those of `postgresLeg` on PostgreSQL too, a line for each as it ends, and
// what failed in it. The last line counts. `npm run test:all` runs every file on both engines and with jobs on Redis, the long ones in full.
// `npm test -- --postgres` runs the files on PostgreSQL alone.
// Given files (`npm test -- tests/shared/voucher-code.test.ts`) it runs those alone, without the checks.
// With CI=true a skipped test is a failure: there, everything that a test needs has to be there.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Counts, runChecks } from './check.ts'
import { uncalledQueries } from './postgres-coverage.ts'
import { postgresLeg } from './postgres-leg.ts'
import { installPrograms } from './support/programs.ts'
import { type ProvidedServer, providePostgres, provideRedis } from './support/servers.ts'
import { type Results, reportResults } from './tap-results.ts'

/** A process that runs files of tests one after the other, so that it loads the service once. */
export interface TestRun {
  name: string
  /** Those of them that no other process with the same `queue` has begun. */
  files: string[]
  env: Record<string, string>
  /** An empty folder. */
  queue: string
}

/** What a file of tests runs on. */
interface Leg {
  engine: 'sqlite' | 'postgres'
  jobs: 'embedded' | 'redis'
}

const root = dirname(import.meta.dirname)
/** How many processes run tests at once: now and then one waits, for a minute to be over, for somebody to fall silent, for a server. */
const processesAtOnce = availableParallelism() + 2
/** Where the coverage of the repositories on PostgreSQL is collected. */
const coverage = join(root, '.tap/postgres-coverage')
/** How long a file of tests may take: more than any needs on a machine that others use too, so that only what hangs is ended. */
const secondsForFile = 600
/** What takes longest, and so begins first. */
const first = [
  'tests/journeys/demonstration.test.ts',
  'tests/scheduler/runners.test.ts',
  'tests/operations/chaos.test.ts',
  'tests/notifications/mail-look.test.ts',
  'tests/bin/prepare.test.ts',
  'tests/scheduler/redis-away.test.ts',
  'tests/operations/backups.test.ts',
  'tests/privacy/crash.test.ts',
  'tests/journeys/reminders.test.ts',
  'tests/reconciliation/crash.test.ts',
]
/** In processes of their own: what watches the service being loaded, measures its process, or declares a problem that the service does not have. */
const alone = ['tests/security/redos.test.ts', 'tests/security/sessions.test.ts', 'tests/shared/kernel.test.ts']

const onSqlite: Leg = { engine: 'sqlite', jobs: 'embedded' }
const onPostgres: Leg = { engine: 'postgres', jobs: 'embedded' }
const onRedis: Leg = { engine: 'postgres', jobs: 'redis' }

const {
  values: { all: runAll, postgres: onlyPostgres },
  positionals: named,
} = parseArgs({
  options: { all: { type: 'boolean', default: false }, postgres: { type: 'boolean', default: false } },
  allowPositionals: true,
})
/** Whether the leg on PostgreSQL is run as a whole: then it has to call every query. */
const runsPostgresLeg = named.length === 0
/** What the present run has started: its servers and the tests. */
const running = new Set<{ stop(): unknown }>()
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)
  process.once(signal, () => stopAll().then(() => process.exit(code)))

const legs = filesToRun()
keepInMemory()
installPrograms()
// Together: the tests that begin wait much, and the checks do not.
const [checks, tests] = await Promise.all([
  named.length > 0 || onlyPostgres ? { passed: 0, failed: 0 } : runChecks(),
  runTests(legs),
])
const queries = runsPostgresLeg ? checkQueries() : { passed: 0, failed: 0 }
const passed = checks.passed + tests.passed + queries.passed
const failed = checks.failed + tests.failed + queries.failed
console.log(`\n${passed} passed, ${failed} failed, ${tests.skipped} skipped`)
const tooManySkipped = process.env.CI === 'true' && tests.skipped > 0
process.exitCode = failed > 0 || tests.passed === 0 || tooManySkipped ? 1 : 0

/** What is asked for: the files that are named, on the leg that the environment says; else all, on the legs that each needs. */
function filesToRun(): [Leg, string[]][] {
  const { SAKA_TEST_ENGINE: engine = 'sqlite', SAKA_TEST_JOBS: jobs = 'embedded' } = process.env
  if (engine !== 'sqlite' && engine !== 'postgres') throw new Error('SAKA_TEST_ENGINE must be sqlite or postgres')
  if (jobs !== 'embedded' && jobs !== 'redis') throw new Error('SAKA_TEST_JOBS must be embedded or redis')
  if (named.length > 0) return [[{ engine, jobs }, testFiles(named)]]
  if (onlyPostgres) return [[onPostgres, postgresLeg]]
  const everyFile = testFiles(['tests'])
  if (runAll) return [onSqlite, onPostgres, onRedis].map((leg) => [leg, everyFile])
  return [
    [onPostgres, postgresLeg],
    [onSqlite, everyFile],
  ]
}

/**
 * Has temporary files, among them all databases, kept in memory where the machine has room for them there and nobody has said where to put
 * them. On a disk a new database of PostgreSQL's takes ten times as long.
 */
function keepInMemory(): void {
  const memory = '/dev/shm'
  if (process.env.TMPDIR || !existsSync(memory)) return
  const { bavail, bsize } = statfsSync(memory)
  if (bavail * bsize > 4 * 2 ** 30) process.env.TMPDIR = memory
}

/** The files of tests at these paths, of files or of folders. */
function testFiles(paths: string[]): string[] {
  const all = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `tests/${name}`)
    .sort()
  return paths.flatMap((path) => {
    const wanted = relative(root, resolve(root, path))
    const found = all.filter((file) => file === wanted || file.startsWith(`${wanted}/`))
    if (found.length === 0) throw new Error(`There are no tests at ${path}`)
    return found
  })
}

/** Runs the files of all legs in one queue. Where a server that some of them need is not to be had, these are skipped aloud. */
async function runTests(legs: [Leg, string[]][]): Promise<Results> {
  let missing = 0
  const provided = new Map<string, ProvidedServer['env']>()
  const provide = async (name: string, isNeeded: boolean, start: () => Promise<ProvidedServer | undefined>) => {
    if (!isNeeded) return
    const server = await start()
    if (server) {
      running.add(server)
      provided.set(name, server.env)
    } else {
      missing++
      console.log(`skipped: there is no ${name}`)
    }
  }
  try {
    await provide(
      'PostgreSQL',
      legs.some(([{ engine }]) => engine === 'postgres'),
      providePostgres,
    )
    await provide(
      'Redis',
      legs.some(([{ jobs }]) => jobs === 'redis'),
      provideRedis,
    )
    const postgres = provided.get('PostgreSQL')
    if (postgres) await makeTemplate({ ...postgres, SAKA_TEST_ENGINE: 'postgres' })
    const sqlite = { SAKA_TEST_TEMPLATE_FILE: join(newFolder(), 'saka.db') }
    if (legs.some(([{ engine }]) => engine === 'sqlite')) await makeTemplate(sqlite)
    const queue = legs.flatMap(([leg, files]) => {
      const needed = [leg.engine === 'postgres' && 'PostgreSQL', leg.jobs === 'redis' && 'Redis'].filter(
        (one) => one !== false,
      )
      const env = Object.assign({ ...sqlite }, ...needed.map((name) => provided.get(name)))
      return needed.every((name) => provided.has(name)) ? runsOf(files, leg, needed, env) : []
    })
    const counts = await runQueue(queue)
    return { ...counts, skipped: counts.skipped + missing }
  } finally {
    await stopAll()
  }
}

/** The processes that run the files of one leg. */
function runsOf(files: string[], { engine, jobs }: Leg, needed: string[], env: TestRun['env']): TestRun[] {
  const isCovered = engine === 'postgres' && runsPostgresLeg
  const all = {
    ...env,
    SAKA_TEST_ENGINE: engine,
    SAKA_TEST_JOBS: jobs,
    ...(runAll && { SAKA_TEST_LONG: '1' }),
    ...(isCovered && { SAKA_TEST_COVERAGE: coverage }),
  }
  const run = (name: string, files: string[], queue: string): TestRun => ({
    name: needed.length > 0 ? `${name} (${needed.join(', ')})` : name,
    ...{ files, env: all, queue },
  })
  // The largest files first, so that all processes end at about the same time.
  const sizeOf = (file: string) => statSync(join(root, file)).size
  const others = files.filter((file) => !first.includes(file) && !alone.includes(file))
  const shared = [...first.filter((file) => files.includes(file)), ...others.sort((a, b) => sizeOf(b) - sizeOf(a))]
  const queue = newFolder()
  const processes = Math.min(shared.length, engine === 'sqlite' ? processesAtOnce : availableParallelism())
  return [
    ...alone.filter((file) => files.includes(file)).map((file) => run(file, [file], newFolder())),
    // Each has one that no other takes: a process without tests would count as skipped.
    ...shared.slice(0, processes).map((own) => run('files of tests', [own, ...shared.slice(processes)], queue)),
  ]
}

/** A folder for this run of the tests alone. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'saka-tests-'))
  running.add({ stop: () => rmSync(folder, { recursive: true, force: true }) })
  return folder
}

/** Fails where an exported function of a repository was not called on PostgreSQL. */
function checkQueries(): Counts {
  const uncalled = uncalledQueries(root, coverage)
  if (uncalled.length === 0) return { passed: 1, failed: 0 }
  console.log(`FAIL  not called on PostgreSQL; add a file to tests/postgres-leg.ts:\n${uncalled.join('\n')}`)
  return { passed: 0, failed: 1 }
}

/** Makes the database of which every test gets a copy. */
async function makeTemplate(env: Record<string, string>): Promise<void> {
  const making = spawn(process.execPath, [join(root, 'tests/support/template.ts')], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  const code = await new Promise((resolve) => making.on('close', resolve))
  if (code !== 0) throw new Error('the tables could not be made')
}

async function stopAll(): Promise<void> {
  const all = [...running].reverse()
  running.clear()
  for (const one of all) await one.stop()
}

async function runQueue(queue: TestRun[]): Promise<Results> {
  if (runsPostgresLeg) rmSync(coverage, { recursive: true, force: true })
  const child = spawn(process.execPath, [join(root, 'tests/run-files.ts'), JSON.stringify(queue)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // No test works on what these name but by the settings of the run.
    env: {
      ...process.env,
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
      TAP_TIMEOUT: String(secondsForFile),
      SAKA_TEST_PROCESSES: String(processesAtOnce),
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
    },
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  running.add({ stop: () => child.kill() })
  const counts = await reportResults(createInterface({ input: child.stdout }))
  const code = await ended
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

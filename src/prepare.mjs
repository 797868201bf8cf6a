// Brings a fresh or changed checkout to the point where its programs run: installs the packages, compiles `dist`, builds
// the test runner; whatever is missing and nothing else. Then it becomes the program named after `--`, in this very
// process, so that a signal sent to `npm start` reaches the service.
//
//   node src/prepare.mjs [install] [build] [tap] [-- program.js argument …]
//
// Only Node's own modules are used and only syntax that an old Node can read: this runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const oldestNode = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...names) => join(root, ...names)
const installStamp = at('node_modules', '.prepared')
const tapStamp = at('node_modules', '.prepared-tap')
const buildStamp = at('dist', '.prepared')

/** The lock, and the bench on which `dist` is built: a folder that only one process can make. */
const bench = at('.prepare')
const benchOwner = join(bench, 'owner')
const longestStep = 30 * 60 * 1000

const steps = {
  install: {
    says: 'Installing packages (about four minutes the first time) …',
    isDone: isInstalled,
    run: install,
    failed:
      'The packages could not be installed; npm says why above. It needs the network, and for better-sqlite3 mostly a ' +
      'C++ compiler, make and Python 3 (on Debian: apt-get install build-essential python3).',
  },
  build: {
    says: 'Building …',
    isDone: () => read(buildStamp) === sourcesDigest(),
    run: build,
    failed: 'The build failed; the compiler says why above.',
  },
  tap: {
    says: 'Building the test runner …',
    isDone: () => read(tapStamp) === tapDigest(),
    run: buildTap,
    failed: 'The test runner could not be built; tap says why above.',
  },
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function digest(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex')
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function stop(line) {
  say(line)
  process.exit(1)
}

/** Runs a program of Node's to its end. Its output goes to stderr: stdout belongs to the program that comes after. */
function runNode(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] })
  return status === 0
}

/** What the installed packages depend on. Native ones are compiled for one ABI of Node. */
function installDigest() {
  const platform = `${process.platform} ${process.arch} ${process.versions.modules}`
  return `${digest(readFileSync(at('package-lock.json')))} ${platform}`
}

function isInstalled() {
  const wanted = installDigest()
  const stamp = read(installStamp)
  if (stamp === wanted) return true
  const samePlatform = stamp === undefined || stamp.slice(64) === wanted.slice(64)
  if (!samePlatform || !isInstalledByHand()) return false
  writeFileSync(installStamp, wanted)
  return true
}

/** Whether somebody ran npm without us: it leaves a copy of the lock file that lists what is really there. */
function isInstalledByHand() {
  const there = read(at('node_modules', '.package-lock.json'))
  if (there === undefined) return false
  const installed = JSON.parse(there).packages
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages
  return Object.keys(wanted).every((path) => {
    if (path === '' || wanted[path].optional) return true
    return installed[path] !== undefined && installed[path].version === wanted[path].version
  })
}

function install() {
  const npm = process.env.npm_execpath || ''
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const done = npm.endsWith('npm-cli.js')
    ? runNode([npm, ...args])
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }).status === 0
  if (!done) return false
  if (!runNode(['-e', collecting])) {
    steps.install.failed =
      `SQLite's driver (better-sqlite3) does not run with Node.js ${process.version}; what it said is above. ` +
      'Use Node.js 22, then try again: docs/operations.md says why.'
    return false
  }
  writeFileSync(installStamp, installDigest())
  return true
}

/** Headers of Node 24.19 and later make of an addon one that ends the process once something of it is collected (nodejs/node#65446). */
const collecting = `
  const database = new (require('better-sqlite3'))(':memory:')
  for (let i = 0; i < 1000; i++) database.prepare('select 1')
  for (let i = 0; i < 1000; i++) Array.from({ length: 2000 }, (_, j) => ({ j }))
`

function sourceFiles(folder) {
  const found = []
  if (!existsSync(at(folder))) return found
  for (const entry of readdirSync(at(folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...sourceFiles(path))
    else if (/\.(ts|tsx|json)$/.test(entry.name)) found.push(path)
  }
  return found.sort()
}

function sourcesDigest() {
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']
  const files = [...settings, ...['src', 'jobs', 'openapi'].flatMap(sourceFiles)]
  return digest(...files.flatMap((file) => [file, readFileSync(at(file))]))
}

/** Compiles beside `dist` and swaps at the end, so that what runs from the old one never sees half of the new one. */
function build() {
  const stamp = sourcesDigest()
  const next = join(bench, 'dist')
  if (!runNode([at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', next])) return false
  writeFileSync(join(next, '.prepared'), stamp)
  rmSync(at('dist'), { recursive: true, force: true })
  renameSync(next, at('dist'))
  return true
}

function tapDigest() {
  const { tap } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  return digest(JSON.stringify(tap.plugin), readFileSync(at('package-lock.json')))
}

function buildTap() {
  const done = runNode([at('node_modules/tap/dist/esm/run.mjs'), 'build'])
  if (done) writeFileSync(tapStamp, tapDigest())
  return done
}

function tryLock() {
  try {
    mkdirSync(bench)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(benchOwner, `${hostname()} ${process.pid}`)
  return true
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Whether whoever made the lock is gone. On another machine, or before the owner is written, only its age can tell. */
function isAbandoned(owner) {
  const made = statSync(bench, { throwIfNoEntry: false })
  if (made === undefined) return false
  const age = Date.now() - made.mtimeMs
  if (owner === undefined) return age > 10_000
  const [machine, pid] = owner.split(' ')
  return age > longestStep || (machine === hostname() && !isAlive(Number(pid)))
}

function clearAbandoned() {
  const aside = `${bench}.${process.pid}`
  try {
    renameSync(bench, aside)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error // somebody else who waits was faster
  }
  rmSync(aside, { recursive: true, force: true })
}

function waitForLock() {
  let told = false
  while (!tryLock()) {
    const owner = read(benchOwner)
    if (isAbandoned(owner)) clearAbandoned()
    else {
      if (!told) say('Waiting for another command that is preparing this checkout …')
      told = true
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
}

/** Returns the name of the step that failed, or nothing. Each looks again: another process may have done it meanwhile. */
function runUnderLock(names) {
  waitForLock()
  try {
    return names.find((name) => {
      const { says, isDone, run } = steps[name]
      if (isDone()) return false
      say(says)
      return !run()
    })
  } finally {
    rmSync(bench, { recursive: true, force: true })
  }
}

function prepare(names) {
  if (Number(process.versions.node.split('.')[0]) < oldestNode)
    stop(`Saka needs Node.js ${oldestNode} or newer; this is ${process.version}. See https://nodejs.org/en/download`)
  if (read(at('package-lock.json')) === undefined) stop('package-lock.json is missing: this is not a whole checkout.')
  if (names.every((name) => steps[name].isDone())) return
  const failed = runUnderLock(names)
  if (failed !== undefined) stop(steps[failed].failed)
}

const args = process.argv.slice(2)
const dashes = args.indexOf('--')
const names = dashes < 0 ? args : args.slice(0, dashes)
const program = dashes < 0 ? [] : args.slice(dashes + 1)
const unknown = names.find((name) => steps[name] === undefined)
if (unknown !== undefined) stop(`There is no step "${unknown}"; there are ${Object.keys(steps).join(', ')}.`)
prepare(names)
if (program.length > 0) {
  const path = resolve(root, program[0])
  process.argv.splice(1, process.argv.length, path, ...program.slice(1))
  await import(pathToFileURL(path).href)
}

// Brings a fresh or changed checkout to the point where its programs run, then becomes the program that is named:
//
//   node bin/prepare.mjs [--dev] [PROGRAM [ARGUMENT …]]
//
// It installs the packages that are missing, with `--dev` those of development too. Where this Node.js is older than Saka
// needs, it first brings a newer one from npm into the folder `.node` and goes on with that. Nothing outside the checkout is changed.
//
// Only Node's own modules are used and only syntax that an old Node can read: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import nodeModule from 'node:module'
import { hostname } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...names) => join(root, ...names)
/** What is kept of the last install: the digest of the lock file, and whether it had the packages of development. */
const installed = at('node_modules', '.prepared')
/** The lock: a folder that only one process can make. */
const lock = at('.prepare')
const longestInstall = 30 * 60 * 1000

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function stop(line) {
  say(line)
  process.exit(1)
}

/** Runs npm to its end. Its output goes to stderr: stdout belongs to the program that comes after. */
function npm(...args) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] }
  const all = [...args, '--no-audit', '--no-fund', '--loglevel=error']
  const cli = process.env.npm_execpath || ''
  const { status } = cli.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [cli, ...all], options)
    : spawnSync('npm', all, { ...options, shell: process.platform === 'win32' })
  return status === 0
}

/** Whether this Node.js runs Saka: the floor that package.json names under `engines`. */
function isNewEnough() {
  const floor = JSON.parse(read(at('package.json')))
    .engines.node.match(/\d+/g)
    .map(Number)
  const version = process.versions.node.split('.').map(Number)
  const differs = version.findIndex((number, index) => number !== (floor[index] || 0))
  return differs < 0 || version[differs] > (floor[differs] || 0)
}

/** The package of npm that holds Node.js for this machine: the one that the package `node` would install. */
function nodePackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${platform}-${process.arch}`
}

/** The program of the Node.js in `.node`, which is brought there if need be. */
function bringNode() {
  const wanted = read(at('.nvmrc')).trim()
  const home = at('.node')
  const folder = join(home, 'node_modules', nodePackage())
  const find = () => {
    const manifest = JSON.parse(read(join(folder, 'package.json')) || '{"version":""}')
    return manifest.version.split('.')[0] === wanted ? join(folder, manifest.bin.node) : undefined
  }
  return (
    find() ||
    underLock(() => {
      if (find()) return find()
      say(`Saka needs a newer Node.js than ${process.version}: bringing Node.js ${wanted} into ${home} …`)
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, 'package.json'), '{"private":true}')
      const isThere = npm('install', '--prefix', home, '--ignore-scripts', `${nodePackage()}@${wanted}`)
      return (
        (isThere && find()) ||
        stop(`It could not be had; npm says why above. https://nodejs.org/en/download has it too.`)
      )
    })
  )
}

/** Goes on with another Node.js, as if it had been this one: its output, its end and the signals sent to us are its own. */
function goOnWith(node) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  // Before it begins: a signal that comes at once is for it too.
  let child
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'])
    process.on(signal, () => {
      // A terminal sends it to both of us.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function installDigest() {
  return `${createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')} ${process.platform} ${process.arch}`
}

/** Whether the packages are there, those of development too if they are asked for. */
function isInstalled(dev) {
  const found = read(installed)
  if (found === undefined) return isInstalledByHand(dev)
  const wanted = installDigest()
  return found === `${wanted} dev` || (!dev && found === wanted)
}

/**
 * Whether somebody ran npm without us: it leaves a copy of the lock file that lists what it installed. An npm that was killed
 * may have left that and no package.
 */
function isInstalledByHand(dev) {
  const found = read(at('node_modules', '.package-lock.json'))
  if (found === undefined) return false
  const there = JSON.parse(found).packages
  const wanted = Object.entries(JSON.parse(read(at('package-lock.json'))).packages)
  return wanted.every(([path, { version, optional, devOptional, dev: ofDevelopment }]) => {
    if (path === '' || optional || devOptional || (ofDevelopment && !dev)) return true
    return there[path] !== undefined && there[path].version === version && existsSync(at(path, 'package.json'))
  })
}

function install(dev) {
  say(dev ? 'Installing packages, those of development too …' : 'Installing packages …')
  if (!npm('ci', ...(dev ? ['--include=dev'] : ['--omit=dev'])))
    stop('The packages could not be installed; npm says why above. It needs the network.')
  writeFileSync(installed, dev ? `${installDigest()} dev` : installDigest())
}

/** Runs `work` while no other process prepares this checkout. */
function underLock(work) {
  let told = false
  while (!tryLock()) {
    if (isAbandoned()) clearAbandoned()
    else {
      if (!told) say('Waiting for another command that is preparing this checkout …')
      told = true
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  const unlock = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', unlock)
  try {
    return work()
  } finally {
    process.off('exit', unlock)
    unlock()
  }
}

function tryLock() {
  try {
    mkdirSync(lock)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(lock, 'owner'), `${hostname()} ${process.pid}`)
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
function isAbandoned() {
  const made = statSync(lock, { throwIfNoEntry: false })
  if (made === undefined) return false
  const age = Date.now() - made.mtimeMs
  const owner = read(join(lock, 'owner'))
  if (owner === undefined) return age > 10_000
  const [machine, pid] = owner.split(' ')
  return age > longestInstall || (machine === hostname() && !isAlive(Number(pid)))
}

function clearAbandoned() {
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error // somebody else who waits was faster
  }
  rmSync(aside, { recursive: true, force: true })
}

const dev = process.argv[2] === '--dev'
const program = process.argv.slice(dev ? 3 : 2)
if (read(at('package-lock.json')) === undefined) stop('package-lock.json is missing: this is not a whole checkout.')
if (!isNewEnough()) goOnWith(bringNode())
else {
  if (!isInstalled(dev))
    underLock(() => {
      // Another process may have done it meanwhile.
      if (!isInstalled(dev)) install(dev)
    })
  if (program.length > 0) {
    nodeModule.enableCompileCache(at('node_modules', '.cache', 'compiled'))
    const path = resolve(root, program[0])
    process.argv.splice(1, process.argv.length, path, ...program.slice(1))
    await import(pathToFileURL(path).href)
  }
}

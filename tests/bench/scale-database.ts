import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { parentOf, processorTimeOfFamily } from './processor-time.ts'

/** A database that is empty, for one campaign. */
export interface ScaleDatabase {
  /** What the service is told. */
  url: string
  /** Processor time that its server has had, in seconds; nothing where it is the service's own, or on another machine. */
  cpuSeconds(): number | undefined
  /** How large it is with its log, in bytes. */
  bytes(): Promise<number>
  remove(): Promise<void>
}

/** Where databases come from, one after the other. */
export interface ScaleEngine {
  name: string
  create(children: number): Promise<ScaleDatabase>
  stop(): Promise<void>
}

/** SQLite files in a temporary folder. */
export function sqliteEngine(): ScaleEngine {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return {
    name: 'SQLite',
    create: async (children) => {
      const file = join(folder, `saka-${children}.db`)
      const sizeOf = (end: string) => statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0
      return {
        url: `file:${file}`,
        cpuSeconds: () => undefined,
        bytes: async () => sizeOf('') + sizeOf('-wal'),
        remove: async () => {
          for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
        },
      }
    },
    stop: async () => {},
  }
}

/** Databases on the server at `url`, or on one of its own that waits for the disk, with PostgreSQL's default settings. */
export async function postgresEngine(url: string | undefined): Promise<ScaleEngine> {
  const own = url ? undefined : await ownServer()
  const server = url ?? `${own!.url}/postgres`
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  const [{ pid }] = (await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows as [{ pid: number }]
  const main = isLocal(server) ? parentOf(pid) : undefined
  const isolated = async (sql: string) => void (await admin.query(sql))
  return {
    name: 'PostgreSQL',
    create: async (children) => {
      const name = `saka_bench_${children}`
      await isolated(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await isolated(`CREATE DATABASE ${name}`)
      const address = new URL(server)
      address.pathname = `/${name}`
      return {
        url: address.href,
        cpuSeconds: () => (main === undefined ? undefined : processorTimeOfFamily(main) / 1000),
        bytes: async () => Number((await admin.query(`SELECT pg_database_size('${name}') AS bytes`)).rows[0].bytes),
        remove: () => isolated(`DROP DATABASE ${name} WITH (FORCE)`),
      }
    },
    stop: async () => {
      await admin.end()
      await own?.stop()
    },
  }
}

async function ownServer(): Promise<PostgresServer> {
  const server = await startPostgres({ durable: true })
  if (!server) throw new Error('there is no PostgreSQL: install the packages, or name a server as DATABASE_URL')
  return server
}

const isLocal = (url: string) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)

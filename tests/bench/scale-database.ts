import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { parentOf, processorTimeOfFamily } from './processor-time.ts'

/** A database that is empty. */
export interface ScaleDatabase {
  engine: string
  /** What the service is told. */
  url: string
  /** Processor time that its server has had, in seconds; nothing where it is the service's own. */
  cpuSeconds(): number | undefined
  /** How large it is with its log, in bytes. */
  bytes(): Promise<number>
  stop(): Promise<void>
}

/** An SQLite file in a temporary folder. */
export function sqliteDatabase(): ScaleDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
  const file = join(folder, 'saka.db')
  const sizeOf = (end: string) => statSync(`${file}${end}`, { throwIfNoEntry: false })?.size ?? 0
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return {
    engine: 'SQLite',
    url: `file:${file}`,
    cpuSeconds: () => undefined,
    bytes: async () => sizeOf('') + sizeOf('-wal'),
    stop: async () => {},
  }
}

/** The database of a server of its own, which waits for the disk and has PostgreSQL's default settings. */
export async function postgresDatabase(): Promise<ScaleDatabase> {
  const server = await ownServer()
  const url = `${server.url}/postgres`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const [{ pid }] = (await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows as [{ pid: number }]
  const main = parentOf(pid)!
  return {
    engine: 'PostgreSQL',
    url,
    cpuSeconds: () => processorTimeOfFamily(main) / 1000,
    bytes: async () => Number((await admin.query(`SELECT pg_database_size('postgres') AS bytes`)).rows[0].bytes),
    stop: async () => {
      await admin.end()
      await server.stop()
    },
  }
}

async function ownServer(): Promise<PostgresServer> {
  const server = await startPostgres({ durable: true })
  if (!server) throw new Error('there is no PostgreSQL: install the packages')
  return server
}

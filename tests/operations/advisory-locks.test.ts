import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { takeSharedLock, tryExclusiveLock } from '../../src/platform/db/postgres/advisory-lock.ts'
import { openLog } from '../../src/platform/observability/log.ts'
import { openDatabase, saka } from '../support/backups.ts'
import { newDatabase, postgresAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { until } from '../support/until.ts'

const onPostgres = postgresAlone('SQLite’s file is held by its own locks')
const inUse = /A service has postgres:\/\/.* open\. Stop it/

/** A session of the test's own at that database, which ends with the test at the latest. */
async function session(t: Test, { DATABASE_URL }: Record<string, string>): Promise<pg.Client> {
  const client = new pg.Client(DATABASE_URL)
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end().catch(() => {}))
  return client
}

t.test(
  'a database that a service has is neither restored nor copied, though the service asks nothing of it',
  onPostgres,
  async (t) => {
    const folder = temporaryFolder(t)
    const [used, empty] = [await newDatabase(t, folder), await newDatabase(t, temporaryFolder(t))]
    const made = await saka('', ['backup', folder], empty)
    t.equal(made.code, 0, made.err)
    const backup = /^(\S+\.db):/.exec(made.out)![1]!
    const service = await openDatabase(t, used)
    const client = await session(t, used)
    // As behind a pooler, or after a minute without a request: the one session that has the lock is left.
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'saka' AND datname = current_database()`,
    )
    t.match(await saka('', ['restore', backup, '--force'], used), { code: 1, err: inUse })
    for (const [from, to] of [
      [used, empty],
      [empty, used],
    ] as const) {
      const done = await saka('', ['copy', '--from', from.DATABASE_URL!, '--to', to.DATABASE_URL!], {
        DATA_FOLDER: folder,
      })
      t.match(done, { code: 1, err: inUse })
    }
    await service.close()
    t.equal((await saka('', ['restore', backup, '--force'], used)).code, 0, 'once it has gone, it is')
  },
)

t.test(
  'what another program is in the middle of is not restored over; one that only looks is no hindrance',
  onPostgres,
  async (t) => {
    const folder = temporaryFolder(t)
    const database = await newDatabase(t, folder)
    const backup = /^(\S+\.db):/.exec((await saka('', ['backup', folder], database)).out)![1]!
    const client = await session(t, database)
    await client.query('BEGIN; SELECT 1 FROM communities')
    t.match(await saka('', ['restore', backup, '--force'], database), { code: 1, err: inUse })
    await client.query('COMMIT')
    t.equal((await saka('', ['restore', backup, '--force'], database)).code, 0)
  },
)

t.test('a service that starts during a restore or a copy waits for its end, not for ever', onPostgres, async (t) => {
  const database = await newDatabase(t, temporaryFolder(t))
  const client = await session(t, database)
  t.ok(await tryExclusiveLock(client))
  const refused = takeSharedLock({ url: database.DATABASE_URL!, patience: 1, onWait: () => {}, onLost: () => {} })
  await t.rejects(refused, {
    message: 'The database is being restored or copied. Start this again when that is done.',
  })
  const lines: string[] = []
  const log = openLog('warn', { write: (line: string) => void lines.push(line) })
  let hasStarted = false
  const starting = openDeps(readConfig(database), { log }).then((deps) => {
    hasStarted = true
    return deps
  })
  t.teardown(async () => (await starting).close())
  await until('it waits', () => lines.some((line) => line.includes('the start waits for its end')))
  await pause(1000)
  t.notOk(hasStarted)
  await client.end()
  await (await starting).check()
})

t.test('a service whose server starts again takes its lock again', onPostgres, async (t) => {
  const server = (await startPostgres())!
  t.teardown(() => server.stop())
  const database = { DATABASE_URL: `${server.url}/postgres`, DATA_FOLDER: temporaryFolder(t) }
  const service = await openDatabase(t, database)
  await server.kill()
  await server.start()
  const client = await session(t, database)
  const held = async () => {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted`,
    )
    return rows.length === 1
  }
  await until('it is taken', held)
  t.notOk(await tryExclusiveLock(client))
  await service.close()
  t.ok(await tryExclusiveLock(client))
})

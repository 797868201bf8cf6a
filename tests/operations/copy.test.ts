import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { sealTrail } from '../../src/audit/index.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { campaignWithVouchers, saka, sakaApart } from '../support/backups.ts'
import { busyCampaign } from '../support/busy-campaign.ts'
import { databaseOf, newDatabase, postgresAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { firstMorning } from '../support/saka.ts'

const bothEngines = postgresAlone('both engines are needed')

/** A busy campaign on PostgreSQL with a child that has not come yet, its trail sealed; and the key of an administrator. */
async function campaignOnPostgres(t: Test) {
  const { saka: service, mine } = await busyCampaign(t)
  const { api, deps } = service
  const campaign = `/campaigns/${mine.campaigns}`
  await api.made(`${campaign}/enrollments`, { schoolId: mine.schools, pupilRef: '77' })
  await api.made(`${campaign}/vouchers`)
  const vouchers = (await api.get(`${campaign}/vouchers?schoolId=${mine.schools}`)).json.items
  const { code } = vouchers.find(({ status }: any) => status === 'issued')
  const { key } = await api.made('/api-keys', { name: 'μετά', roles: [{ role: 'admin' }] })
  await sealTrail(deps)
  return {
    service,
    database: databaseOf(service.deps),
    campaign,
    scan: { code, schoolId: mine.schools, scanId: 'after' },
    key,
  }
}

const copy = (from: Record<string, string>, to: Record<string, string>, ...more: string[]) =>
  // Each side with its own folder for keys, as two machines would have.
  saka('', ['copy', '--from', from.DATABASE_URL!, '--to', to.DATABASE_URL!, ...more], {
    DATA_FOLDER: from.DATA_FOLDER ?? to.DATA_FOLDER!,
  })

/** The lines of the printed table: name, rows, checksum and what became of it. */
const tableIn = (out: string) => out.split('\n').filter((line) => /^\w+ +\d+ {2}[0-9a-f]{16} /.test(line))

/** Asks the database of PostgreSQL past the service. */
async function query(database: Record<string, string>, text: string): Promise<any[]> {
  const client = new pg.Client(database.DATABASE_URL)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Serves a database for one day of work. */
async function served(database: Record<string, string>, key: string, work: (call: any) => Promise<void>) {
  const config = readConfig({ ...database, BASE_URL: 'https://saka.example.org', LOG_LEVEL: 'fatal' })
  const deps = await openDeps(config, { clock: { now: () => firstMorning } })
  const app = await buildApp(deps)
  try {
    await work(async (method: 'GET' | 'POST', path: string, payload?: object) => {
      const headers = { authorization: `Bearer ${key}` }
      const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) })
      return { status: answer.statusCode, json: answer.json() }
    })
  } finally {
    await app.close()
    await deps.close()
  }
}

t.test(
  'a busy campaign moves from PostgreSQL to a file and back, and the service works on either',
  bothEngines,
  async (t) => {
    const { service, database, campaign, scan, key } = await campaignOnPostgres(t)
    const folder = temporaryFolder(t)
    const file = { DATABASE_URL: `file:${join(folder, 'moved.db')}` }

    const inUse = await copy(database, file)
    t.equal(inUse.code, 1)
    t.match(inUse.err, /A service has postgres:\/\/127\.0\.0\.1:\d+\/saka_\w+ open\. Stop it/)
    t.notOk(existsSync(join(folder, 'moved.db')))

    await service.stop()
    const out = await copy(database, file, '--with-keys')
    t.equal(out.code, 0, out.err)
    const tables = tableIn(out.out)
    t.ok(tables.length > 50)
    t.same(
      tables.filter((line) => !line.endsWith(' same')),
      [],
    )
    t.match(tables, [/^idempotency_keys/])
    t.match(
      out.out,
      /rows in \d+ tables, the same on both sides\. The books balance, and the trail is whole: \d+ sealed events\./,
    )
    t.match(out.out, /Copied: the key that signs the trail, to .*moved\.db\.audit-key\./)
    t.same(readFileSync(join(folder, 'moved.db.key')), readFileSync(join(database.DATA_FOLDER, 'saka.db.key')))

    const again = await newDatabase(t, temporaryFolder(t))
    const back = await copy(file, { ...again })
    t.equal(back.code, 0, back.err)
    const events = (line: string) => line.startsWith('audit_events ')
    const others = (lines: string[]) => lines.filter((line) => !events(line))
    t.same(others(tableIn(back.out)), others(tables), 'what comes back is what went')
    const eventsIn = (lines: string[]) => Number(lines.find(events)!.split(/ +/)[1])
    t.equal(eventsIn(tableIn(back.out)), eventsIn(tables) + 1, 'and the event of the move')
    const moves = await query(again, "SELECT change FROM audit_events WHERE action = 'database.copied' ORDER BY id")
    const rows = Number(/(\d+) rows in/.exec(out.out)![1])
    t.match(
      moves.map(({ change }) => JSON.parse(change)),
      [
        { from: 'postgres', to: 'sqlite', tables: tables.length, rows },
        { from: 'sqlite', to: 'postgres', tables: tables.length, rows: rows + 1 },
      ],
    )
    t.match(
      back.out,
      /Not copied: the key that signs the trail\. Copy .*moved\.db\.audit-key to .*saka\.db\.audit-key\./,
    )
    t.equal((await copy(file, again)).code, 1, 'and not a second time into the same')
    for (const ending of ['key', 'audit-key'])
      copyFileSync(join(folder, `moved.db.${ending}`), join(again.DATA_FOLDER!, `saka.db.${ending}`))

    for (const moved of [file, again]) {
      await served(moved, key, async (call) => {
        t.equal((await call('POST', '/redemptions', scan)).status, 201)
        t.match(await call('POST', '/redemptions', { ...scan, scanId: 'twice' }), {
          json: { code: 'already_redeemed' },
        })
        t.equal((await call('POST', `${campaign}/reconciliations`)).status, 201)
        t.match((await call('GET', '/audit/verification')).json, { intact: true })
      })
    }
    const triggers = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
    t.match(await query(again, triggers), [{ count: '0' }], 'every trigger is awake again')
    await t.rejects(query(again, 'DELETE FROM movements'), /movements are never deleted/)
    const connection = new Sqlite(join(folder, 'moved.db'))
    t.throws(() => connection.exec('DELETE FROM movements'), /movements are never deleted/)
    connection.close()
  },
)

t.test('a copy goes into what is empty, and comes from a database of this version', bothEngines, async (t) => {
  const { service, database } = await campaignOnPostgres(t)
  await service.stop()
  const other = await newDatabase(t, temporaryFolder(t))
  await query(other, "INSERT INTO communities (id, code, name, version) VALUES ('one', 'Z', 'Ζ΄', 1)")
  const full = await copy(database, other)
  t.equal(full.code, 1)
  t.match(full.err, /holds something\. Name an empty database/)
  t.match(await query(other, 'SELECT code FROM communities'), [{ code: 'Z' }], 'what was there stays')

  const file = join(temporaryFolder(t), 'saka.db')
  const missing = await copy({ DATABASE_URL: `file:${file}` }, { ...other })
  t.match(missing.err, /is not there, or not at this version’s tables/)
  await query(
    database,
    'DELETE FROM drizzle.__drizzle_migrations WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)',
  )
  const older = await copy(database, { DATABASE_URL: `file:${file}` })
  t.equal(older.code, 1)
  t.match(older.err, /not at this version’s tables/)
  t.notOk(existsSync(file))
  t.match(await copy({ DATABASE_URL: 'postgres://saka@127.0.0.1:1/none' }, database), {
    code: 1,
    err: /cannot be opened/,
  })
  t.match(await saka('', ['copy', '--from', 'file:a']), { code: 1, err: /Say saka copy --from/ })
  t.match(await copy({ DATABASE_URL: 'a.db' }, database), {
    code: 1,
    err: /^Nothing was copied:\n {2}--from must begin/,
  })
})

t.test('a copy that fails half-way, or would differ, is none, and can be begun again', bothEngines, async (t) => {
  const { service, database } = await campaignOnPostgres(t)
  await service.stop()
  const other = await newDatabase(t, temporaryFolder(t))
  const nothingIsThere = async () => {
    for (const table of ['users', 'locations', 'movements', 'balances', 'vouchers', 'audit_events'])
      t.match(
        await query(other, `SELECT count(*) FROM ${table}`),
        [{ count: table === 'locations' ? '4' : '0' }],
        table,
      )
    t.match(await query(other, "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"), [{ count: '0' }])
  }
  await query(other, "ALTER TABLE vouchers ADD CONSTRAINT refused CHECK (status <> 'redeemed')")
  const refused = await copy(database, other)
  t.match(refused, { code: 1, err: 'PostgreSQL refuses a row of vouchers (refused). Nothing was changed.\n' })
  await nothingIsThere()
  await query(other, 'ALTER TABLE vouchers DROP CONSTRAINT refused')

  await query(
    other,
    'DROP TRIGGER witness_update ON communities; ALTER TABLE communities ALTER COLUMN name TYPE char(60)',
  )
  const differs = await copy(database, other)
  t.equal(differs.code, 1)
  t.match(differs.out, /^communities +1 {2}[0-9a-f]{16} {2}differs: 1 rows, [0-9a-f]{16}$/m)
  t.match(differs.out, /1 table would not be the same\. Nothing was copied\./)
  await nothingIsThere()

  await query(other, 'ALTER TABLE communities ALTER COLUMN name TYPE text COLLATE "C"')
  await query(other, "ALTER TABLE audit_events ADD CONSTRAINT untold CHECK (action <> 'database.copied')")
  await t.rejects(copy(database, other), { cause: { constraint: 'untold' } })
  await nothingIsThere()
  await query(other, 'ALTER TABLE audit_events DROP CONSTRAINT untold')

  await query(database, "UPDATE balances SET on_hand = on_hand + 3 WHERE kind = 'warehouse'")
  t.match(
    await copy(database, other),
    { code: 1, err: /The copy is not whole:\n.*the balances of kit .* sum to 6/ },
    'books that do not balance',
  )
  await nothingIsThere()
  await query(database, "UPDATE balances SET on_hand = on_hand - 3 WHERE kind = 'warehouse'")
  t.equal((await copy(database, other)).code, 0)
  t.match(await query(other, 'SELECT count(*) > 0 AS there FROM vouchers'), [{ there: true }])
})

t.test('bytes, signs and numbers are in the file as they were', bothEngines, async (t) => {
  const { service, database } = await campaignOnPostgres(t)
  const odd = 'ΐ 🎒 "\\" {,} \t\n NULL'
  await service.stop()
  await query(database, `UPDATE communities SET name = '${odd}'`)
  await query(database, 'UPDATE schools SET latitude = 37.94203, longitude = 0.30000000000000004')
  const folder = temporaryFolder(t)
  t.equal((await copy(database, { DATABASE_URL: `file:${join(folder, 'odd.db')}` })).code, 0)
  const connection = new Sqlite(join(folder, 'odd.db'), { readonly: true })
  t.match(connection.prepare('SELECT name FROM communities').all(), [{ name: odd }])
  t.match(connection.prepare('SELECT latitude, longitude FROM schools LIMIT 1').get(), {
    latitude: 37.94203,
    longitude: 0.1 + 0.2,
  })
  connection.close()

  const back = await newDatabase(t, temporaryFolder(t))
  t.equal((await copy({ DATABASE_URL: `file:${join(folder, 'odd.db')}` }, back)).code, 0)
  t.match(await query(back, 'SELECT name FROM communities'), [{ name: odd }])
})

t.test('a copy into a file is there whole or not at all, and what is left of one is no hindrance', async (t) => {
  const { campaign, env: database } = await campaignWithVouchers(t, 100)
  await campaign.stop()
  const folder = temporaryFolder(t)
  const file = join(folder, 'moved.db')
  const args = ['copy', '--from', database.DATABASE_URL, '--to', `file:${file}`]
  const env = { DATA_FOLDER: database.DATA_FOLDER }

  const measured = await saka('', ['copy', '--from', database.DATABASE_URL, '--to', `file:${file}-whole`], env)
  t.equal(measured.code, 0, measured.err)
  const { size } = statSync(`${file}-whole`)
  t.equal(statSync(`${file}-whole`).mode & 0o777, 0o600, 'for its owner alone')
  rmSync(`${file}-whole`)
  // At its tables, and at its rows.
  for (const bytes of [100_000, size - 50_000]) {
    const full = await sakaApart('', args, { shell: `ulimit -f ${Math.floor(bytes / 512)};`, env })
    t.match(full, { code: 1, err: /The disk is full or does not answer\. Nothing was kept by half/ })
    t.same(readdirSync(folder), [], 'a full disk leaves nothing')
  }

  const shell = `NODE_OPTIONS=--import=${resolve('tests/operations/killed-restore.ts')}`
  const killed = await sakaApart('', args, { shell, env: { ...env, KILL_AT: 'renameSync' } })
  t.equal(killed.code, 'SIGKILL')
  t.same(readdirSync(folder), ['moved.db.part'], 'one that is killed leaves nothing that could be taken for a copy')

  // Of another database that was there once: it would be taken for the log of this one.
  writeFileSync(`${file}-wal`, 'another')
  const again = await saka('', args, env)
  t.equal(again.code, 0, again.err)
  t.same(readdirSync(folder), ['moved.db'])
  const connection = new Sqlite(file, { readonly: true })
  t.match(connection.prepare("SELECT count(*) AS n FROM audit_events WHERE action = 'database.copied'").get(), { n: 1 })
  t.match(connection.prepare('SELECT count(*) AS n FROM vouchers').get(), { n: 100 })
  connection.close()
  t.match(await saka('', args, env), { code: 1, err: /holds something\. Name an empty database/ })
})

t.test('keys go with a copy only where none of another database are in their place', async (t) => {
  const { campaign, env: settings } = await campaignWithVouchers(t, 1)
  const { DATABASE_URL: from, DATA_FOLDER } = settings
  await campaign.stop()
  const folder = temporaryFolder(t)
  const file = join(folder, 'moved.db')
  const copied = (...more: string[]) =>
    saka('', ['copy', '--from', from, '--to', `file:${file}`, ...more], { DATA_FOLDER })
  writeFileSync(`${file}.key`, 'another')
  const refused = await copied('--with-keys')
  t.equal(refused.code, 1)
  t.match(refused.err, /^Nothing was copied\. There is another .*:\n.*moved\.db\.key: the key of authenticator apps\n/)
  t.notMatch(refused.err, /audit-key/, 'what is free is not named')
  t.same(readdirSync(folder), ['moved.db.key'])
  t.equal(readFileSync(`${file}.key`, 'utf8'), 'another', 'it stays')

  const bare = await copied()
  t.equal(bare.code, 0, bare.err)
  t.match(bare.out, /Not copied: the key of authenticator apps\. .* Another is there: if no database needs it, move it/)
  rmSync(file)
  copyFileSync(join(campaign.folder, 'saka.db.key'), `${file}.key`)
  const done = await copied('--with-keys')
  t.equal(done.code, 0, done.err)
  t.match(done.out, /Copied: the key that signs the trail, to .*moved\.db\.audit-key\./)
  t.notMatch(done.out, /authenticator apps/, 'the same that is there already is nothing to do')
})

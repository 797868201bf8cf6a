import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config/config.ts'
import { backupsIn, campaignWithVouchers, saka, sakaApart, scan, temporaryFolder } from '../support/backups.ts'
import { databaseOf, newDatabase, postgresAlone } from '../support/engine.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { runStatements } from '../support/sql.ts'

const onPostgres = postgresAlone('what is backed up is PostgreSQL')

/** A campaign on PostgreSQL, the settings that name its database, and a backup of it. */
async function backedUp(t: Test, children: number) {
  const { campaign, vouchers } = await campaignWithVouchers(t, children)
  const env = databaseOf(campaign.deps)
  const folder = temporaryFolder(t)
  const made = await saka('', ['backup', folder], env)
  t.equal(made.code, 0, made.err)
  return { campaign, vouchers, env, backup: join(folder, backupsIn(folder)[0]!) }
}

/** The service on another database, until the test ends or `close`. */
async function opened(env: Record<string, string>) {
  return openDeps(readConfig({ ...env, LOG_LEVEL: 'silent' }))
}

/** Another database of PostgreSQL, in which there is one community. */
async function withCommunity(t: Test) {
  const env = await newDatabase(t, temporaryFolder(t))
  const deps = await opened(env)
  await runStatements(deps, "INSERT INTO communities (id, code, name, version) VALUES ('one', 'Z', 'Ζ΄', 1)")
  return { env, deps }
}

/** What a query finds in a database that nobody has open before or after. */
async function found(env: Record<string, string>, query: string) {
  const deps = await opened(env)
  try {
    return await askOf(deps)(query)
  } finally {
    await deps.close()
  }
}

t.test(
  'a backup of PostgreSQL made while schools scan holds every scan answered before, and is restored into either engine',
  onPostgres,
  async (t) => {
    const { campaign, vouchers } = await campaignWithVouchers(t, 60)
    const codes = vouchers.map(({ code }) => code)
    const answered: string[] = []
    let over = false
    const work = async (school: number) => {
      for (let i = school; !over; i = (i + 3) % codes.length)
        if ((await scan(campaign, codes[i]!)).status === 201) answered.push(codes[i]!)
    }
    const schools = [0, 1, 2].map(work)
    while (answered.length < 10) await new Promise(setImmediate)
    const folder = temporaryFolder(t)
    const before = [...answered]
    const made = await sakaApart('', ['backup', folder], { env: databaseOf(campaign.deps) })
    over = true
    await Promise.all(schools)
    t.equal(made.code, 0, made.err)
    t.match(made.out, /found whole, \d+ sealed events\.\n/)
    const [name] = backupsIn(folder)
    t.same(readdirSync(folder), [name], 'and nothing beside it')
    t.equal(statSync(join(folder, name!)).mode & 0o777, 0o600, 'for its owner alone')

    const postgres = await newDatabase(t, temporaryFolder(t))
    const done = await saka('', ['restore', join(folder, name!)], postgres)
    t.equal(done.code, 0, done.err)
    t.notMatch(done.out, /former database/)
    const deps = await opened(postgres)
    const ask = askOf(deps)
    await invariantsHold(t, ask)
    const isRedeemed = 'select v.code from vouchers v join redemptions r on r.voucher_id = v.id'
    const written = (rows: any[]) => rows.map(({ code }) => code.replaceAll('-', ''))
    const redeemed = written(await ask(isRedeemed))
    t.same(
      written(before.map((code) => ({ code }))).filter((code) => !redeemed.includes(code)),
      [],
    )
    t.match(await ask(`select change from audit_events where action = 'backup.restored'`), [
      { change: new RegExp(name!) },
    ])
    await deps.close()

    const file = join(temporaryFolder(t), 'saka.db')
    t.equal((await saka(file, ['restore', join(folder, name!)])).code, 0)
    const connection = new Sqlite(file, { readonly: true })
    t.same(written(connection.prepare(isRedeemed).all()).sort(), redeemed.sort())
    connection.close()
  },
)

t.test('a restore into PostgreSQL replaces nothing unless it is told to, and then keeps it', onPostgres, async (t) => {
  const { backup } = await backedUp(t, 3)
  const { env, deps } = await withCommunity(t)
  const refused = await saka('', ['restore', backup], env)
  t.equal(refused.code, 1)
  t.match(refused.err, /There is a database already\. Say --force/)
  const held = await saka('', ['restore', backup, '--force'], env)
  t.equal(held.code, 1)
  t.match(held.err, /A service has postgres:\/\/.* open\. Stop it/)
  t.match(await askOf(deps)('select code from communities'), [{ code: 'Z' }], 'nothing has changed')
  await deps.close()

  const done = await saka('', ['restore', backup, '--force'], env)
  t.equal(done.code, 0, done.err)
  t.match(await found(env, 'select count(*) as vouchers from vouchers'), [{ vouchers: 3 }])
  const former = /The former database is kept in (.*)\.\n/.exec(done.out)![1]!
  t.same(
    readdirSync(resolve(former, '..')).filter((name) => name.startsWith('.saka-')),
    [],
    'nothing by half is left',
  )
  t.equal((await saka('', ['restore', former, '--force'], env)).code, 0)
  t.match(await found(env, 'select code from communities'), [{ code: 'Z' }], 'and can be put back')
})

t.test('a restore that is killed or fails half-way leaves the database as it was', onPostgres, async (t) => {
  const { backup } = await backedUp(t, 3)
  const { env, deps } = await withCommunity(t)
  await runStatements(deps, "ALTER TABLE vouchers ADD CONSTRAINT refused CHECK (status <> 'issued')")
  await deps.close()
  const refused = await saka('', ['restore', backup, '--force'], env)
  t.match(refused, { code: 1, err: 'PostgreSQL refuses a row of vouchers (refused). Nothing was changed.\n' })
  const isThere = async () => {
    t.match(await found(env, 'select code from communities'), [{ code: 'Z' }])
    t.match(await found(env, "select count(*) as asleep from pg_trigger where tgenabled <> 'O'"), [{ asleep: 0 }])
  }
  await isThere()

  const shell = `NODE_OPTIONS=--import=${resolve('tests/operations/killed-restore.ts')}`
  // When the former database was written to its file, and its rows are about to be taken out.
  const killed = await sakaApart('', ['restore', backup, '--force'], { shell, env: { ...env, KILL_AT: 'fsyncSync' } })
  t.equal(killed.code, 'SIGKILL')
  await isThere()
})

t.test('a database of PostgreSQL whose books or trail are not whole makes no backup', onPostgres, async (t) => {
  const { campaign } = await campaignWithVouchers(t, 2)
  const env = databaseOf(campaign.deps)
  const folder = join(temporaryFolder(t), 'kept')
  const refusedFor = async (fault: RegExp) => {
    const made = await saka('', ['backup', folder], env)
    t.equal(made.code, 1)
    t.match(made.err, fault)
    t.same(readdirSync(folder), [])
  }
  await runStatements(campaign.deps, "UPDATE balances SET on_hand = on_hand + 3 WHERE kind = 'warehouse'")
  await refusedFor(/the balances of kit .* sum to 3/)
  await runStatements(
    campaign.deps,
    "UPDATE balances SET on_hand = on_hand - 3 WHERE kind = 'warehouse'",
    'ALTER TABLE audit_events DISABLE TRIGGER USER',
    "UPDATE audit_events SET action = 'x' WHERE id = (SELECT event_id FROM audit_seals WHERE position = 2)",
  )
  await refusedFor(/in the trail: Entry 2/)
})

t.test('a disk that is full fails the backup of PostgreSQL aloud and leaves nothing of it', onPostgres, async (t) => {
  const { env, backup } = await backedUp(t, 100)
  const folder = temporaryFolder(t)
  // At its tables, and at its rows.
  for (const bytes of [100_000, statSync(backup).size - 50_000]) {
    const made = await sakaApart('', ['backup', folder], { shell: `ulimit -f ${Math.floor(bytes / 512)};`, env })
    t.equal(made.code, 1)
    t.match(made.err, /The disk is full or does not answer\. Nothing was kept by half/)
    t.same(readdirSync(folder), [])
  }
})

t.test('a server that is out of reach is named, its password is not', onPostgres, async (t) => {
  const env = { DATABASE_URL: 'postgres://saka:geheim@127.0.0.1:1/saka', DATA_FOLDER: temporaryFolder(t) }
  const folder = join(temporaryFolder(t), 'kept')
  for (const args of [
    ['backup', folder],
    ['restore', resolve('package.json'), '--force'],
  ]) {
    const said = await saka('', args, env)
    t.match(said, { code: 1, err: /^postgres:\/\/127\.0\.0\.1:1\/saka cannot be opened: / })
    t.notMatch(said.err, /geheim/)
  }
  t.ok(existsSync(folder))
  t.same(readdirSync(folder), [])
})

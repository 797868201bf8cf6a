import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { sealTrail } from '../../src/audit/index.ts'
import { backupsIn, campaignWithVouchers, noDatabase, openDatabase, saka, sakaApart, scan } from '../support/backups.ts'
import { engine, postgresAlone, sqliteAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { askOf } from '../support/invariants.ts'
import { runStatements } from '../support/sql.ts'

const onSqlite = sqliteAlone('it is about its file')

/** A campaign of three children with a backup of it, and another database, open, in which there is one community. */
async function backedUp(t: Test) {
  const campaign = await campaignWithVouchers(t, 3)
  const folder = temporaryFolder(t)
  const made = await saka('', ['backup', folder], campaign.env)
  t.equal(made.code, 0, made.err)
  const target = await noDatabase(t)
  const other = await openDatabase(t, target)
  await runStatements(other, "INSERT INTO communities (id, code, name, version) VALUES ('one', 'Z', 'Ζ΄', 1)")
  return { ...campaign, backup: join(folder, backupsIn(folder)[0]!), target, other }
}

/** What a query finds in a database that nobody has open before or after. */
async function found(t: Test, env: Record<string, string>, query: string) {
  const deps = await openDatabase(t, env)
  const rows = await askOf(deps)(query)
  await deps.close()
  return rows
}

const communities = 'select code from communities'

t.test('a restore replaces no database unless it is told to, and then keeps it', async (t) => {
  const { backup, target, other } = await backedUp(t)
  const refused = await saka('', ['restore', backup], target)
  t.match(refused, { code: 1, err: /There is a database already\. Say --force/ })
  const held = await saka('', ['restore', backup, '--force'], target)
  t.match(held, { code: 1, err: /A service has .* open\. Stop it/ })
  t.match(await askOf(other)(communities), [{ code: 'Z' }], 'nothing has changed')

  await other.close()
  const done = await saka('', ['restore', backup, '--force'], target)
  t.equal(done.code, 0, done.err)
  t.match(await found(t, target, 'select count(*) as vouchers from vouchers'), [{ vouchers: 3 }])
  const former = /The former database is kept in (.*)\.\n/.exec(done.out)![1]!
  const byHalf = readdirSync(dirname(former)).filter((name) => name.startsWith('.saka-'))
  t.same(byHalf, [], 'nothing by half is left')
  t.equal((await saka('', ['restore', former, '--force'], target)).code, 0)
  t.match(await found(t, target, communities), [{ code: 'Z' }], 'and can be put back')
})

/** Fails unless the other community is still there, and every trigger awake. */
async function isAsItWas(t: Test, target: Record<string, string>, when: string) {
  t.match(await found(t, target, communities), [{ code: 'Z' }], when)
  const asleep = "select count(*) as asleep from pg_trigger where tgenabled <> 'O'"
  if (engine === 'postgres') t.match(await found(t, target, asleep), [{ asleep: 0 }], when)
}

t.test('a restore that is killed half-way leaves the database as it was, and can be begun again', async (t) => {
  const { backup, target, other } = await backedUp(t)
  await other.close()
  // On PostgreSQL when the former database was written to its file, and its rows are about to be taken out.
  const moments = engine === 'sqlite' ? ['copyFileSync', 'linkSync', 'renameSync'] : ['fsyncSync']
  const shell = `NODE_OPTIONS=--import=${resolve('tests/operations/killed-restore.ts')}`
  for (const at of moments) {
    const killed = await sakaApart('', ['restore', backup, '--force'], { shell, env: { ...target, KILL_AT: at } })
    t.equal(killed.code, 'SIGKILL', at)
    await isAsItWas(t, target, `killed at ${at}`)
  }
  t.equal((await saka('', ['restore', backup, '--force'], target)).code, 0)
  t.match(await found(t, target, 'select count(*) as vouchers from vouchers'), [{ vouchers: 3 }])
})

t.test(
  'a restore of which the server refuses a row changes nothing',
  postgresAlone('a file is replaced'),
  async (t) => {
    const { backup, target, other } = await backedUp(t)
    await runStatements(other, "ALTER TABLE vouchers ADD CONSTRAINT refused CHECK (status <> 'issued')")
    await other.close()
    const refused = await saka('', ['restore', backup, '--force'], target)
    t.match(refused, { code: 1, err: 'PostgreSQL refuses a row of vouchers (refused). Nothing was changed.\n' })
    await isAsItWas(t, target, 'refused')
  },
)

t.test(
  'a restored service goes on: its trail is intact, its keys are told of, its copies of checkpoints put aside',
  onSqlite,
  async (t) => {
    const { env, campaign, vouchers } = await campaignWithVouchers(t, 3)
    const folder = temporaryFolder(t)
    t.equal((await saka('', ['backup', folder], env)).code, 0)
    const backup = join(folder, backupsIn(folder)[0]!)
    await scan(campaign, vouchers[0]!.code)
    await sealTrail(campaign.deps)
    await campaign.deps.close()
    const done = await saka('', ['restore', backup, '--force'], env)
    t.equal(done.code, 0, done.err)
    t.match(done.out, /Tell the auditor: the trail was set back, .*checkpoints\.ndjson\.before-restore-/)
    t.notMatch(done.out, /Put the key back/)
    const deps = await openDatabase(t, env)
    t.match(await sealTrail(deps), { sealed: /\d/ }, 'the seal goes on')
    t.equal((await askOf(deps)('select id from redemptions')).length, 0)

    const moved = await saka('', ['restore', backup], await noDatabase(t))
    t.match(moved.out, /Put the key back that was in .*\.audit-key; otherwise the trail is signed with another key/)
    t.match(moved.out, /Put the key back that was in .*\.key; otherwise authenticator apps/)
  },
)

t.test('what is no backup is not restored, and what is there stays', onSqlite, async (t) => {
  const folder = temporaryFolder(t)
  const target = join(folder, 'saka.db')
  writeFileSync(join(folder, 'letter.db'), 'Dear Sir or Madam, '.repeat(1000))
  const letter = await saka(target, ['restore', join(folder, 'letter.db')])
  t.match(letter, { code: 1, err: /The backup is not whole:\n {2}file is not a database/ })
  t.match((await saka(target, ['restore', join(folder, 'nowhere.db')])).err, /There is no file/)
  t.match((await saka(target, ['restore'])).err, /Name the backup to restore/)
  t.match((await saka(target, ['restore', 'a', 'b'])).err, /cannot be understood/)
  t.match((await saka(target, ['backup'])).err, /Name a folder for the backup, or set BACKUP_FOLDER/)
  t.notOk(existsSync(target))
  t.equal(readFileSync(join(folder, 'letter.db'), 'utf8').length, 19_000)
})

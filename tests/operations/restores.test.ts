import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import t from 'tap'
import { sealTrail } from '../../src/audit/index.ts'
import {
  backupsIn,
  campaignWithVouchers,
  openFile,
  saka,
  sakaApart,
  scan,
  temporaryFolder,
} from '../support/backups.ts'
import { sqliteAlone } from '../support/engine.ts'
import { askOf } from '../support/invariants.ts'
import { runStatements } from '../support/sql.ts'

t.test(
  'a restore replaces no database unless it is told to, and then keeps it',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { database, campaign } = await campaignWithVouchers(t, 3)
    const folder = temporaryFolder(t)
    t.equal((await saka(database, ['backup', folder])).code, 0)
    const backup = join(folder, backupsIn(folder)[0]!)
    const target = join(temporaryFolder(t), 'saka.db')
    const other = await openFile(t, target)
    await runStatements(other, "INSERT INTO communities (id, code, name, version) VALUES ('one', 'Z', 'Ζ΄', 1)")

    const refused = await saka(target, ['restore', backup])
    t.equal(refused.code, 1)
    t.match(refused.err, /There is a database already\. Say --force/)
    const held = await saka(target, ['restore', backup, '--force'])
    t.equal(held.code, 1)
    t.match(held.err, /A service has .*saka\.db open\. Stop it/)
    t.match(await askOf(other)('select code from communities'), [{ code: 'Z' }], 'nothing has changed')

    await other.close()
    const done = await saka(target, ['restore', backup, '--force'])
    t.equal(done.code, 0, done.err)
    const former = /The former database is kept in (.*)\.\n/.exec(done.out)![1]!
    t.match(new Sqlite(former).prepare('select code from communities').all(), [{ code: 'Z' }])
    const deps = await openFile(t, target)
    t.equal((await askOf(deps)('select id from vouchers')).length, 3)
    t.same(
      readdirSync(resolve(target, '..')).filter((name) => name.startsWith('.saka-')),
      [],
      'nothing by half is left',
    )
    await campaign.deps.check()
  },
)

t.test(
  'a restore that is killed half-way leaves the database as it was, and can be begun again',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { database } = await campaignWithVouchers(t, 3)
    const folder = temporaryFolder(t)
    t.equal((await saka(database, ['backup', folder])).code, 0)
    const backup = join(folder, backupsIn(folder)[0]!)
    const target = join(temporaryFolder(t), 'saka.db')
    const other = await openFile(t, target)
    await runStatements(other, "INSERT INTO communities (id, code, name, version) VALUES ('one', 'Z', 'Ζ΄', 1)")
    await other.close()
    for (const at of ['copyFileSync', 'linkSync', 'renameSync']) {
      const shell = `NODE_OPTIONS=--import=${resolve('tests/operations/killed-restore.ts')}`
      t.equal(
        (await sakaApart(target, ['restore', backup, '--force'], { shell, env: { KILL_AT: at } })).code,
        'SIGKILL',
        at,
      )
      const left = new Sqlite(target)
      t.match(left.prepare('select code from communities').all(), [{ code: 'Z' }], `killed at ${at}`)
      left.close()
    }
    t.equal((await saka(target, ['restore', backup, '--force'])).code, 0)
    t.equal((await askOf(await openFile(t, target))('select id from vouchers')).length, 3)
  },
)

t.test(
  'a restored service goes on: its trail is intact, its keys are told of, its copies of checkpoints put aside',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { database, campaign, vouchers } = await campaignWithVouchers(t, 3)
    const folder = temporaryFolder(t)
    t.equal((await saka(database, ['backup', folder])).code, 0)
    await scan(campaign, vouchers[0]!.code)
    await sealTrail(campaign.deps)
    await campaign.deps.close()
    const done = await saka(database, ['restore', join(folder, backupsIn(folder)[0]!), '--force'])
    t.equal(done.code, 0, done.err)
    t.match(done.out, /Tell the auditor: the trail was set back, .*checkpoints\.ndjson\.before-restore-/)
    t.notMatch(done.out, /Put the key back/)
    const deps = await openFile(t, database)
    t.match(await sealTrail(deps), { sealed: /\d/ }, 'the seal goes on')
    t.equal((await askOf(deps)('select id from redemptions')).length, 0)

    const bare = join(temporaryFolder(t), 'saka.db')
    const moved = await saka(bare, ['restore', join(folder, backupsIn(folder)[0]!)])
    t.match(moved.out, /Put the key back that was in .*\.audit-key; otherwise the trail is signed with another key/)
    t.match(moved.out, /Put the key back that was in .*\.key; otherwise authenticator apps/)
  },
)

t.test('what is no backup is not restored, and what is there stays', sqliteAlone('it is about its file'), async (t) => {
  const folder = temporaryFolder(t)
  const target = join(folder, 'saka.db')
  writeFileSync(join(folder, 'letter.db'), 'Dear Sir or Madam, '.repeat(1000))
  const letter = await saka(target, ['restore', join(folder, 'letter.db')])
  t.equal(letter.code, 1)
  t.match(letter.err, /The backup is not whole:\n {2}file is not a database/)
  t.match((await saka(target, ['restore', join(folder, 'nowhere.db')])).err, /There is no file/)
  t.match((await saka(target, ['restore'])).err, /Name the backup to restore/)
  t.match((await saka(target, ['restore', 'a', 'b'])).err, /cannot be understood/)
  t.match((await saka(target, ['backup'])).err, /Name a folder for the backup, or set BACKUP_FOLDER/)
  t.notOk(existsSync(target))
  t.equal(readFileSync(join(folder, 'letter.db'), 'utf8').length, 19_000)
})

import { copyFileSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import t from 'tap'
import { backUpJob } from '../../jobs/back-up.ts'
import { runOnTime } from '../../src/scheduler/index.ts'
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
import { askOf, invariantsHold } from '../support/invariants.ts'
import { startSaka } from '../support/saka.ts'

t.test(
  'a backup made while schools scan holds every scan that was answered before it, and is restored whole',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { campaign, vouchers, database } = await campaignWithVouchers(t, 300)
    const answered: string[] = []
    const codes = vouchers.map(({ code }) => code)
    let over = false
    /** A school that scans one voucher after the other, and from the beginning again, until the backup is made. */
    const work = async (school: number) => {
      for (let i = school; !over; i = (i + 5) % codes.length)
        if ((await scan(campaign, codes[i]!)).status === 201) answered.push(codes[i]!)
    }
    const schools = [0, 1, 2, 3, 4].map(work)
    while (answered.length < 50) await new Promise(setImmediate)
    const folder = temporaryFolder(t)
    const before = [...answered]
    const made = await sakaApart(database, ['backup', folder])
    over = true
    await Promise.all(schools)
    t.equal(made.code, 0, made.err)
    t.ok(answered.length > before.length, 'the schools went on')

    const [name] = backupsIn(folder)
    t.same(readdirSync(folder), [name], 'and nothing beside it')
    t.equal(statSync(join(folder, name!)).mode & 0o777, 0o600, 'for its owner alone')
    t.match(made.out, /found whole, \d+ sealed events\.\n/)
    t.match(made.out, /No key is in it/)

    const elsewhere = join(temporaryFolder(t), 'saka.db')
    const restored = await saka(elsewhere, ['restore', join(folder, name!)])
    t.equal(restored.code, 0, restored.err)
    const deps = await openFile(t, elsewhere)
    const ask = askOf(deps)
    await invariantsHold(t, ask)
    const redeemed = (await ask(`select v.code from vouchers v join redemptions r on r.voucher_id = v.id`)).map(
      ({ code }) => code,
    )
    const written = redeemed.map((code) => String(code).replaceAll('-', ''))
    t.same(
      before.filter((code) => !written.includes(code.replaceAll('-', ''))),
      [],
      'what was answered before the backup began is there',
    )
    t.match(await ask(`select change from audit_events where action = 'backup.restored'`), [
      { change: new RegExp(name!) },
    ])
  },
)

t.test(
  'a disk that is full fails the backup aloud and leaves nothing of it',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { database } = await campaignWithVouchers(t, 100)
    const folder = temporaryFolder(t)
    const made = await sakaApart(database, ['backup', folder], { shell: 'ulimit -f 300;' })
    t.equal(made.code, 1)
    t.match(made.err, /The disk is full or does not answer\. Nothing was kept by half/)
    t.same(readdirSync(folder), [])
  },
)

t.test(
  'what a killed backup left is no backup, and is cleared away once nobody can be at it',
  sqliteAlone('it is about its file'),
  async (t) => {
    const { database } = await campaignWithVouchers(t, 1)
    const folder = temporaryFolder(t)
    const long = new Date(Date.now() - 25 * 60 * 60_000)
    for (const name of ['.saka-part-old', '.saka-part-young', 'notes.txt']) writeFileSync(join(folder, name), 'half')
    mkdirSync(join(folder, '.saka-try-old'))
    utimesSync(join(folder, '.saka-part-old'), long, long)
    utimesSync(join(folder, '.saka-try-old'), long, long)
    t.equal((await saka(database, ['backup', folder])).code, 0)
    t.match(readdirSync(folder).sort(), ['.saka-part-young', 'notes.txt', /^saka-/])
  },
)

t.test(
  'a database whose books or trail are not whole makes no backup that anybody would trust',
  sqliteAlone('it is about its file'),
  async (t) => {
    const damages = {
      'the balances of kit .* sum to 3': "UPDATE balances SET on_hand = on_hand + 3 WHERE kind = 'warehouse'",
      'vouchers at odds with the redemptions':
        "UPDATE vouchers SET status = 'redeemed', redeemed_at = '2023-09-11T06:30:00.000Z'",
      'in the trail: Entry 2':
        "DROP TRIGGER audit_events_stay; UPDATE audit_events SET action = 'x' WHERE id = (SELECT event_id FROM audit_seals WHERE position = 2)",
      'refers to none of': "PRAGMA foreign_keys = OFF; UPDATE enrollments SET school_id = 'nowhere'",
    }
    const { database, campaign } = await campaignWithVouchers(t, 2)
    await campaign.deps.truncateWal()
    for (const [fault, statements] of Object.entries(damages)) {
      const folder = temporaryFolder(t)
      const damaged = join(folder, 'damaged.db')
      copyFileSync(database, damaged)
      const connection = new Sqlite(damaged)
      connection.exec(statements)
      connection.close()
      const made = await saka(damaged, ['backup', join(folder, 'kept')])
      t.equal(made.code, 1, fault)
      t.match(made.err, new RegExp(fault))
      t.same(readdirSync(join(folder, 'kept')), [])
    }
  },
)

t.test('every night a backup is made where the configuration says, and the old are thinned out', async (t) => {
  const folder = temporaryFolder(t)
  const keeping = { BACKUP_DAILY: '2', BACKUP_WEEKLY: '0', BACKUP_MONTHLY: '0' }
  const { deps, api } = await startSaka(t, { env: { BACKUP_FOLDER: folder, ...keeping }, jobs: [backUpJob] })
  const old = ['saka-2023-09-09T012000Z.db', 'saka-2023-09-10T012000Z.db']
  for (const name of old) writeFileSync(join(folder, name), '')
  const run = await runOnTime(deps, backUpJob)
  const [ended] = (await api.get('/jobs/back-up/runs')).json.items
  t.match(ended, { id: run!.id, status: 'done', failure: null, figures: { made: 1, removed: 1, bytes: /\d{5}/ } })
  t.match(readdirSync(folder).sort(), [old[1], /^saka-/])
  t.equal(readdirSync(folder).length, 2)
})

t.test(
  'a night whose backup fails is a job that failed, with the reason; without a folder nothing is made',
  async (t) => {
    const blocked = join(temporaryFolder(t), 'blocked')
    writeFileSync(blocked, 'a file where the folder should be')
    const failing = await startSaka(t, { env: { BACKUP_FOLDER: blocked }, jobs: [backUpJob] })
    await runOnTime(failing.deps, backUpJob)
    const [failed] = (await failing.api.get('/jobs/back-up/runs')).json.items
    t.match(failed, { status: 'failed', failure: /EEXIST|ENOTDIR|cannot/ })

    const idle = await startSaka(t, { jobs: [backUpJob] })
    await runOnTime(idle.deps, backUpJob)
    t.match((await idle.api.get('/jobs/back-up/runs')).json.items, [{ status: 'done', figures: { made: 0 } }])
  },
)

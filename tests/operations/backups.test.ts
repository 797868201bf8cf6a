import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { backUpJob } from '../../jobs/back-up.ts'
import { runOnTime } from '../../src/scheduler/index.ts'
import { backupsIn, campaignWithVouchers, noDatabase, openDatabase, saka, sakaApart, scan } from '../support/backups.ts'
import { engine, postgresAlone } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { openLawless } from '../support/raw.ts'
import { startSaka } from '../support/saka.ts'

t.test('a backup made while schools scan holds all that was answered before, and is restored whole', async (t) => {
  const { campaign, vouchers, env } = await campaignWithVouchers(t, 100)
  const answered: string[] = []
  const codes = vouchers.map(({ code }) => code)
  let over = false
  /** A school that scans one voucher after the other, and from the beginning again, until the backup is made. */
  const work = async (school: number) => {
    for (let i = school; !over; i = (i + 3) % codes.length)
      if ((await scan(campaign, codes[i]!)).status === 201) answered.push(codes[i]!)
  }
  const schools = [0, 1, 2].map(work)
  while (answered.length < 20) await new Promise(setImmediate)
  const folder = temporaryFolder(t)
  const before = [...answered]
  const made = await sakaApart('', ['backup', folder], { env })
  over = true
  await Promise.all(schools)
  t.equal(made.code, 0, made.err)
  t.ok(answered.length > before.length, 'the schools went on')
  const [name] = backupsIn(folder)
  t.same(readdirSync(folder), [name], 'and nothing beside it')
  t.equal(statSync(join(folder, name!)).mode & 0o777, 0o600, 'for its owner alone')
  t.match(made.out, /found whole, \d+ sealed events\.\n/)
  t.match(made.out, /No key is in it/)

  // Into either engine.
  const file = { DATABASE_URL: `file:${join(temporaryFolder(t), 'saka.db')}` }
  for (const elsewhere of [await noDatabase(t), file]) {
    const restored = await saka('', ['restore', join(folder, name!)], elsewhere)
    t.equal(restored.code, 0, restored.err)
    t.notMatch(restored.out, /former database/)
    if (elsewhere === file) continue
    const ask = askOf(await openDatabase(t, elsewhere))
    await invariantsHold(t, ask)
    const written = await ask('select v.code from vouchers v join redemptions r on r.voucher_id = v.id')
    const redeemed = new Set(written.map(({ code }) => String(code).replaceAll('-', '')))
    const lost = before.filter((code) => !redeemed.has(code.replaceAll('-', '')))
    t.same(lost, [], 'what was answered before the backup began is there')
    const events = await ask(`select change from audit_events where action = 'backup.restored'`)
    t.match(events, [{ change: new RegExp(name!) }])
  }
})

t.test('a disk that is full fails the backup aloud and leaves nothing of it', async (t) => {
  const { env } = await campaignWithVouchers(t, 100)
  const [whole, folder] = [temporaryFolder(t), temporaryFolder(t)]
  t.equal((await saka('', ['backup', whole], env)).code, 0)
  const { size } = statSync(join(whole, backupsIn(whole)[0]!))
  // At its tables, and at its rows.
  for (const bytes of [100_000, size - 50_000]) {
    const made = await sakaApart('', ['backup', folder], { shell: `ulimit -f ${Math.floor(bytes / 512)};`, env })
    t.match(made, { code: 1, err: /The disk is full or does not answer\. Nothing was kept by half/ })
    t.same(readdirSync(folder), [])
  }
})

t.test('what a killed backup left is no backup, and is cleared away once nobody can be at it', async (t) => {
  const { env } = await campaignWithVouchers(t, 1)
  const folder = temporaryFolder(t)
  const long = new Date(Date.now() - 25 * 60 * 60_000)
  for (const name of ['.saka-part-old', '.saka-part-young', 'notes.txt']) writeFileSync(join(folder, name), 'half')
  mkdirSync(join(folder, '.saka-try-old'))
  utimesSync(join(folder, '.saka-part-old'), long, long)
  utimesSync(join(folder, '.saka-try-old'), long, long)
  t.equal((await saka('', ['backup', folder], env)).code, 0)
  t.match(readdirSync(folder).sort(), ['.saka-part-young', 'notes.txt', /^saka-/])
})

t.test('a database whose books or trail are not whole makes no backup that anybody would trust', async (t) => {
  const { env, campaign } = await campaignWithVouchers(t, 2)
  const moment = '2023-09-11T06:30:00.000Z'
  const damages: [fault: RegExp, damage: string, mend: string][] = [
    [
      /the balances of kit .* sum to 3/,
      "UPDATE balances SET on_hand = on_hand + 3 WHERE kind = 'warehouse'",
      "UPDATE balances SET on_hand = on_hand - 3 WHERE kind = 'warehouse'",
    ],
    [
      /vouchers at odds with the redemptions/,
      `UPDATE vouchers SET status = 'redeemed', redeemed_at = '${moment}'`,
      "UPDATE vouchers SET status = 'issued', redeemed_at = NULL",
    ],
    [
      /in the trail: Entry 2/,
      "UPDATE audit_events SET action = 'x' WHERE id = (SELECT event_id FROM audit_seals WHERE position = 2)",
      "UPDATE audit_events SET action = 'y' WHERE action = 'x'",
    ],
  ]
  // A row that refers to nothing goes into no file that PostgreSQL's are written to.
  if (engine === 'sqlite')
    damages.unshift([
      /refers to none of/,
      "UPDATE enrollments SET school_id = 'nowhere'",
      `UPDATE enrollments SET school_id = '${campaign.school.id}'`,
    ])
  const { run } = await openLawless(t, campaign.deps, [])
  const folder = join(temporaryFolder(t), 'kept')
  for (const [fault, damage, mend] of damages) {
    t.ok((await run(damage)) > 0, damage)
    t.match(await saka('', ['backup', folder], env), { code: 1, err: fault })
    t.same(readdirSync(folder), [])
    await run(mend)
  }
})

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

t.test('a night whose backup fails is a job that failed, with the reason; without a folder none is made', async (t) => {
  const blocked = join(temporaryFolder(t), 'blocked')
  writeFileSync(blocked, 'a file where the folder should be')
  const failing = await startSaka(t, { env: { BACKUP_FOLDER: blocked }, jobs: [backUpJob] })
  await runOnTime(failing.deps, backUpJob)
  const [failed] = (await failing.api.get('/jobs/back-up/runs')).json.items
  t.match(failed, { status: 'failed', failure: /EEXIST|ENOTDIR|cannot/ })

  const idle = await startSaka(t, { jobs: [backUpJob] })
  await runOnTime(idle.deps, backUpJob)
  t.match((await idle.api.get('/jobs/back-up/runs')).json.items, [{ status: 'done', figures: { made: 0 } }])
})

const onPostgres = postgresAlone('SQLite has no server')

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
  t.same(readdirSync(folder), [])
})

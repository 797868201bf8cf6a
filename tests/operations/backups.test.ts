import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import Sqlite from 'better-sqlite3'
import t, { type Test } from 'tap'
import { backUpJob } from '../../jobs/back-up.ts'
import { sealTrail } from '../../src/audit/index.ts'
import { runCommand } from '../../src/cli/commands.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { runOnTime } from '../../src/runs/index.ts'
import { type OpenCampaign, openCampaign } from '../support/campaign.ts'
import { askOf, invariantsHold } from '../support/invariants.ts'
import { startSaka } from '../support/saka.ts'
import { runStatements } from '../support/trail.ts'

function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'saka-backups-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a command on the database `file`, as an operator does. */
async function saka(file: string, args: string[], env: Record<string, string> = {}) {
  const said = { code: -1, out: '', err: '' }
  said.code = await runCommand(
    args,
    { DATABASE_URL: `file:${file}`, LOG_LEVEL: 'silent', ...env },
    {
      out: (text) => {
        said.out += text
      },
      err: (text) => {
        said.err += text
      },
      onStop: (stop) => stop(),
    },
  )
  return said
}

/** A campaign with children, their vouchers, a sealed trail, and the database file of all of it. */
async function campaignWithVouchers(t: Test, children: number) {
  const campaign = await openCampaign(t)
  const { api, school } = campaign
  await campaign.receive(children)
  const rows = Array.from({ length: children }, (_, i) => `${school.ministryCode};${i + 1}`)
  const file = ['schoolCode;pupilRef', ...rows].join('\n')
  const imported = await api.upload(`/campaigns/${campaign.campaign.id}/enrollment-imports`, file)
  t.equal(imported.json.created, children)
  await api.made(`/campaigns/${campaign.campaign.id}/vouchers`)
  const vouchers = (await api.get(`/campaigns/${campaign.campaign.id}/vouchers?limit=500`)).json.items as {
    code: string
  }[]
  await sealTrail(campaign.deps)
  return { campaign, vouchers, database: join(campaign.folder, 'saka.db') }
}

let scans = 0
const scan = ({ api, school }: OpenCampaign, code: string) =>
  api.post('/redemptions', { code, schoolId: school.id, scanId: `scan-${scans++}` })

/** The service on a database file, to ask it. */
async function openFile(t: Test, file: string) {
  const deps = await openDeps(readConfig({ DATABASE_URL: `file:${file}`, LOG_LEVEL: 'silent' }))
  t.teardown(() => deps.close())
  return deps
}

const backupsIn = (folder: string) => readdirSync(folder).filter((name) => /^saka-.*\.db$/.test(name))

t.test(
  'a backup made while schools scan holds every scan that was answered before it, and is restored whole',
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
    const made = await backedUpApart(database, folder)
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
    invariantsHold(t, ask)
    const redeemed = ask(`select v.code from vouchers v join redemptions r on r.voucher_id = v.id`).map(
      ({ code }) => code,
    )
    const written = redeemed.map((code) => String(code).replaceAll('-', ''))
    t.same(
      before.filter((code) => !written.includes(code.replaceAll('-', ''))),
      [],
      'what was answered before the backup began is there',
    )
    t.match(ask(`select change from audit_events where action = 'backup.restored'`), [{ change: new RegExp(name!) }])
  },
)

/** `saka backup` in a process of its own, while this one goes on. */
async function backedUpApart(database: string, folder: string, shell = '') {
  const command = `unset NODE_OPTIONS; ${shell} exec "$0" --import=tsx src/main.ts backup "$1"`
  const child = spawn('sh', ['-c', command, process.execPath, folder], {
    cwd: resolve('.'),
    env: { ...process.env, DATABASE_URL: `file:${database}` },
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, err, code }
}

t.test('a disk that is full fails the backup aloud and leaves nothing of it', async (t) => {
  const { database } = await campaignWithVouchers(t, 100)
  const folder = temporaryFolder(t)
  const made = await backedUpApart(database, folder, 'ulimit -f 300;')
  t.equal(made.code, 1)
  t.match(made.err, /The disk is full or does not answer\. Nothing was kept by half/)
  t.same(readdirSync(folder), [])
})

t.test('what a killed backup left is no backup, and is cleared away once nobody can be at it', async (t) => {
  const { database } = await campaignWithVouchers(t, 1)
  const folder = temporaryFolder(t)
  const long = new Date(Date.now() - 25 * 60 * 60_000)
  for (const name of ['.saka-part-old', '.saka-part-young', 'notes.txt']) writeFileSync(join(folder, name), 'half')
  mkdirSync(join(folder, '.saka-try-old'))
  utimesSync(join(folder, '.saka-part-old'), long, long)
  utimesSync(join(folder, '.saka-try-old'), long, long)
  t.equal((await saka(database, ['backup', folder])).code, 0)
  t.match(readdirSync(folder).sort(), ['.saka-part-young', 'notes.txt', /^saka-/])
})

t.test('a database whose books or trail are not whole makes no backup that anybody would trust', async (t) => {
  const damages = {
    'the balances of kit .* sum to 3': "UPDATE balances SET on_hand = on_hand + 3 WHERE kind = 'warehouse'",
    'vouchers at odds with the redemptions':
      "UPDATE vouchers SET status = 'redeemed', redeemed_at = '2023-09-11T06:30:00.000Z'",
    'in the trail: Entry 2':
      "DROP TRIGGER audit_events_stay; UPDATE audit_events SET action = 'x' WHERE id = (SELECT event_id FROM audit_seals WHERE position = 2)",
    'refers to none of': "PRAGMA foreign_keys = OFF; UPDATE enrollments SET school_id = 'nowhere'",
  }
  const { database, campaign } = await campaignWithVouchers(t, 2)
  await campaign.deps.emptyLog()
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
})

t.test('a restore replaces no database unless it is told to, and then keeps it', async (t) => {
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
  t.match(askOf(other)('select code from communities'), [{ code: 'Z' }], 'nothing has changed')

  other.close()
  const done = await saka(target, ['restore', backup, '--force'])
  t.equal(done.code, 0, done.err)
  const former = /The former database is kept in (.*)\.\n/.exec(done.out)![1]!
  t.match(new Sqlite(former).prepare('select code from communities').all(), [{ code: 'Z' }])
  const deps = await openFile(t, target)
  t.equal(askOf(deps)('select id from vouchers').length, 3)
  t.same(
    readdirSync(resolve(target, '..')).filter((name) => name.startsWith('.saka-')),
    [],
    'nothing by half is left',
  )
  await campaign.deps.check()
})

t.test(
  'a restored service goes on: its trail is intact, its keys are told of, its copies of checkpoints put aside',
  async (t) => {
    const { database, campaign, vouchers } = await campaignWithVouchers(t, 3)
    const folder = temporaryFolder(t)
    t.equal((await saka(database, ['backup', folder])).code, 0)
    await scan(campaign, vouchers[0]!.code)
    await sealTrail(campaign.deps)
    campaign.deps.close()
    const done = await saka(database, ['restore', join(folder, backupsIn(folder)[0]!), '--force'])
    t.equal(done.code, 0, done.err)
    t.match(done.out, /Tell the auditor: the trail was set back, .*checkpoints\.ndjson\.before-restore-/)
    t.notMatch(done.out, /Put the key back/)
    const deps = await openFile(t, database)
    t.match(await sealTrail(deps), { sealed: /\d/ }, 'the seal goes on')
    t.equal(askOf(deps)('select id from redemptions').length, 0)

    const bare = join(temporaryFolder(t), 'saka.db')
    const moved = await saka(bare, ['restore', join(folder, backupsIn(folder)[0]!)])
    t.match(moved.out, /Put the key back that was in .*\.audit-key; otherwise the trail is signed with another key/)
    t.match(moved.out, /Put the key back that was in .*\.key; otherwise authenticator apps/)
  },
)

t.test('what is no backup is not restored, and what is there stays', async (t) => {
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

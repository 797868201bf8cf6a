import { sql } from 'drizzle-orm'
import t from 'tap'
import { openLog } from '../../src/platform/observability/log.ts'
import { openCampaign } from '../support/campaign.ts'
import { fillDisk } from '../support/disk.ts'
import { engine } from '../support/engine.ts'
import { startSaka } from '../support/saka.ts'
import { sourceFiles, textOf } from '../support/sources.ts'
import { breaking, runStatements } from '../support/sql.ts'

t.test('a query that fails is told by its words and the server’s verdict, without what it was about', async (t) => {
  const lines: string[] = []
  const log = openLog('trace', { write: (line: string) => void lines.push(line) })
  const { api, deps } = await startSaka(t, { log })
  const community = { id: 'one', code: 'Ω', name: 'Άννα Κωστοπούλου', version: 1 }
  const twice = deps.db.transact(async ({ q, t }) => {
    for (let i = 0; i < 2; i++) await q.insert(t.communities).values(community)
  })
  await twice.catch((error: unknown) => log.error({ err: error }, 'refused'))
  const unread = deps.db.read.q.select({ x: sql`cast(${'Άννα'} as numeric) / 0` }).from(deps.db.read.t.communities)
  await unread.catch((error: unknown) => log.error({ err: new Error('unread', { cause: error }) }, 'unread'))
  await runStatements(deps, breaking('INSERT ON communities'))
  t.equal((await api.post('/communities', { code: 'Ψ', name: 'Άννα Κωστοπούλου' })).status, 500)
  log.error({ err: 'Άννα' }, 'no error at all')

  t.notMatch(lines.join(''), /Άννα|Κωστοπούλου/)
  const faults = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')
  const refused = JSON.stringify(faults.find(({ msg }) => msg === 'refused').err)
  t.match(refused, engine === 'postgres' ? /insert into .*communities.*23505.*communities_pkey/ : /SQLITE_CONSTRAINT/)
  t.match(refused, /\\n +at [^\\]+:\d+:\d+/, 'and by where it comes from')
  t.ok(faults.some(({ msg }) => msg === 'internal_error'))
})

t.test(
  'the log tells what was done and nothing of whom: no name, contact, code, token or address of a record',
  async (t) => {
    const lines: string[] = []
    const log = openLog('trace', { write: (line: string) => void lines.push(line) })
    const env = { ADMIN_EMAIL: 'maria.admin@example.org', ADMIN_PASSWORD: 'correct horse battery' }
    const { api, stranger, deps, school, campaign } = await openCampaign(t, { log, env })

    const session = await stranger.post('/session', { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD })
    await stranger.post('/session', { email: env.ADMIN_EMAIL, password: 'not the password' })
    const cookie = String(session.headers['set-cookie']).split(';')[0]!
    await stranger.get('/me', { cookie })
    const guardian = { name: 'Νίκος Φωτόπουλος', email: 'nikos@example.org', phone: '+306900000001', language: 'el' }
    const child = {
      schoolId: school.id,
      pupilRef: 'P-4711',
      givenName: 'Ελένη',
      familyName: 'Φωτοπούλου',
      guardians: [guardian],
    }
    const enrollment = await api.made(`/campaigns/${campaign.id}/enrollments`, child)
    await api.get(`/campaigns/${campaign.id}/enrollments?q=Φωτοπούλου`)
    const csv =
      'schoolCode;pupilRef;givenName;familyName;guardianEmail\n9000001;P-4712;Άννα;Κωστοπούλου;anna@example.org\n'
    await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, csv)
    await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, csv.replace('9000001', '9999999'))
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    const [voucher] = (await api.get(`/campaigns/${campaign.id}/vouchers`)).json.items
    await stranger.get(`//v/${voucher.code}`)
    await stranger.get(`//V/${voucher.code.replaceAll('-', '')}`)
    await api.get(`/vouchers/${voucher.id}/qr.svg`)
    await api.post(
      '/redemptions',
      { code: voucher.code, schoolId: school.id, scanId: 'scan-4711' },
      { 'idempotency-key': 'key-4711' },
    )
    await api.post('/redemptions', { code: voucher.code, schoolId: school.id, scanId: 'scan-4712' })
    await api.get(`/schools/${voucher.code}`)
    await stranger.get('/nowhere/Ελένη?token=saka_key_4711')
    await api.get('/schools/%zz')
    await api.call('POST', '/schools', '{"name":"Ελένη"', { 'content-type': 'application/json' })

    // Faults of ours and of the disk, which are logged with their stacks.
    await runStatements(deps, breaking('INSERT ON guardians'))
    t.match(await api.post(`/campaigns/${campaign.id}/enrollments`, { ...child, pupilRef: 'P-4713' }), { status: 500 })
    await fillDisk(deps)
    for (let i = 0; i < 40; i++)
      await api.post('/users', { email: `anna${i}@example.org`, name: 'Άννα '.repeat(50), roles: [] })

    const text = lines.join('')
    const secrets = [
      /Ελένη|Φωτοπούλου|Νίκος|Φωτόπουλος|Άννα|Κωστοπούλου/,
      /example\.org/,
      /6900000001/,
      /P-471/,
      new RegExp(`${voucher.code}|${voucher.code.replaceAll('-', '')}`, 'i'),
      /saka_(key|session|device|setup)_/,
      /correct horse|not the password/,
      /(key|scan)[-_]4711/,
      /cookie|authorization/i,
    ]
    for (const secret of secrets) t.notMatch(text, secret)
    for (const { id } of [school, campaign, enrollment, voucher]) t.notMatch(text, id)

    const entries = lines.map((line) => JSON.parse(line))
    t.ok(entries.length > 30)
    t.match(
      entries.find(({ route }) => route === 'POST /api/v1/campaigns/:id/open'),
      { level: 'info', status: 200, milliseconds: Number, reqId: String, msg: 'answered' },
    )
    const faults = entries.filter(({ level }) => level === 'error')
    t.ok(
      faults.some(({ msg }) => msg === 'internal_error'),
      'a fault of ours is logged',
    )
    t.ok(
      faults.some(({ msg }) => msg === 'storage_unavailable'),
      'and a full disk',
    )
  },
)

t.test('docs/logs.md tells every line that there can be, with its level', async (t) => {
  const told = [...textOf('docs/logs.md').matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].map(
    ([, msg, level]) => `${level} ${msg}`,
  )
  const call = /log\.(trace|debug|info|warn|error|fatal)\((?:\{.*?\}, )?'([^']+)'\)/g
  const written = sourceFiles('src', 'jobs')
    .flatMap((file) => [...textOf(file).matchAll(call)])
    .map(([, level, msg]) => `${level} ${msg}`)
  t.ok(written.length > 12)
  t.same([...new Set(written)].sort(), told.filter((line) => line !== 'info listening on …').sort())
})

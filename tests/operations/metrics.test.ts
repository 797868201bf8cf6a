import t from 'tap'
import { attemptTask, beginNextTask, runOnTime } from '../../src/scheduler/index.ts'
import { openCampaign } from '../support/campaign.ts'
import { fillDisk } from '../support/disk.ts'
import { engine } from '../support/engine.ts'
import { askOf } from '../support/invariants.ts'
import { type Api, startSaka } from '../support/saka.ts'
import { runStatements } from '../support/sql.ts'

/** The value of a metric with exactly these labels, of all that are told. */
async function metric(api: Api, name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const { text } = await api.get('//metrics')
  for (const line of text.split('\n')) {
    const [, found, told = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    const has = Object.entries(labels).every(([label, word]) => told.includes(`${label}="${word}"`))
    if (found === name && has) return Number(value)
  }
  return undefined
}

t.test('stock is told by kind of place, and what is handed out moves with the scans', async (t) => {
  const campaign = await openCampaign(t)
  const { api, school, stranger: nobody, kit } = campaign
  await campaign.receive(100)
  await campaign.enroll(school.id, '1')
  await api.made(`/campaigns/${campaign.campaign.id}/vouchers`)
  const [{ code }] = (await api.get(`/campaigns/${campaign.campaign.id}/vouchers`)).json.items
  await api.made('/redemptions', { code, schoolId: school.id, scanId: 'first' })
  await api.post('/redemptions', { code, schoolId: school.id, scanId: 'second' })
  const scan = { code, schoolId: school.id, scanId: 'third' }
  t.equal((await api.post('/redemption-batches', { scans: [scan, { scanId: 'broken' }] })).status, 200)

  const stock = (place: string) => metric(nobody, 'saka_stock_kits', { place, kit: kit.id })
  t.equal(await stock('warehouse'), 100)
  t.equal(await stock('handed_out'), 1)
  t.equal(await stock('school'), -1)
  t.equal(await metric(nobody, 'saka_stock_negative_places', { place: 'school' }), 1)
  t.equal(await metric(nobody, 'saka_stock_negative_places', { place: 'supplier' }), undefined, 'it always is')
  t.equal(await metric(nobody, 'saka_campaign_info', { year: '2023', status: 'open', kit: kit.id }), 1)
  const scans = (result: string) => metric(nobody, 'saka_scans_answered_total', { result })
  t.equal(await scans('accepted'), 1)
  t.equal(await scans('already_redeemed'), 2, 'alone and in a batch')
  const requests = { method: 'POST', route: '/api/v1/redemptions', status: '409' }
  t.equal(await metric(nobody, 'saka_http_request_duration_seconds_count', requests), 1)
  t.ok((await metric(nobody, 'saka_commit_commands_count'))! > 5)
  t.equal(await metric(nobody, 'saka_commands_waiting'), 0, 'what is only read here does not wait to be stored')
})

t.test('no metric tells of a person, a code or an address', async (t) => {
  const campaign = await openCampaign(t)
  const { api, school, stranger } = campaign
  const guardians = [{ name: 'Νίκος Φωτόπουλος', email: 'nikos@example.org', phone: '+306900000001', language: 'el' }]
  const child = await campaign.enroll(school.id, 'P-4711', { givenName: 'Ελένη', familyName: 'Φωτοπούλου', guardians })
  await api.made(`/campaigns/${campaign.campaign.id}/vouchers`)
  const [voucher] = (await api.get(`/campaigns/${campaign.campaign.id}/vouchers`)).json.items
  await stranger.get(`//v/${voucher.code}`)
  await stranger.get(`//V/${voucher.code.replaceAll('-', '')}/nowhere`)
  await stranger.get('//nikos@example.org')
  await stranger.post('/session', { email: 'nikos@example.org', password: 'not the password' })
  await api.get(`/enrollments/${child.id}`)
  const { text, headers } = await stranger.get('//metrics')
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(text, /route="\/v\/:code"/)
  const secrets = [
    voucher.code,
    voucher.code.replaceAll('-', ''),
    voucher.id,
    child.id,
    'P-4711',
    'nikos',
    'Φωτ',
    'Ελένη',
  ]
  for (const secret of secrets) t.notOk(text.includes(secret), secret)
})

t.test('jobs tell how they went, and what waits for how long', async (t) => {
  const mail = {
    name: 'send-mail',
    meaning: { el: 'Στέλνει.', en: 'Sends.' },
    attempt: async () => {
      throw new Error('the mail server is away')
    },
  }
  let broken = true
  const tidy = {
    name: 'tidy-up',
    meaning: { el: 'Τακτοποιεί.', en: 'Tidies up.' },
    pattern: '0 4 * * *',
    run: async () => {
      if (broken) throw new Error('the broom is broken')
      return {}
    },
  }
  const { deps, stranger: nobody, clock } = await startSaka(t, { jobs: [mail, tidy] })
  for (const id of ['first', 'second']) {
    const times = { runAt: deps.clock.now(), createdAt: deps.clock.now() }
    const task = { id, job: 'send-mail', payload: {}, status: 'queued' as const, attempts: 0 }
    await deps.db.transact(async ({ q, t }) => void (await q.insert(t.tasks).values({ ...task, ...times })))
  }
  const waiting = { job_name: 'send-mail', status: 'queued' }
  t.equal(await metric(nobody, 'saka_queue_tasks', waiting), 2)
  clock.set('2023-09-11T06:50:00.000Z')
  t.equal(await metric(nobody, 'saka_queue_age_seconds', { job_name: 'send-mail' }), 1200)
  t.equal(await metric(nobody, 'saka_job_late', { job_name: 'send-mail' }), 1)
  const task = (await beginNextTask(deps, mail))!
  t.equal(await metric(nobody, 'saka_queue_tasks', { ...waiting, status: 'running' }), 1)
  await (await attemptTask(deps, mail, task, new AbortController().signal)).write()
  t.equal(await metric(nobody, 'saka_queue_tasks', waiting), 1, 'the other waits for its next attempt')
  t.equal(await metric(nobody, 'saka_task_attempts_total', waiting), 1)

  await runOnTime(deps, tidy)
  t.equal(await metric(nobody, 'saka_job_last_run_failed', { job_name: 'tidy-up' }), 1)
  t.equal(await metric(nobody, 'saka_job_runs_total', { job_name: 'tidy-up', status: 'failed' }), 1)
  broken = false
  clock.set('2023-09-12T06:30:00.000Z')
  await runOnTime(deps, tidy)
  t.equal(await metric(nobody, 'saka_job_last_run_failed', { job_name: 'tidy-up' }), 0)
  const began = Date.parse('2023-09-12T06:30:00.000Z') / 1000
  t.equal(await metric(nobody, 'saka_job_last_run_timestamp_seconds', { job_name: 'tidy-up' }), began)
})

t.test('a database that cannot be asked is told, and the rest is told all the same', async (t) => {
  const { deps, stranger: nobody, api } = await startSaka(t)
  await fillDisk(deps)
  t.equal(await metric(nobody, 'saka_scrape_failed'), 0, 'a full disk can be read')
  t.equal((await api.get('/kits')).status, 200)
  const [bytes, log, free] = [
    await metric(nobody, 'saka_database_bytes'),
    await metric(nobody, 'saka_database_log_bytes'),
    await metric(nobody, 'saka_disk_free_bytes'),
  ]
  t.ok(bytes! + (log ?? 0) > 100_000)
  if (engine === 'postgres') {
    const [size] = await askOf(deps)('select pg_database_size(current_database()) as bytes')
    t.ok(Math.abs(bytes! - Number(size!.bytes)) < 1_000_000, 'as the server measures it, which may tidy up meanwhile')
  }
  // A server's log and disk are not here to be measured.
  t.same([log !== undefined, free !== undefined], [engine === 'sqlite', engine === 'sqlite'])
  await runStatements(deps, 'ALTER TABLE balances RENAME TO lost')
  t.equal(await metric(nobody, 'saka_scrape_failed'), 1)
  t.equal(await metric(nobody, 'saka_stock_kits'), undefined)
  t.ok((await metric(nobody, 'saka_http_request_duration_seconds_count'))! > 0)
})

t.test('where backups are made, the newest is told; elsewhere none is', async (t) => {
  const folder = t.testdir({
    'saka-2023-09-10T012000Z.db': 'four',
    'saka-2023-09-11T012000Z.db': 'seven77',
    'a.db': '',
  })
  const { stranger } = await startSaka(t, { env: { BACKUP_FOLDER: folder } })
  const began = Date.parse('2023-09-11T01:20:00.000Z') / 1000
  t.equal(await metric(stranger, 'saka_backup_last_timestamp_seconds'), began)
  t.equal(await metric(stranger, 'saka_backup_bytes'), 7)
  const none = await startSaka(t, { env: { BACKUP_FOLDER: `${folder}/nowhere` } })
  t.equal(await metric(none.stranger, 'saka_backup_last_timestamp_seconds'), 0, 'none has been made yet')
  const idle = await startSaka(t)
  t.equal(await metric(idle.stranger, 'saka_backup_last_timestamp_seconds'), undefined)
  const isSet = [stranger, none.stranger, idle.stranger].map((api) => metric(api, 'saka_backup_folder_set'))
  t.same(await Promise.all(isSet), [1, 1, 0], 'and that there is no folder for any')
})

t.test('without a token only a program on this machine may ask, and not through a proxy', async (t) => {
  const { stranger } = await startSaka(t)
  t.equal((await stranger.get('//metrics')).status, 200)
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    const answer = await stranger.get('//metrics', { [header]: '192.0.2.1' })
    t.match(answer, { status: 401, json: { code: 'metrics_closed' } }, header)
  }
})

t.test('with a token whoever has it may ask, and nobody else', async (t) => {
  const token = 'a token for the scraper'.replaceAll(' ', '-')
  const { stranger } = await startSaka(t, { env: { METRICS_TOKEN: token } })
  const ask = (authorization?: string) =>
    stranger.get('//metrics', { 'x-forwarded-for': '192.0.2.1', ...(authorization && { authorization }) })
  t.equal((await ask(`Bearer ${token}`)).status, 200)
  for (const wrong of [undefined, token, `Bearer ${token}x`, 'Bearer '])
    t.match(await ask(wrong), { status: 401, json: { code: 'metrics_closed' } }, String(wrong))
  t.equal((await stranger.get('//metrics')).status, 401, 'this machine needs it too')
})

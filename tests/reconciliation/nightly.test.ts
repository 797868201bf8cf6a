import t, { type Test } from 'tap'
import { mailNoticesJob } from '../../jobs/mail-notices.ts'
import { jobs } from '../../jobs/registry.ts'
import { startWorkerLoop } from '../../jobs/worker-loop.ts'
import { alertStaff } from '../../src/alerts/index.ts'
import { isScheduled } from '../../src/scheduler/index.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { campaignBody } from '../support/campaign.ts'
import { startMailServer, textOfMail } from '../support/mailbox.ts'
import type { Saka } from '../support/saka.ts'
import { breaking, runStatements } from '../support/sql.ts'
import { stockHands } from '../support/stock.ts'
import { until } from '../support/until.ts'
import { handedOutCampaign } from './handed-out-campaign.ts'

const day = 24 * 60 * 60_000

/** A campaign in the middle of its pickup with two coordinators and a mail server. */
async function watchedCampaign(t: Test, env: Record<string, string> = {}) {
  const post = await startMailServer(t)
  const saka = await handedOutCampaign(t, { env: { SMTP_URL: post.url, ...env } })
  const { api, deps, clock } = saka
  for (const [name, email, role] of [
    ['Ελένη', 'eleni@example.org', 'coordinator'],
    ['Νίκος', 'nikos@example.org', 'coordinator'],
    ['Μαρία', 'maria@example.org', 'auditor'],
  ])
    await api.made('/users', { email, name, roles: [{ role }] })
  const signal = new AbortController().signal
  return {
    ...saka,
    post,
    /** Runs a scheduled job as the clock would, and answers its figures. */
    run: async (name: string) => {
      const job = jobs.filter(isScheduled).find((known) => known.name === name)!
      return job.run(deps, { signal, progress: () => {} })
    },
    later: (days: number) => clock.set(plusMilliseconds(clock.now(), days * day)),
    /** Sends what waits, and answers the mails that came since the last time, one of each alert. */
    mails: () => mailsSince(saka, post),
  }
}

async function mailsSince({ deps }: Saka, post: Awaited<ReturnType<typeof startMailServer>>) {
  post.mails.length = 0
  const loop = startWorkerLoop(deps, mailNoticesJob)
  loop.wake()
  await until('all is sent', async () => {
    const { q, t } = deps.db.read
    return (await q.select().from(t.tasks)).every(({ status }) => status === 'done')
  })
  await loop.stop()
  return post.mails.map(({ to, raw }) => ({ to: to.join(), text: textOfMail(raw) }))
}

t.test('the nightly reconciliation tells coordinators of a finding once, and again when it is another', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, schools } = saka
  t.match(await saka.run('reconcile-nightly'), { lookedAt: 1, done: 1, failed: 0 })
  t.same(await saka.mails(), [], 'nothing needs an answer')

  const [used] = await saka.vouchersOf(1)
  await saka.scan(used, schools[1], { handedOut: true })
  await saka.run('reconcile-nightly')
  const told = await saka.mails()
  t.same(told.map(({ to }) => to).sort(), ['eleni@example.org', 'nikos@example.org'])
  t.match(told[0]?.text, /Διπλή παράδοση[\s\S]*Second hand-out/)
  t.notMatch(told[0]?.text, /Ελένη|Νίκος|Μαρία|@/)
  await saka.run('reconcile-nightly')
  await saka.run('reconcile-nightly')
  t.same(await saka.mails(), [], 'nothing is new')

  const open = (await saka.discrepancies('&status=open')).filter(({ severity }: any) => severity !== 'info')
  for (const { id } of open) await api.patch(`/discrepancies/${id}`, { resolution: 'looked into' })
  await api.patch(`/campaigns/${campaign.id}`, { budgetCents: 1 })
  await saka.run('reconcile-nightly')
  t.match((await saka.mails())[0]?.text, /Υπέρβαση προϋπολογισμού/)
  t.match((await api.get('/audit/events?action=notice.made')).json.items, [{ change: { readers: 2 } }, {}])
})

t.test('staff are told of more situations than one statement can name', async (t) => {
  const { deps } = await watchedCampaign(t)
  const all = Array.from({ length: 33_000 }, (_, i) => ({
    ...{ matter: `school-${i}`, state: 'short' },
    line: { el: `σχολείο ${i}`, en: `school ${i}` },
  }))
  const words = { el: 'σχολεία', en: 'schools' }
  const about = { topic: 'test', role: 'coordinator' as const, subject: words, intro: words, more: words }
  const tell = async (situations: typeof all) =>
    (await deps.db.transact((tx) => alertStaff(deps, tx, { ...about, situations }))).told
  t.equal(await tell(all), all.length)
  t.equal(await tell(all), 0, 'once')
  t.equal(await tell([]), 0)
  t.equal(await tell(all.slice(0, 2)), 2, 'what was gone is told again')
})

t.test('two nightly runs at once tell once', async (t) => {
  const saka = await watchedCampaign(t)
  await saka.api.patch(`/campaigns/${saka.campaign.id}`, { budgetCents: 1 })
  await Promise.all([saka.run('reconcile-nightly'), saka.run('reconcile-nightly')])
  t.equal((await saka.mails()).length, 2, 'one mail to each coordinator')
})

t.test('what could not be told is told once somebody can be', async (t) => {
  const saka = await watchedCampaign(t)
  await saka.api.patch(`/campaigns/${saka.campaign.id}`, { budgetCents: 1 })
  const job = jobs.filter(isScheduled).find(({ name }) => name === 'reconcile-nightly')!
  const control = { signal: new AbortController().signal, progress: () => {} }
  await job.run({ ...saka.deps, mailer: undefined }, control)
  t.same(await saka.mails(), [])
  await saka.run('reconcile-nightly')
  t.equal((await saka.mails()).length, 2)
})

t.test('a campaign that cannot be reconciled does not hold up the others, and is told', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, kit, community, deps } = saka
  const { id } = await api.made('/campaigns', campaignBody(kit.id, [community.id]))
  await api.made(`/campaigns/${id}/open`)
  await deps.db.transact(async ({ q, t }) => {
    await q.update(t.campaigns).set({ kitId: kit.id })
  })
  await runStatements(deps, breaking('INSERT ON reconciliations', `NEW.campaign_id = '${campaign.id}'`))
  await t.rejects(saka.run('reconcile-nightly'), { message: /^1 of 2 failed: / })
  t.equal((await api.get(`/campaigns/${id}/reconciliations`)).json.items.length, 1)
})

t.test('a school that would run out of kits is told within the hour, once for each number', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, school, schools } = saka
  t.match(await saka.run('watch-stock'), { lookedAt: 1, done: 1 })
  t.same(await saka.mails(), [], 'all have enough')

  await saka.enroll(school.id, '77')
  await saka.enroll(school.id, '78')
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  await saka.run('watch-stock')
  const [mail] = await saka.mails()
  t.match(mail?.text, /1ο Δημοτικό Σχολείο Πειραιά: λείπουν 2 σετ[\s\S]*2 kits missing/)
  const short = () => saka.discrepancies('&code=kits_short_at_school')
  t.match(await short(), [{ severity: 'warning', status: 'open', expected: 0, actual: 2 }])

  const [voucher] = (await saka.vouchersOf(0)).filter(({ status }: any) => status === 'issued')
  t.match(await saka.scan(voucher, schools[0]), { result: 'accepted' })
  await saka.run('watch-stock')
  t.same(await saka.mails(), [], 'a hand-out changes nothing: one child and one kit less')
  const [{ id }] = await short()
  await api.patch(`/discrepancies/${id}`, { resolution: 'A second shipment comes on Thursday.' })
  await saka.run('watch-stock')
  t.match(
    await short(),
    [{ status: 'resolved', resolution: 'A second shipment comes on Thursday.' }],
    'the answer stands',
  )

  const { id: shipmentId } = await stockHands(saka).plan(school.id, 1)
  await saka.run('watch-stock')
  t.match(await short(), [{ status: 'resolved' }], 'what is only planned is no kit')
  await api.made(`/shipments/${shipmentId}/dispatch`, {})
  await saka.run('watch-stock')
  t.match((await saka.mails())[0]?.text, /λείπει 1 σετ/)
  await saka.enroll(school.id, '79')
  await saka.close()
  t.match(await saka.run('watch-stock'), { skipped: 1 })
  t.match(await short(), [{ status: 'resolved' }], 'after the pickup it matters no more')
})

t.test('a pickup that is over is told, and ends by itself a week later', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, clock } = saka
  const status = async () => (await api.get(`/campaigns/${campaign.id}`)).json.status
  clock.set('2023-09-29T20:59:00.000Z')
  t.match(await saka.run('end-pickups'), { skipped: 1 })
  t.same(await saka.mails(), [], 'its last day is not over')
  clock.set('2023-09-30T02:00:00.000Z')
  await saka.run('end-pickups')
  t.match((await saka.mails())[0]?.text, /Στις 2023-10-07 θα κλείσει[\s\S]*pickupUntil/)
  saka.later(6)
  await saka.run('end-pickups')
  t.same(await saka.mails(), [])
  t.equal(await status(), 'open')
  saka.later(1)
  t.match(await saka.run('end-pickups'), { done: 1 })
  t.equal(await status(), 'closing')
  t.match((await saka.mails())[0]?.text, /έληξαν[\s\S]*expired/)
  t.match(
    (await saka.vouchersOf(0)).filter((voucher: any) => voucher.status === 'issued'),
    [],
  )
  const [event] = (await api.get('/audit/events?action=campaign.closing')).json.items
  t.match(event, { actorKind: 'system', subjectId: campaign.id })
  await saka.run('end-pickups')
  t.same(await saka.mails(), [])
})

t.test('a pickup that is prolonged goes on, and one is left alone where nobody wants it ended', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, clock } = saka
  clock.set('2023-09-30T02:00:00.000Z')
  await saka.run('end-pickups')
  await api.patch(`/campaigns/${campaign.id}`, { pickupUntil: '2023-10-10' })
  saka.later(8)
  await saka.run('end-pickups')
  t.match((await api.get(`/campaigns/${campaign.id}`)).json, { status: 'open' })
  const never = await watchedCampaign(t, { CLOSE_AFTER_DAYS: '0' })
  never.clock.set('2023-10-30T02:00:00.000Z')
  await never.run('end-pickups')
  t.match((await never.mails())[0]?.text, /Κλείστε την/)
  never.later(300)
  await never.run('end-pickups')
  t.match((await never.api.get(`/campaigns/${never.campaign.id}`)).json, { status: 'open' })
})

t.test('a clock that jumps a year ahead and back ends no pickup', async (t) => {
  const saka = await watchedCampaign(t)
  const { api, campaign, clock } = saka
  const now = clock.now()
  clock.set(plusMilliseconds(now, 365 * day))
  await saka.run('end-pickups')
  clock.set(now)
  await saka.run('end-pickups')
  t.match((await api.get(`/campaigns/${campaign.id}`)).json, { status: 'open' })
  clock.set(plusMilliseconds(now, 365 * day))
  await saka.run('end-pickups')
  t.match((await api.get(`/campaigns/${campaign.id}`)).json, { status: 'open' }, 'it is noticed anew')
})

t.test('a device that is not seen for three days of a pickup, or keeps scans for one, is told once', async (t) => {
  const saka = await watchedCampaign(t)
  const { school, clock } = saka
  const phone = await saka.device(school.id)
  await phone.post('/devices/me/heartbeat', { appVersion: '1.0.0', pendingScans: 0 })
  t.match(await saka.run('find-silent-devices'), { lookedAt: 1, done: 0 })
  saka.later(3)
  t.match(await saka.run('find-silent-devices'), { lookedAt: 1, done: 1 })
  const [mail] = await saka.mails()
  t.match(mail?.text, /1ο Δημοτικό Σχολείο Πειραιά: δεν έχει συνδεθεί από 2023-09-11/)
  t.notMatch(mail?.text, /Κινητό/)
  await saka.run('find-silent-devices')
  t.same(await saka.mails(), [], 'once')

  await phone.post('/devices/me/heartbeat', { appVersion: '1.0.0', pendingScans: 2 })
  await saka.run('find-silent-devices')
  clock.set('2023-12-24T08:00:00.000Z')
  await saka.run('find-silent-devices')
  t.match((await saka.mails())[0]?.text, /2 σαρώσεις περιμένουν[\s\S]*2 scans wait/, 'scans that wait matter all year')
})

import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { mailNoticesJob } from '../../jobs/mail-notices.ts'
import { sealSoon } from '../../jobs/seal-soon.ts'
import { sendMailJob } from '../../jobs/send-messages.ts'
import { startRunner } from '../../jobs/start-runner.ts'
import type { Terminal } from '../cli/terminal.ts'
import type { AllDeps } from '../deps.ts'
import { openDeps } from '../open-deps.ts'
import { readConfig } from '../platform/config/config.ts'
import type { Mailer } from '../platform/mail/mailer.ts'
import { projectRoot } from '../platform/project-root.ts'
import { attemptTask, beginNextTask, type QueuedJob } from '../scheduler/index.ts'
import { type Service, serve } from '../serve.ts'
import { openAccounts } from './accounts.ts'
import { campaign2021, campaign2023, campaignNow } from './campaigns.ts'
import { client } from './client.ts'
import { euros, narrator, percent } from './narrator.ts'
import { exampleFile, type Stage, stageClock } from './stage.ts'

const start = '2021-08-30T06:00:00.000Z'
const communityNames = ['Α', 'Β', 'Γ', 'Δ', 'Ε']
/** Takes everything and lets nothing out: without a mail server the demonstration writes to nobody. */
const noMail: Mailer = { send: async () => {}, close: () => {} }

/**
 * Runs both campaigns of Piraeus through the API on the example data, each command dated in its own year, opens one for
 * this year, and goes on serving, its jobs at work. Obeys the service's settings; without a `DATABASE_URL` it starts on a fresh database of
 * its own.
 */
export async function demonstrate(env: Record<string, string | undefined>, terminal: Terminal): Promise<void> {
  const ownFile = resolve(projectRoot, 'data/demo.db')
  if (!env.DATABASE_URL)
    for (const end of ['', '-wal', '-shm', '.checkpoints.ndjson']) rmSync(ownFile + end, { force: true })
  const config = readConfig({
    DATABASE_URL: `file:${ownFile}`,
    ADMIN_EMAIL: 'admin@saka.example.org',
    ADMIN_PASSWORD: 'school-kits-for-all',
    LOG_LEVEL: 'warn',
    ...env,
    // Whoever tries it signs in with what it prints, and with nothing else.
    REQUIRE_SECOND_FACTOR: '',
  })
  const clock = stageClock(start)
  const deps = await openDeps(config, { clock, ...(!config.smtpUrl && { mailer: noMail }) })
  const service = await serve(deps)
  const admin = { email: config.adminEmail!, password: config.adminPassword! }
  await play(service, deps, admin, terminal, clock)
  clock.release()
  // For its jobs the service starts now: what the years of the story did not run is not late.
  deps.startedAt = clock.now()
  const runner = config.role !== 'web' ? await startRunner(deps) : undefined
  const sealer = config.role !== 'web' ? sealSoon(deps) : undefined
  terminal.out(`\nThe service stays up at ${service.address} until you press Ctrl-C.\n`)
  await new Promise<void>((stop) => terminal.onStop(stop))
  await runner?.stop()
  await service.close()
  await sealer?.stop()
  await deps.close()
}

async function play(
  service: Service,
  deps: AllDeps,
  admin: { email: string; password: string },
  { out }: Terminal,
  clock: Stage['clock'],
): Promise<void> {
  const tell = narrator(out)
  const key = await signInForKey(service.address, admin)
  const api = client(service.address, key)
  const { items } = await api.get('/campaigns')
  if (items.length > 0) return tell.step('The database holds campaigns already: it is served as it is.')

  tell.act('The city: five communities, 45 schools, one warehouse')
  const communities: Record<string, any> = {}
  for (const [i, letter] of communityNames.entries()) {
    const code = 'ABCDE'.charAt(i)
    const name = `${letter}΄ Δημοτική Κοινότητα`
    communities[code] = await api.post('/communities', { code, name, nameLatin: `Municipal Community ${code}` })
  }
  const imported = await api.upload('/school-imports', exampleFile('schools.csv'))
  const warehouse = await api.post('/warehouses', { name: 'Κεντρική αποθήκη' })
  tell.step(`schools.csv brings ${imported.body.created} schools.`)

  const sendMail = () => sendWaiting(deps, sendMailJob)
  const sendNotices = () => sendWaiting(deps, mailNoticesJob)
  const stage: Stage = { api, clock, tell, warehouse, communities, sendMail, sendNotices }
  const campaigns = [await campaign2021(stage), await campaign2023(stage)]
  const open = await campaignNow(stage, deps.config.timeZone)
  await figures(stage, campaigns)
  clock.release()
  await openAccounts(stage, admin.password)
  const [voucher] = await api.list(`/campaigns/${open.id}/vouchers?status=issued`)
  tell.step('To explore:', [
    { what: 'the contract, to try out', where: `${service.address}/docs` },
    { what: 'a parent’s page', where: `${service.address}/v/${voucher.code.replaceAll('-', '')}` },
    { what: 'the open campaign', where: `${service.address}/api/v1/campaigns/${open.id}/summary` },
    { what: 'sign in as', where: `${admin.email} / ${admin.password}` },
    { what: 'an API key', where: key },
  ])
}

/** Does the tasks that wait of a job that sends mail, without its pace. */
async function sendWaiting(deps: AllDeps, { perSecond: _, ...job }: QueuedJob): Promise<number> {
  let sent = 0
  for (let task = await beginNextTask(deps, job); task; task = await beginNextTask(deps, job)) {
    const ended = await attemptTask(deps, job, task, new AbortController().signal)
    await ended.write()
    if (ended.status === 'done') sent++
    if (ended.pause > 0) break
  }
  return sent
}

/** What a mayor would ask for. */
async function figures({ api, tell, communities }: Stage, campaigns: any[]): Promise<void> {
  tell.act('What the mayor asks')
  const rows = []
  let spent = 0
  for (const campaign of campaigns) {
    const summary = await api.get(`/campaigns/${campaign.id}/summary`)
    spent += summary.spentCents
    rows.push({
      campaign: String(campaign.year),
      children: summary.enrolled,
      'kits bought': summary.received,
      'children with a kit': summary.redeemed,
      'of all': percent(summary.redeemed, summary.enrolled),
      'kits left': summary.onHand,
      'lost or broken': summary.writtenOff,
      spent: euros(summary.spentCents),
      'per child': euros(Math.round(summary.spentCents / summary.redeemed)),
    })
  }
  tell.step(`Of the EUR 180,000 for both, ${euros(spent)} are spent, ${euros(18_000_000 - spent)} are left.`, rows)
  const latest = await api.get(`/campaigns/${campaigns.at(-1).id}/summary`)
  const names = new Map(Object.values(communities).map((community: any) => [community.id, community.name]))
  tell.step(
    `${campaigns.at(-1).year} by community:`,
    latest.byCommunity.map((row: any) => ({
      community: String(names.get(row.communityId)),
      children: row.enrolled,
      'with a kit': row.redeemed,
      'of all': percent(row.redeemed, row.enrolled),
    })),
  )
}

async function signInForKey(address: string, credentials: { email: string; password: string }): Promise<string> {
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(`${address}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    })
  const signedIn = await post('/session', credentials)
  if (!signedIn.ok)
    throw new Error('The administrator of ADMIN_EMAIL and ADMIN_PASSWORD cannot sign in to this database.')
  const cookie = signedIn.headers.getSetCookie().join('; ').split(';')[0]!
  const made = await post('/api-keys', { name: 'Demonstration', roles: [{ role: 'admin' }] }, cookie)
  return ((await made.json()) as { key: string }).key
}

import t from 'tap'
import { forgetBrowsersJob } from '../../jobs/forget-browsers.ts'
import { mailPasswordResetsJob } from '../../jobs/mail-password-resets.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { mailServer, textOfMail } from '../support/mailbox.ts'
import { firstMorning, startSaka } from '../support/saka.ts'
import { admin, adminEnv } from '../support/sign-in.ts'

const fresh = 'four words nobody joins'
const minutes = (count: number) => plusMilliseconds(firstMorning, count * 60_000)
const form = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('who forgot the password gets a link by mail, in two languages, good once and for an hour', async (t) => {
  const post = await mailServer(t)
  const { stranger, served, api } = await startSaka(t, { env: { ...adminEnv, SMTP_URL: post.url } })
  t.match(await stranger.post('/password-reset', { email: 'Admin@Example.org' }), { status: 202, text: '' })
  t.equal(post.mails.length, 0, 'the answer waits for no mail server')
  t.same(await mailPasswordResetsJob.run(served), { sent: 1, dropped: 0 })
  t.same(await mailPasswordResetsJob.run(served), { sent: 0, dropped: 0 }, 'once')
  const [mail] = post.mails as [string]
  t.match(mail, /^To: admin@example\.org\r$/m)
  const text = textOfMail(mail)
  t.match(text, /νέο κωδικό πρόσβασης/)
  t.match(text, /If it was not you, do nothing/)
  const [, token] = /https:\/\/saka\.example\.org\/welcome\/(\S+)/.exec(text)!
  t.match(await stranger.post('/session', admin), { status: 201 }, 'the old password goes on')
  const password = encodeURIComponent(fresh)
  const accept = () => stranger.call('POST', `//welcome/${token}`, `password=${password}&repeat=${password}`, form)
  t.match(await accept(), { status: 200 })
  t.match(await accept(), { status: 404 })
  t.match(await stranger.post('/session', admin), { status: 401 })
  t.match(await stranger.post('/session', { ...admin, password: fresh }), { status: 201 })
  const [{ id }] = (await api.get('/users')).json.items
  const actions = (await api.get(`/audit/events?subjectId=${id}`)).json.items.map(({ action }: any) => action)
  t.ok(actions.includes('password_reset.asked') && actions.includes('password_reset.mailed'))
})

t.test('it says the same to everybody, and mails to nobody without an active account and a password', async (t) => {
  const post = await mailServer(t)
  const { stranger, served, api } = await startSaka(t, { env: { ...adminEnv, SMTP_URL: post.url } })
  await api.made('/users', { email: 'invited@example.org', name: 'Νέα', roles: [] })
  const ended = await api.made('/users', { email: 'ended@example.org', name: 'Παλιά', roles: [], password: fresh })
  await api.patch(`/users/${ended.id}`, { active: false })
  const answers = await Promise.all(
    ['nobody@example.org', 'invited@example.org', 'ended@example.org', admin.email].map(async (email) => {
      const { status, text, headers } = await stranger.post('/password-reset', { email })
      return { status, text, headers: Object.keys(headers) }
    }),
  )
  for (const answer of answers) t.same(answer, answers[0])
  t.equal(answers[0]?.status, 202)
  t.same(await mailPasswordResetsJob.run(served), { sent: 1, dropped: 0 })
  const { items } = (await api.get('/audit/events?action=password_reset.asked')).json
  t.equal(items.length, 4, 'each is written down alike')
  t.notMatch(JSON.stringify(items), /example\.org/)
})

t.test('an account gets one mail in a quarter of an hour, and who asks on and on has to wait', async (t) => {
  const post = await mailServer(t)
  const { stranger, served, clock } = await startSaka(t, { env: { ...adminEnv, SMTP_URL: post.url } })
  const ask = (email: string) => stranger.post('/password-reset', { email })
  await Promise.all([ask(admin.email), ask(admin.email)])
  await mailPasswordResetsJob.run(served)
  clock.set(minutes(14))
  await ask(admin.email)
  t.same(await mailPasswordResetsJob.run(served), { sent: 0, dropped: 0 })
  clock.set(minutes(15))
  await ask(admin.email)
  t.same(await mailPasswordResetsJob.run(served), { sent: 1, dropped: 0 })
  t.equal(post.mails.length, 2)
  for (const email of [admin.email, 'nobody@example.org']) {
    for (let i = 0; i < 5; i++) await ask(email)
    t.match(await ask(email), { status: 429, json: { code: 'too_many_attempts' } })
  }
  t.match(await stranger.post('/session', admin), { status: 201 }, 'which holds no sign-in up')
})

t.test('a link that the mail server did not take is mailed by a later run, and given up after an hour', async (t) => {
  const post = await mailServer(t)
  const { stranger, served, clock, api } = await startSaka(t, { env: { ...adminEnv, SMTP_URL: post.url } })
  await stranger.post('/password-reset', { email: admin.email })
  post.refuses = true
  await t.rejects(mailPasswordResetsJob.run(served), {
    message: /^the mail server did not take 1 links: EENVELOPE 550/,
  })
  post.refuses = false
  t.same(await mailPasswordResetsJob.run(served), { sent: 1, dropped: 0 })
  clock.set(minutes(20))
  await stranger.post('/password-reset', { email: admin.email })
  clock.set(minutes(80))
  t.same(await mailPasswordResetsJob.run(served), { sent: 0, dropped: 1 })
  t.equal(post.mails.length, 1)
  t.equal((await api.get('/audit/events?action=password_reset.dropped')).json.items.length, 1)
})

t.test('without a mail server it says the same and nothing waits', async (t) => {
  const { stranger, served } = await startSaka(t, { env: adminEnv })
  t.match(await stranger.post('/password-reset', { email: admin.email }), { status: 202 })
  const { q, t: tables } = served.db.read
  t.same(await q.select().from(tables.passwordResets), [])
  t.same(await mailPasswordResetsJob.run(served), { sent: 0, dropped: 0 })
})

t.test('a browser is known for a year and forgotten the night after', async (t) => {
  const { stranger, served, clock, api } = await startSaka(t, { env: adminEnv })
  await stranger.post('/session', admin)
  clock.set('2024-09-09T06:30:00.000Z')
  t.same(await forgetBrowsersJob.run(served), { forgotten: 0 })
  await stranger.post('/session', admin)
  clock.set('2024-09-11T06:30:00.000Z')
  t.same(await forgetBrowsersJob.run(served), { forgotten: 1 })
  const { q, t: tables } = served.db.read
  t.equal((await q.select().from(tables.knownBrowsers)).length, 1, 'the younger one goes on')
  t.same(await forgetBrowsersJob.run(served), { forgotten: 0 })
  const { items } = (await api.get('/audit/events?action=browser.all_forgotten')).json
  t.match(items, [{ actorKind: 'system', change: { count: 1 } }])
  t.equal(items.length, 1)
})

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import t from 'tap'
import { sendMailJob, sendSmsJob } from '../../jobs/send-messages.ts'
import { startWorkerLoop } from '../../jobs/worker-loop.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { plusMilliseconds } from '../../src/shared/time.ts'
import { databaseOf } from '../support/engine.ts'
import { refusal, startMailServer } from '../support/mailbox.ts'
import { guardian, remindedCampaign, sendDue } from '../support/reminders.ts'
import { startSmsGateway } from '../support/sms-gateway.ts'
import { until } from '../support/until.ts'

const minute = 60_000
const hour = 60 * minute

t.test('a process killed between sending and writing it down leaves one doubtful message, and no second', async (t) => {
  let sender: ChildProcess | undefined
  const post = await startMailServer(t, {
    onData: (_stream, _session, done) => {
      sender?.kill('SIGKILL')
      done()
    },
  })
  const saka = await remindedCampaign(t, { post })
  for (const ref of ['1', '2', '3']) await saka.enroll(saka.school.id, ref, guardian(`parent${ref}@example.org`))
  await saka.issue()
  await saka.plan()
  const env = {
    ...process.env,
    NOW: saka.clock.now(),
    ...databaseOf(saka.deps),
    SMTP_URL: post.url,
    LOG_LEVEL: 'silent',
  }
  sender = fork(join(projectRoot, 'tests/notifications/killed-sender.ts'), { env })
  const [, signal] = await once(sender, 'close')
  sender = undefined
  t.equal(signal, 'SIGKILL')
  t.match(await saka.messages('&status=sending'), { length: 1 }, 'it said that it was sending before it did')

  await saka.send()
  t.equal(post.mails.length, 3, 'the others go out at once')
  saka.clock.set(plusMilliseconds(saka.clock.now(), 3 * minute))
  await saka.remind()
  saka.clock.set(plusMilliseconds(saka.clock.now(), 3 * hour))
  await saka.remind()
  t.equal(new Set(post.mails.map(({ to }) => to[0])).size, 3)
  t.equal(post.mails.length, 3)
  t.match(await saka.messages('&status=doubtful'), [{ cause: 'interrupted' }])
  t.match(await saka.messages('&status=sent'), { length: 2 })
})

t.test('a mail server that hangs up when it has everything leaves a doubtful message, and no second', async (t) => {
  const post = await startMailServer(t, {
    onData: (_stream, session, done) => {
      if (session.envelope.rcptTo[0]!.address.startsWith('doubt'))
        for (const one of post.server.connections as Set<any>) one._socket.destroy()
      else done()
    },
  })
  const saka = await remindedCampaign(t, { post, children: [guardian('doubt@example.org')] })
  await saka.remind()
  saka.clock.set(plusMilliseconds(saka.clock.now(), hour))
  await saka.remind()
  t.match(await saka.messages(), [{ status: 'doubtful' }])
  t.equal(post.mails.length, 0)
})

t.test(
  'a mailbox that is full for four hours is given up, and its guardian told by text message, in vain at first',
  async (t) => {
    const post = await startMailServer(t, { onRcptTo: (_to, _session, done) => done(refusal(452)) })
    const gateway = await startSmsGateway(t)
    const saka = await remindedCampaign(t, { post, env: gateway.env, now: '2023-09-11T06:00:00.000Z' })
    await saka.enroll(saka.school.id, '1', guardian('full@example.org', { phone: '6902128001' }))
    await saka.issue()
    gateway.status = 503
    for (let passed = 0; passed < 60; passed++) {
      saka.clock.set(plusMilliseconds(saka.clock.now(), 5 * minute))
      await saka.remind()
    }
    t.match(await saka.messages('&channel=email'), [{ status: 'failed' }])
    t.match(await saka.messages('&channel=sms'), [{ status: 'queued' }])
    gateway.status = 200
    saka.clock.set(plusMilliseconds(saka.clock.now(), hour))
    await saka.remind()
    t.match(gateway.texts, [{ to: '+306902128001', text: /^ΣXOΛIKH ΣAKA:/ }])
    t.match(await saka.messages('&channel=sms'), [{ status: 'sent', to: '+306902128001' }])
  },
)

t.test('a mail server that is gone for good is waited for a day, then the next channel is taken', async (t) => {
  const gateway = await startSmsGateway(t)
  const env = { SMTP_URL: 'smtp://127.0.0.1:1', ...gateway.env }
  const saka = await remindedCampaign(t, {
    env,
    children: [guardian('anna@example.org', { phone: '6902128001' }), guardian('other@example.org')],
  })
  const [, child] = saka.children
  await saka.remind()
  saka.clock.set(plusMilliseconds(saka.clock.now(), 23 * hour))
  await saka.remind()
  t.match(await saka.messages('&status=queued'), { length: 2 })
  saka.clock.set(plusMilliseconds(saka.clock.now(), 2 * hour))
  await saka.remind()
  await saka.remind()
  t.equal(gateway.texts.length, 1)
  const list = (await saka.api.get(`/campaigns/${saka.campaign.id}/phone-list`)).json.items
  t.match(list, [{ enrollmentId: child.id, why: 'failed' }], 'who has no other is on the printed list')
  t.equal(list.length, 1)
})

t.test('a mail server that does not answer holds up no text message', async (t) => {
  let release: (() => void) | undefined
  const post = await startMailServer(t, {
    onData: (_stream, _session, done) => {
      release = done
    },
  })
  const gateway = await startSmsGateway(t)
  const saka = await remindedCampaign(t, {
    post,
    env: gateway.env,
    children: [guardian('slow@example.org'), guardian(null, { phone: '6902128001' })],
  })
  await saka.plan()
  const loops = [sendMailJob, sendSmsJob].map((job) => startWorkerLoop(saka.deps, job))
  for (const loop of loops) loop.wake()
  await until(
    'the text message has gone out',
    async () => (await saka.messages('&channel=sms&status=sent')).length === 1,
  )
  await until('the mail server has all of the mail', () => release)
  t.match(await saka.messages('&channel=email'), [{ status: 'sending' }])
  release?.()
  await until('the mail has gone out', async () => (await saka.messages('&channel=email&status=sent')).length === 1)
  await Promise.all(loops.map((loop) => loop.stop()))
})

t.test('a clock that jumps there and back sends nothing twice', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-18T14:00:00.000Z', children: [guardian('anna@example.org')] })
  await saka.plan()
  for (const now of ['2024-09-18T14:00:00.000Z', '2023-09-18T14:00:00.000Z']) {
    saka.clock.set(now)
    await saka.plan()
  }
  await saka.send()
  t.equal(saka.post.mails.length, 1)
  for (const now of ['2023-09-10T06:00:00.000Z', '2031-01-01T00:00:00.000Z', '2023-09-18T15:00:00.000Z']) {
    saka.clock.set(now)
    await saka.remind()
  }
  t.same(
    (await saka.messages('&status=sent')).map(({ step }) => step),
    ['announcement', 'first-reminder'],
    'what had been overtaken counts as due when the clock says so',
  )
  t.equal(saka.post.mails.length, 2)
})

t.test('a clock that jumps while a mail is being sent leaves it sent, not doubtful', async (t) => {
  let meanwhile = async () => {}
  const post = await startMailServer(t, {
    onData: (_stream, _session, done) => void meanwhile().then(() => done()),
  })
  const saka = await remindedCampaign(t, { post, children: [guardian('anna@example.org')] })
  await saka.plan()
  meanwhile = async () => {
    saka.clock.set(plusMilliseconds(saka.clock.now(), hour))
    await sendDue(saka.deps)
    t.match(await saka.messages(), [{ status: 'doubtful' }])
  }
  await saka.send()
  t.match(await saka.messages(), [{ status: 'sent' }])
  t.equal(post.mails.length, 1)
})

t.test('a right-to-left name stands in a Greek subject line as it is, and on the wire in ASCII', async (t) => {
  const saka = await remindedCampaign(t, { children: [{ givenName: 'محمد', ...guardian('anna@example.org') }] })
  await saka.remind()
  const { raw } = saka.post.mails[0]!
  const [, header] = /^Subject: ((?:.|\r\n\s)*)\r\n/m.exec(raw)!
  t.match(header, /^[\x20-\x7e\r\n]*$/)
  t.equal((await simpleParser(raw)).subject, '\u2068محمد\u2069: Η σχολική σάκα σας περιμένει')
})

t.test(
  'an address of forty children is an office’s: it is sent no codes, and its children are on the phone list',
  async (t) => {
    const saka = await remindedCampaign(t)
    const office = 'office@school.example'
    for (let ref = 1; ref <= 40; ref++) {
      const own = ref === 1 ? [{ name: 'Άννα', email: 'anna@example.org', language: 'el' }] : []
      await saka.enroll(saka.school.id, `${ref}`, {
        guardians: [{ name: 'Γραφείο', email: office, language: 'el' }, ...own],
      })
    }
    await saka.issue()
    await saka.remind()
    t.same(
      saka.post.mails.map(({ to }) => to),
      [['anna@example.org']],
    )
    const list = (await saka.api.get(`/campaigns/${saka.campaign.id}/phone-list?limit=500`)).json.items
    t.equal(list.length, 40)
    t.ok(list.every(({ why }: any) => why === 'shared_address'))
  },
)

import { simpleParser } from 'mailparser'
import t from 'tap'
import { refusal, startMailServer } from '../support/mailbox.ts'
import { guardian, remindedCampaign } from '../support/reminders.ts'
import { startSmsGateway } from '../support/sms-gateway.ts'

const subjectsOf = async (post: { mails: { raw: string }[] }) =>
  Promise.all(post.mails.map(async ({ raw }) => (await simpleParser(raw)).subject))

t.test('a guardian of three children gets one mail with three codes, however often it is planned', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-09T07:00:00.000Z' })
  for (const ref of ['1', '2', '3']) await saka.enroll(saka.school.id, ref, guardian('anna@example.org'))
  const vouchers = await saka.issue()
  await Promise.all([saka.plan(), saka.plan(), saka.plan()])
  await saka.remind()
  await saka.remind()
  t.equal(saka.post.mails.length, 1)
  const mail = await simpleParser(saka.post.mails[0]!.raw)
  for (const { code } of vouchers) t.match(mail.text, code)
  t.equal(mail.attachments.length, 3)
  t.match(await saka.messages(), [
    {
      step: 'announcement',
      about: 'opening',
      channel: 'email',
      status: 'sent',
      to: 'anna@example.org',
      language: 'el',
    },
  ])
})

t.test('nothing is sent before its time, nor twice on a day', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-09T06:59:00.000Z', children: [guardian('anna@example.org')] })
  await saka.remind()
  t.equal(saka.post.mails.length, 0, '10:00 in Athens is 07:00 in UTC')
  saka.clock.set('2023-09-09T07:00:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 1)
  saka.clock.set('2023-09-18T13:59:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 1)
  saka.clock.set('2023-09-18T14:00:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 2)
  await saka.api.made(`/campaigns/${saka.campaign.id}/reminders`, { step: 'last-days', dryRun: false })
  await saka.send()
  t.equal(saka.post.mails.length, 2, 'another one on the same day waits')
  saka.clock.set('2023-09-19T06:00:00.000Z')
  await saka.api.made(`/campaigns/${saka.campaign.id}/reminders`, { step: 'last-days', dryRun: false })
  await saka.send()
  t.equal(saka.post.mails.length, 3)
})

t.test('who collects between planning and sending is told nothing any more', async (t) => {
  const saka = await remindedCampaign(t)
  await saka.receive(10)
  await saka.enroll(saka.school.id, '1', guardian('anna@example.org'))
  const [voucher] = await saka.issue()
  await saka.plan()
  const scan = { code: voucher.code, schoolId: saka.school.id, scanId: 'scan-1', handedOut: true }
  t.equal((await saka.api.post('/redemptions', scan)).status, 201)
  await saka.send()
  t.equal(saka.post.mails.length, 0)
  t.match(await saka.messages(), [{ status: 'cancelled', cause: 'collected', day: null }])
})

t.test('a campaign closed while its reminders are queued sends nothing more', async (t) => {
  const saka = await remindedCampaign(t, { children: [guardian('anna@example.org')] })
  await saka.plan()
  await saka.api.made(`/campaigns/${saka.campaign.id}/close`)
  await saka.remind()
  t.equal(saka.post.mails.length, 0)
  t.match(await saka.messages(), [{ status: 'cancelled', cause: 'campaign_over' }])
})

t.test('a broken address is marked, not written to again, and its guardian is on the phone list', async (t) => {
  const post = await startMailServer(t, {
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? refusal(550) : null),
  })
  const saka = await remindedCampaign(t, {
    post,
    children: [guardian('gone@example.org'), guardian('anna@example.org')],
  })
  const [child] = saka.children
  await saka.remind()
  t.equal(post.mails.length, 1)
  t.match(await saka.messages('&status=refused'), [{ to: 'gone@example.org', channel: 'email' }])
  await saka.remind()
  const list = `/campaigns/${saka.campaign.id}/phone-list`
  t.match((await saka.api.get(list)).json.items, [{ enrollmentId: child.id, why: 'refused' }])
  t.match(await saka.messages('&channel=print'), [{ status: 'listed', enrollmentIds: [child.id] }])
  await saka.api.patch(`/enrollments/${child.id}`, guardian('found@example.org'))
  await saka.remind()
  t.equal(post.mails.at(-1)!.to[0], 'found@example.org', 'a changed address is written to')
  t.same((await saka.api.get(list)).json.items, [])
})

t.test('who presses the link in a mail gets no more, and a mail program may press it too', async (t) => {
  const saka = await remindedCampaign(t, { children: [guardian('anna@example.org')] })
  await saka.remind()
  const mail = await simpleParser(saka.post.mails[0]!.raw)
  const [, link] = /<https:\/\/saka\.example\.org(\/stop\/[^>]+)>/.exec(
    String(mail.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line),
  )!
  const looked = await saka.stranger.get(`/${link}`)
  t.match(looked, { status: 200 })
  t.match(looked.text, '<form method="post">')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  t.match(await saka.stranger.call('POST', `/${link}`, 'List-Unsubscribe=One-Click', form), { status: 200 })
  t.match(await saka.stranger.call('POST', `/${link}`, 'List-Unsubscribe=One-Click', form), { status: 200 })
  t.match(await saka.stranger.get('//stop/nonsense'), { status: 404 })
  saka.clock.set('2023-09-18T14:00:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 1)
  t.same((await saka.api.get(`/campaigns/${saka.campaign.id}/phone-list`)).json.items, [], 'nor is rung up')
})

t.test('when school or window changes, the guardian is told again, once, the next day', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-09T07:00:00.000Z', children: [guardian('anna@example.org')] })
  const [child] = saka.children
  await saka.remind()
  await saka.api.made(`/enrollments/${child.id}/transfer`, { schoolId: saka.schools[1].id })
  await saka.remind()
  t.equal(saka.post.mails.length, 1, 'one message a day')
  saka.clock.set('2023-09-10T07:00:00.000Z')
  await saka.remind()
  await saka.remind()
  t.equal(saka.post.mails.length, 2)
  await saka.api.patch(`/campaigns/${saka.campaign.id}`, { pickupUntil: '2023-10-06' })
  saka.clock.set('2023-09-11T07:00:00.000Z')
  await saka.remind()
  await saka.remind()
  t.equal(saka.post.mails.length, 3)
  const subjects = await subjectsOf(saka.post)
  t.match(subjects, [/σας περιμένει/, /^Διόρθωση/, /^Διόρθωση/])
  saka.clock.set('2023-09-12T07:00:00.000Z')
  await saka.remind()
  t.equal(saka.post.mails.length, 3)
})

t.test(
  'siblings are one family although one form has the telephone alone, also when the other has been served',
  async (t) => {
    const saka = await remindedCampaign(t)
    await saka.receive(10)
    const both = guardian('anna@example.org', { phone: '6902128001' })
    const first = await saka.enroll(saka.school.id, '1', both)
    const second = await saka.enroll(saka.school.id, '2', guardian(null, { phone: '6902128001' }))
    const vouchers = await saka.issue()
    await saka.remind()
    t.match(await saka.messages(), [{ enrollmentIds: [first.id, second.id], to: 'anna@example.org' }])
    const { code } = vouchers.find(({ enrollmentId }) => enrollmentId === first.id)
    t.equal((await saka.api.post('/redemptions', { code, schoolId: saka.school.id, scanId: 'scan-1' })).status, 201)
    saka.clock.set('2023-09-18T14:00:00.000Z')
    await saka.remind()
    t.equal(saka.post.mails.length, 2)
    t.match(await saka.messages('&status=sent'), [{ enrollmentIds: [second.id] }, {}])
    t.same(await saka.messages('&status=cancelled'), [])
  },
)

t.test('who wants none by one telephone is left alone by the other, and nothing is planned in vain', async (t) => {
  const gateway = await startSmsGateway(t)
  const saka = await remindedCampaign(t, {
    env: gateway.env,
    children: [
      guardian('anna@example.org', { phone: '6902128001' }),
      guardian('anna@example.org', { phone: '6902128002' }),
    ],
  })
  await saka.api.made('/message-bounces', { bounces: [{ kind: 'complaint', address: '6902128002' }] })
  await saka.remind()
  await saka.remind()
  t.same(await saka.messages(), [])
  t.equal(gateway.texts.length + saka.post.mails.length, 0)
})

t.test('a mail that comes back marks its address, and the guardian is told by text message the next day', async (t) => {
  const gateway = await startSmsGateway(t)
  const saka = await remindedCampaign(t, {
    env: gateway.env,
    now: '2023-09-11T06:00:00.000Z',
    children: [guardian('gone@example.org', { phone: '6902128001' })],
  })
  await saka.remind()
  const { messageId } = await simpleParser(saka.post.mails[0]!.raw)
  const bounce = { bounces: [{ kind: 'hard', messageId }] }
  t.match(await saka.api.post('/message-bounces', bounce), { status: 200, json: { marked: 1, ignored: 0 } })
  t.match(await saka.api.post('/message-bounces', bounce), { status: 200 })
  t.match(await saka.messages('&channel=email'), [{ status: 'bounced', cause: 'bounced' }])
  await saka.remind()
  t.equal(gateway.texts.length, 0, 'one message a day')
  saka.clock.set('2023-09-12T06:00:00.000Z')
  await saka.remind()
  await saka.remind()
  t.equal(gateway.texts.length, 1)
  t.equal(saka.post.mails.length, 1)
})

t.test('a complaint ends the reminders; a mailbox that is full for a while ends nothing', async (t) => {
  const saka = await remindedCampaign(t, { now: '2023-09-11T06:00:00.000Z' })
  for (const name of ['angry', 'full']) await saka.enroll(saka.school.id, name, guardian(`${name}@example.org`))
  await saka.issue()
  await saka.remind()
  const bounces = [
    { kind: 'complaint', address: ' Angry@Example.org ' },
    { kind: 'soft', address: 'full@example.org' },
    { kind: 'hard', address: 'nobody@example.org' },
    { kind: 'hard' },
  ]
  t.match(await saka.api.post('/message-bounces', { bounces }), { json: { marked: 1, ignored: 3 } })
  saka.clock.set('2023-09-18T14:00:00.000Z')
  await saka.remind()
  t.same(
    saka.post.mails.slice(2).map(({ to }) => to),
    [['full@example.org']],
  )
  t.same(
    (await saka.api.get(`/campaigns/${saka.campaign.id}/phone-list`)).json.items,
    [],
    'nor is the angry one rung up',
  )
  const school = await saka.as({ role: 'school', schoolId: saka.school.id })
  t.equal((await school.post('/message-bounces', { bounces })).status, 403)
})

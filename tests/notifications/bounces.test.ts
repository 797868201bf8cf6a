import { simpleParser } from 'mailparser'
import t from 'tap'
import { remindedCampaign } from '../support/reminders.ts'
import { startSmsGateway } from '../support/sms-gateway.ts'

const guardian = (email: string, phone: string | null = null) => ({
  guardians: [{ name: 'Άννα', email, phone, language: 'el' }],
})

t.test('a mail that comes back marks its address, and the guardian is told by text message the next day', async (t) => {
  const gateway = await startSmsGateway(t)
  const saka = await remindedCampaign(t, { env: gateway.env, now: '2023-09-11T06:00:00.000Z' })
  await saka.enroll(saka.school.id, '1', guardian('gone@example.org', '6902128001'))
  await saka.issue()
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

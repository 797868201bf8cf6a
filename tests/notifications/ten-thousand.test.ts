import t from 'tap'
import { sendMailJob } from '../../jobs/send-messages.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import { generateCode } from '../../src/shared/voucher-code.ts'
import { enrollChildren } from '../support/children.ts'
import { runs } from '../support/long.ts'
import { remindedCampaign } from '../support/reminders.ts'

/** More than are planned in one transaction, several times over. */
const many = runs(3000, 10_000)

t.test(`${many} due at 08:00 are planned once, by two at a time, while others go on working`, async (t) => {
  const saka = await remindedCampaign(t, {
    now: '2023-09-11T05:00:00.000Z',
    env: { MAIL_PER_SECOND: '10' },
    campaign: { targetQuantity: many },
  })
  const { deps, campaign, school, api } = saka
  await enrollChildren(deps, { campaignId: campaign.id, schoolId: school.id, count: many })
  await deps.db.transact(async (tx) => {
    const children = await tx.q.select({ id: tx.t.enrollments.id }).from(tx.t.enrollments)
    const guardians = children.map(({ id }, i) => ({
      enrollmentId: id,
      position: 1,
      email: `parent${i}@example.org`,
      language: 'el',
    }))
    await insertRows(tx, tx.t.guardians, guardians)
    const issuedAt = deps.clock.now()
    const place = { campaignId: campaign.id, schoolId: school.id, issuedAt }
    const vouchers = children.map(({ id }) => ({ ...place, id: deps.newId(), enrollmentId: id, code: generateCode() }))
    await insertRows(tx, tx.t.vouchers, vouchers)
  })
  const planning = Promise.all([saka.plan(), saka.plan()])
  let answered = 0
  const working = (async () => {
    for (let i = 0; i < 20; i++) {
      await api.made('/warehouses', { name: `Αποθήκη ${i}` })
      answered++
    }
  })()
  const [one, two] = await planning
  t.ok(answered > 0, `${answered} commands were answered meanwhile`)
  await working
  t.equal(one.planned + two.planned, many)
  const [, mail] = (await api.get('/jobs')).json.items.filter(({ name }: any) => /plan-reminders|send-mail/.test(name))
  t.match(mail, { name: 'send-mail', tasks: { queued: many } })
  t.equal(sendMailJob.perSecond(deps.config), 10, 'and they go out at the pace of the mail server')
})

import fc from 'fast-check'
import t from 'tap'
import { getCampaign } from '../../src/campaigns/index.ts'
import { systemActor } from '../../src/identity/index.ts'
import { lookAhead, planStep, soonest, type Turn } from '../../src/notifications/messages/planning.ts'
import { defaultPlan } from '../../src/notifications/plan/rules.ts'
import {
  addressKey,
  type Contact,
  mostChildren,
  type Recipient,
  recipientsOf,
  type WaitingVoucher,
} from '../../src/notifications/recipients/rules.ts'
import { recipientsInSlices } from '../../src/notifications/recipients/use-cases.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import { generateCode } from '../../src/shared/voucher-code.ts'
import { type OpenCampaign, openCampaign } from '../support/campaign.ts'
import { runs } from '../support/long.ts'

t.setTimeout(300_000)

/** So many times each: how often they are chosen among others. */
const times = <Value extends string | boolean | null>(count: number, ...values: Value[]) =>
  values.flatMap((value) => Array.from<Value>({ length: count }).fill(value))

/** Of a town with so many families, two telephones to each, now and then with a stranger's, or an office's. */
const guardianOf = (families: number) =>
  fc
    .record({
      family: fc.nat({ max: families - 1 }),
      stranger: fc.nat({ max: families - 1 }),
      emailOf: fc.constantFrom(...times(4, 'family'), ...times(3, 'office'), ...times(6, null)),
      phoneOf: fc.constantFrom(...times(8, 'first', 'second'), 'stranger', 'office', null),
      language: fc.constantFrom('el', 'ar', 'en'),
      consent: fc.boolean(),
    })
    .map(({ family, stranger, emailOf, phoneOf, language, consent }) => {
      const emails = { family: `parent${family}@example.org`, office: 'office@school.example' }
      const phones = {
        first: `+3069021280${10 + family}`,
        second: `+3069021281${10 + family}`,
        stranger: `+3069021280${10 + stranger}`,
        office: '+302104102000',
      }
      const email = emailOf && emails[emailOf as keyof typeof emails]
      return { email, phone: phoneOf && phones[phoneOf as keyof typeof phones], language, consent }
    })
const childOf = (families: number) =>
  fc.record({
    school: fc.nat({ max: 2 }),
    status: fc.constantFrom(...times(4, 'active'), 'transferred', 'withdrawn'),
    voucher: fc.constantFrom(...times(4, 'issued'), 'redeemed', null),
    guardians: fc
      .tuple(fc.array(guardianOf(families), { minLength: 1, maxLength: 2 }), fc.constantFrom(...times(6, true), false))
      .map(([guardians, areKnown]) => (areKnown ? guardians : [])),
  })
type Child = ReturnType<typeof childOf> extends fc.Arbitrary<infer Value> ? Value : never

/**
 * The children of a town. Mostly families have so many that it takes several steps from some to the others, and so few that they are no
 * offices; but also towns of any kind.
 */
const town = fc.oneof(
  { weight: 3, arbitrary: townOf({ families: [5, 12], fewest: 40 }) },
  { weight: 1, arbitrary: townOf({ families: [1, 16], fewest: 0 }) },
)
/** Mostly so few children at a time that those of one family are seldom in one slice. */
const sliceSize = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
)

function townOf({ families: [min, max], fewest }: { families: [number, number]; fewest: number }) {
  const children = (families: number) => fc.array(childOf(families), { minLength: fewest, maxLength: 50, size: 'max' })
  return fc.integer({ min, max }).chain(children)
}

/** A campaign: its turn, and all of its guardians and of its kits that wait. */
interface Town {
  turn: Turn
  recipients: Recipient[]
}

/** Settles these children in a campaign of their own, beside those of the runs before, which have the same addresses. */
async function settle({ deps, schools }: OpenCampaign, children: readonly Child[]): Promise<Town> {
  const { newId, clock, db } = deps
  const createdAt = clock.now()
  const campaignId = newId()
  const settled = children.map((one) => ({ ...one, id: newId(), schoolId: schools[one.school].id }))
  const contacts = settled.flatMap(({ id, guardians }) =>
    guardians.map((one, i): Contact => ({ ...one, enrollmentId: id, position: i + 1 })),
  )
  const vouchers = settled.flatMap(({ id, schoolId, voucher: status }) => {
    const redeemedAt = status === 'redeemed' ? createdAt : null
    const place = { campaignId, enrollmentId: id, schoolId }
    return status ? [{ ...place, id: newId(), code: generateCode(), issuedAt: createdAt, status, redeemedAt }] : []
  })
  const marks = contacts.flatMap(({ email, language }) => (email && language === 'en' ? [email] : []))
  await db.transact(async (tx) => {
    const { q, t } = tx
    const [usual] = await q.select().from(t.campaigns).limit(1)
    await insertRows(tx, t.campaigns, [{ ...usual!, id: campaignId }])
    const enrollments = settled.map(({ id, schoolId, status }) => ({ id, schoolId, status, campaignId, createdAt }))
    await insertRows(
      tx,
      t.enrollments,
      enrollments.map((one, i) => ({ ...one, pupilRef: String(i) })),
    )
    await insertRows(tx, t.guardians, contacts)
    await insertRows(tx, t.vouchers, vouchers)
    await insertRows(
      tx,
      t.contactMarks,
      [...new Set(marks)].map((address, i) => ({
        campaignId,
        addressKey: addressKey(campaignId, address),
        refusal: 'bounced' as const,
        refusedAt: createdAt,
        stoppedAt: i % 2 ? createdAt : null,
      })),
    )
  })
  const active = new Set(settled.filter(({ status }) => status === 'active').map(({ id }) => id))
  const waiting = vouchers.filter(({ status, enrollmentId }) => status === 'issued' && active.has(enrollmentId))
  const plan = defaultPlan(campaignId)
  const step = { step: plan.steps[0]!, dueAt: createdAt, notAfter: '2023-09-20T00:00:00.000Z' }
  const circle = { contacts, offices: officesOf(settled) }
  return {
    turn: { campaign: await getCampaign(db.read, campaignId), plan, step },
    recipients: recipientsOf(campaignId, circle, waiting.map(bare)),
  }
}

const bare = ({ id, enrollmentId, schoolId }: WaitingVoucher): WaitingVoucher => ({ id, enrollmentId, schoolId })

/** The addresses that more than eight children have, counted one by one. */
function officesOf(children: readonly Child[]): Set<string> {
  const staying = children.filter(({ status }) => status !== 'transferred')
  const has = (one: Child, address: string) =>
    one.guardians.some(({ email, phone }) => email === address || phone === address)
  const addresses = staying.flatMap(({ guardians }) =>
    guardians.flatMap(({ email, phone }) => [email ?? [], phone ?? []]),
  )
  return new Set(addresses.flat().filter((one) => staying.filter((child) => has(child, one)).length > mostChildren))
}

const inOrder = (recipients: Recipient[]) => recipients.toSorted((a, b) => (a.key < b.key ? -1 : 1))

async function all<Item>(slices: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const slice of slices) found.push(slice)
  return found
}

t.test('guardians are the same in slices of any size, each once, whatever they share with whom', async (t) => {
  const saka = await openCampaign(t, { schools: 3 })
  const property = fc.asyncProperty(town, sliceSize, async (children, atOnce) => {
    const { turn, recipients } = await settle(saka, children)
    const { campaign } = turn
    const found = (await all(recipientsInSlices(saka.deps.db.read, { campaignId: campaign.id }, atOnce))).flat()
    t.same(inOrder(found), inOrder(recipients))
    const schoolIds = [saka.schools[0].id, saka.schools[2].id]
    const some = { campaignId: campaign.id, schoolIds }
    const theirs = recipients.filter(({ vouchers }) => vouchers.some(({ schoolId }) => schoolIds.includes(schoolId)))
    t.same(inOrder((await all(recipientsInSlices(saka.deps.db.read, some, atOnce))).flat()), inOrder(theirs))
    if (!t.passing()) throw new Error('they are not')
  })
  await fc.assert(property, { numRuns: runs(10, 20), endOnFailure: true })
})

/** A child's form that names one guardian. */
const form = (email: string | null, phone: string | null): Child => ({
  school: 0,
  status: 'active',
  voucher: 'issued',
  guardians: [{ email, phone, language: 'el', consent: true }],
})
const [anna, one, other] = ['anna@example.org', '+306902128001', '+306902128002']
/** The last is found from the first over three addresses. */
const formsOfAnna = [form(null, one), form(anna, one), form(anna, other), form(null, other)]

t.test('a guardian with a telephone alone is the one whose other telephone a third form has alone', async (t) => {
  const saka = await openCampaign(t, { schools: 3 })
  const { turn, recipients } = await settle(saka, formsOfAnna)
  t.match(recipients, { length: 1 })
  const slices = await all(recipientsInSlices(saka.deps.db.read, { campaignId: turn.campaign.id }, 1))
  t.same(slices.flat(), recipients)
})

t.test('an office beside the last of their telephones is not taken for somebody who shares it', async (t) => {
  const saka = await openCampaign(t, { schools: 3 })
  const office = 'office@school.example'
  const others = Array.from({ length: mostChildren }, () => form(office, null))
  const { turn, recipients } = await settle(saka, [...formsOfAnna, form(office, other), ...others])
  t.match(
    recipients.map(({ vouchers }) => vouchers.length),
    [5, ...others.map(() => 1)],
  )
  const slices = await all(recipientsInSlices(saka.deps.db.read, { campaignId: turn.campaign.id }, 1))
  t.same(inOrder(slices.flat()), inOrder(recipients))
})

t.test('what is planned in slices of any size is what is planned in one, and once', async (t) => {
  const saka = await openCampaign(t, { schools: 3, env: { SMTP_URL: 'smtp://127.0.0.1:1' } })
  const { deps } = saka
  const property = fc.asyncProperty(town, sliceSize, async (children, atOnce) => {
    const { turn, recipients } = await settle(saka, children)
    const goesAt = soonest(deps, turn.plan)
    const look = async (size?: number) => {
      const prospects = await all(lookAhead(deps, turn, goesAt, size))
      const said = (recipient: Recipient, what: string) =>
        [recipient.key, what, ...recipient.vouchers.map(({ id }) => id).sort()].join(' ')
      const due = prospects.flatMap((one) => one.due.map(({ recipient, channel }) => said(recipient, channel)))
      const left = prospects.flatMap((one) => one.leftOut.map(({ recipient, because }) => said(recipient, because)))
      return { due: due.sort(), left: left.sort() }
    }
    const before = await look(1000)
    t.same(await look(atOnce), before)
    const [one, two] = await Promise.all([planStep(deps, systemActor, turn), planStep(deps, systemActor, turn)])
    t.equal(one.lookedAt, recipients.length)
    t.equal(one.planned + two.planned, before.due.length)
    const after = await look(1000)
    t.same(after.due, [])
    t.same(await look(atOnce), after)
    if (!t.passing()) throw new Error('it is not')
  })
  await fc.assert(property, { numRuns: runs(10, 20), endOnFailure: true })
})

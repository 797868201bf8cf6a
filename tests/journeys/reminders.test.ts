import t from 'tap'
import { instantAt, timeOfDay } from '../../src/shared/local-time.ts'
import { localDate, plusDays, plusMilliseconds } from '../../src/shared/time.ts'
import { openCampaign } from '../support/campaign.ts'
import { runs } from '../support/long.ts'
import { outsideWorld, seededRandom } from './reminded-town.ts'

const athens = 'Europe/Athens'
const [pickupFrom, pickupUntil] = ['2023-10-23', '2023-11-03']
const children = runs(200, 1500)
const schools = runs(5, 15)
/** Half a minute of work; a machine that does much else needs longer. */
t.setTimeout(600_000)

const seed = Number(process.env.SEED ?? 20231029)

/** A child as the town knows it, whatever the service makes of it. */
interface Child {
  ref: string
  email: string | null
  phone: string | null
  /** Changes when the child moves. */
  enrollmentId: string
  schoolId: string
  collectedAt: string | null
}

/** Families of one to three children in first grade, as they are written down: some by e-mail, some by telephone, some not at all. */
function family(number: number, random: () => number): Pick<Child, 'email' | 'phone'>[] {
  const size = random() < 0.04 ? 2 + Math.floor(random() * 2) : 1
  const email = random() < 0.7 ? `parent${number}@example.org` : null
  const phone = random() < 0.6 ? `+3069${String(10_000_000 + number)}` : null
  return Array.from({ length: size }, (_, i) => {
    // Of one of the siblings the form had the telephone alone.
    const isBrief = i > 0 && email && phone && random() < 0.5
    return { email: isBrief ? null : email, phone }
  })
}

t.test(`a campaign of ${children} children, day by day across the change of the clocks (seed ${seed})`, async (t) => {
  const random = seededRandom(seed)
  const saka = await openCampaign(t, {
    now: instantAt('2023-10-20', '09:00', athens),
    schools,
    // What the world outside stands in for; nobody ever calls there.
    env: {
      SMTP_URL: 'smtp://127.0.0.1:1',
      SMS_GATEWAY_URL: 'http://127.0.0.1:1',
      SMS_GATEWAY_TOKEN: 'token',
    },
    campaign: { pickupFrom, pickupUntil, targetQuantity: children },
  })
  const { api, clock, campaign } = saka
  const world = outsideWorld(saka, random)
  const town = await settle()
  const stoppedAt = new Map<string, string>()
  const codesOf = new Map<string, string>()
  const listedAt: Record<string, Set<string>> = {}
  await rememberCodes()

  for (let day = '2023-10-20'; day <= plusDays(pickupUntil, 1); day = plusDays(day, 1)) {
    world.isMailAway = day === '2023-10-24'
    for (const time of ['07:30', '10:00', '11:00', '12:30', '17:00', '20:55']) {
      clock.set(instantAt(day, time, athens))
      if (time === '11:00' && day >= pickupFrom && day <= pickupUntil) await collect()
      if (time === '12:30' && day >= pickupFrom && day < pickupUntil) await move(2)
      if (time === '12:30') await optOut()
      await world.work()
    }
    listedAt[day] = await phoneList()
  }

  const messages = await all('messages')
  const moved = (await all('enrollments')).filter(({ transferredFromId }) => transferredFromId)
  const cameFrom = new Map<string, string>(moved.map(({ id, transferredFromId }) => [id, transferredFromId]))
  t.ok(world.crashes > children / 75, `the process was killed ${world.crashes} times`)
  t.ok(world.got.length > children, `${world.got.length} messages arrived`)
  await t.test(
    'nobody got the same twice, two on a day, one by night, or one after collecting or asking for none',
    nothingTooMuch,
  )
  await t.test('whoever waited through a step and can be reached was told of it, of all their children', everythingDue)
  await t.test('the printed list has exactly the others', theRest)

  async function settle(): Promise<Child[]> {
    const found: Omit<Child, 'enrollmentId'>[] = []
    for (let number = 0; found.length < children; number++) {
      for (const contacts of family(number, random)) {
        const ref = String(found.length + 1)
        // One school has written its office’s address down for everybody.
        const schoolId = saka.schools[found.length % schools].id
        const isOfficeSchool = found.length % schools === 3 && random() < 0.5
        const office = { email: 'office@school.example', phone: null }
        found.push({ ref, schoolId, collectedAt: null, ...(isOfficeSchool ? office : contacts) })
      }
      const { email, phone } = found.at(-1)!
      if (email && email !== 'office@school.example' && random() < 0.03) world.gone.add(email)
      if (phone && random() < 0.02) world.gone.add(phone)
    }
    const rows = found.map(({ ref, schoolId, email, phone }) => {
      const school = saka.schools.find(({ id }) => id === schoolId)
      return [school.ministryCode, ref, email ?? '', phone ?? '', ref.endsWith('7') ? 'ar' : 'el'].join(';')
    })
    const file = ['schoolCode;pupilRef;guardianEmail;guardianPhone;language', ...rows].join('\n')
    const imported = await api.upload(`/campaigns/${campaign.id}/enrollment-imports`, file)
    if (imported.status !== 200) throw new Error(imported.text.slice(0, 500))
    await api.made(`/campaigns/${campaign.id}/vouchers`)
    const ids = new Map((await all('enrollments')).map(({ pupilRef, id }: any) => [pupilRef, id]))
    return found.map((child) => ({ ...child, enrollmentId: ids.get(child.ref)! }))
  }

  async function all(list: string): Promise<any[]> {
    const { text } = await api.get(`/campaigns/${campaign.id}/${list}`, { accept: 'application/x-ndjson' })
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  async function rememberCodes(): Promise<void> {
    for (const { code, enrollmentId } of await all('vouchers')) codesOf.set(code, enrollmentId)
  }

  /** A seventh of those who wait come, tell at their school, and go home with a kit. */
  async function collect(): Promise<void> {
    const waiting = new Map((await all('vouchers?status=issued')).map((one) => [one.enrollmentId, one]))
    for (const { id: schoolId } of saka.schools) {
      const coming = town.filter((child) => child.schoolId === schoolId && !child.collectedAt && random() < 0.14)
      const scans = coming.map(({ enrollmentId }) => {
        const { code } = waiting.get(enrollmentId)
        return { code, schoolId, scanId: `scan-${enrollmentId}`, collectedBy: 'guardian' }
      })
      if (scans.length === 0) continue
      const { results } = await api.made('/redemption-batches', { scans })
      if (results.some(({ result }: any) => result !== 'accepted')) throw new Error(JSON.stringify(results))
      for (const child of coming) child.collectedAt = clock.now()
    }
  }

  async function move(count: number): Promise<void> {
    const staying = town.filter(({ collectedAt, email }) => !collectedAt && email !== 'office@school.example')
    for (let i = 0; i < count && staying.length > 0; i++) {
      const [child] = staying.splice(Math.floor(random() * staying.length), 1)
      const schoolId = saka.schools.find(({ id }) => id !== child!.schoolId).id
      const moved = await api.made(`/enrollments/${child!.enrollmentId}/transfer`, { schoolId })
      Object.assign(child!, { enrollmentId: moved.id, schoolId })
    }
    await rememberCodes()
  }

  async function optOut(): Promise<void> {
    for (const { to, text } of world.got.filter(() => random() < 0.004)) {
      const link = /\/stop\/[\w-]+/i.exec(text)![0]
      const answer = await saka.stranger.post(`/${link}`)
      if (answer.status !== 200) throw new Error(answer.text)
      const mine = town.filter(({ email, phone }) => email === to || phone === to)
      for (const { email, phone } of mine)
        for (const one of [to, email, phone]) if (one && !stoppedAt.has(one)) stoppedAt.set(one, clock.now())
    }
  }

  async function phoneList(): Promise<Set<string>> {
    return new Set((await all('phone-list')).map(({ enrollmentId }) => enrollmentId))
  }

  async function nothingTooMuch(t: any) {
    const told = new Set<string>()
    const days = new Set<string>()
    const byId = new Map(messages.map((message) => [message.id, message]))
    const faults: string[] = []
    for (const { to, id, text, at } of world.got) {
      const message = byId.get(id)
      const same = [to, message?.step, message?.edition].join()
      const sameDay = [to, localDate(at, athens)].join()
      if (told.has(id) || told.has(same)) faults.push(`${same} twice`)
      if (days.has(sameDay)) faults.push(`${sameDay} two on a day`)
      for (const one of [id, same]) told.add(one)
      days.add(sameDay)
      const time = timeOfDay(at, athens)
      if (time < '08:00' || time >= '21:00') faults.push(`${to} at ${time}`)
      if (at < instantAt('2023-10-21', '10:00', athens) || at >= instantAt(plusDays(pickupUntil, 1), '00:00', athens))
        faults.push(`${to} on ${at}`)
      if ((stoppedAt.get(to) ?? '9') < at) faults.push(`${to} had asked for none`)
      if (!['sent', 'doubtful'].includes(message?.status)) faults.push(`${to} got one that is ${message?.status}`)
      for (const code of text.match(/\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b/g) ?? []) {
        const child = town.find(({ enrollmentId }) => enrollmentId === codesOf.get(code))
        if (child?.collectedAt && child.collectedAt < at) faults.push(`${to} had collected ${code}`)
      }
    }
    t.same(faults, [])
    const doubtful = messages.filter(({ status }) => status === 'doubtful')
    t.ok(doubtful.length > children / 150, `${doubtful.length} are doubtful, and none of them is repeated`)
    t.same(
      messages.filter(({ status }) => status === 'sending'),
      [],
    )
  }

  /** Everybody with the children that wait from `from` to `until`, by the address that the town knows them by. */
  function waitingThrough(until: string): Map<string, Child[]> {
    const families = new Map<string, Child[]>()
    const emailOf = new Map(town.flatMap(({ email, phone }) => (email && phone ? [[phone, email] as const] : [])))
    for (const child of town) {
      if (child.collectedAt && child.collectedAt < until) continue
      const isOffice = child.email === 'office@school.example'
      const name = isOffice
        ? `office ${child.ref}`
        : (child.email ?? emailOf.get(child.phone ?? '') ?? child.phone ?? child.ref)
      families.set(name, [...(families.get(name) ?? []), child])
    }
    return families
  }

  function reachable(family: Child[]): boolean {
    return family.some(
      ({ email, phone }) =>
        (email && email !== 'office@school.example' && !world.gone.has(email)) || (phone && !world.gone.has(phone)),
    )
  }

  function hasStopped(family: Child[], until: string): boolean {
    return family.some(({ email, phone }) => [email, phone].some((one) => one && (stoppedAt.get(one) ?? '9') < until))
  }

  async function everythingDue(t: any) {
    const steps = {
      announcement: instantAt('2023-10-30', '17:00', athens),
      'first-reminder': instantAt('2023-11-01', '10:00', athens),
      'last-days': instantAt(plusDays(pickupUntil, 1), '00:00', athens),
    }
    for (const [step, until] of Object.entries(steps)) {
      const ofStep = messages.filter(
        (message) => message.step === step && ['sent', 'doubtful'].includes(message.status),
      )
      const told = new Map<string, Set<string>>()
      for (const { enrollmentIds, id } of ofStep)
        for (const one of enrollmentIds) told.set(one, (told.get(one) ?? new Set()).add(id))
      const families = [...waitingThrough(until)].filter(
        ([, family]) => reachable(family) && !hasStopped(family, until),
      )
      t.ok(families.length > children / 15, `${step}: ${families.length} families wait through it`)
      const untold = families.filter(([, family]) => {
        const once = family.map(({ enrollmentId }) =>
          earlierOf(enrollmentId).flatMap((id) => [...(told.get(id) ?? [])]),
        )
        return once.some((ids) => ids.length === 0)
      })
      t.same(untold, [], `${step}: each of them was told, of each child`)
    }
  }

  /** The enrollments that a child had before it moved, too. */
  function earlierOf(enrollmentId: string): string[] {
    const all = [enrollmentId]
    for (let from = cameFrom.get(enrollmentId); from; from = cameFrom.get(from)) all.push(from)
    return all
  }

  async function theRest(t: any) {
    const day = pickupUntil
    const until = plusMilliseconds(instantAt(day, '20:55', athens), 1)
    const expected = [...waitingThrough(until).values()]
      .filter((family) => !reachable(family) && !hasStopped(family, until))
      .flatMap((family) => family.map(({ enrollmentId }) => enrollmentId))
    t.ok(expected.length > children / 50, `${expected.length} children`)
    t.same([...listedAt[day]!].sort(), expected.sort())
  }
})

import { showPage } from '../../audit/index.ts'
import { getCampaign } from '../../campaigns/index.ts'
import { type Actor, authorize, schoolsOf } from '../../identity/index.ts'
import type { Id } from '../../shared/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../../shared/page.ts'
import { type ChannelDeps, readStanding } from '../messages/planning.ts'
import type { PastMessage } from '../messages/planning-rules.ts'
import { isLive } from '../messages/rules.ts'
import { getPlan } from '../plan/repository.ts'
import { listContactsOf } from '../recipients/repository.ts'
import { channelsTo, hasStopped, type Reach, type Recipient, whyUnreached } from '../recipients/rules.ts'
import { recipientsInSlices, type Waiting } from '../recipients/use-cases.ts'
import { listWaitingChildren } from './repository.ts'
import { type PhoneListEntry, phoneListSheet } from './sheet.ts'

const personal = {
  by: 'message:read',
  hide: (entry: PhoneListEntry): PhoneListEntry => ({
    ...entry,
    section: null,
    pupilRef: null,
    familyName: null,
    givenName: null,
    guardianName: null,
    phone: null,
    language: null,
  }),
  personal: true,
} as const

/**
 * Whom the school has to tell of a kit that waits, because no message reaches them: by school, section and name. Who asked to
 * be left alone is not on it. School staff see their own school's; who only audits sees pseudonyms until a reason is given.
 * The access is recorded.
 */
export async function readPhoneList(
  deps: ChannelDeps,
  actor: Actor | undefined,
  { campaignId, schoolId }: { campaignId: Id; schoolId?: Id | undefined },
  page: PageQuery,
): Promise<Page<PhoneListEntry>> {
  authorize(actor, 'message:read')
  await getCampaign(deps.db.read, campaignId)
  const only = schoolsOf(actor, 'message:read')
  const schoolIds = schoolId === undefined ? only : [schoolId].filter((id) => only?.includes(id) ?? true)
  const entries = await listUnreached(deps, { campaignId, schoolIds })
  const keyOf = ({ enrollmentId, position }: Entry) => [enrollmentId, position]
  const after = decodeCursor(page.cursor, 2)
  const from = after ? 1 + entries.findIndex((entry) => keyOf(entry).join() === after.join()) : 0
  const some = toPage(entries.slice(from, from + page.limit + 1), page.limit, keyOf)
  const items = some.items.map(({ position: _, ministryCode: _code, ...entry }) => entry)
  const records = page.streamed === 'first' ? entries.length : items.length
  const entry = { event: 'phone_list.read', subjectId: campaignId, campaignId, facts: { schoolId, records } }
  return showPage(deps, actor, { items, nextCursor: some.nextCursor }, page, personal, entry)
}

/** The phone list as a PDF to print. The access is recorded. */
export async function printPhoneList(
  deps: ChannelDeps,
  actor: Actor | undefined,
  chosen: { campaignId: Id; schoolId?: Id | undefined },
): Promise<Buffer> {
  const whole = { limit: Number.MAX_SAFE_INTEGER - 1, streamed: 'first' } as const
  const { items: entries } = await readPhoneList(deps, actor, chosen, whole)
  const campaign = await getCampaign(deps.db.read, chosen.campaignId)
  return phoneListSheet({ campaign, entries, printedAt: deps.clock.now() })
}

async function listUnreached(deps: ChannelDeps, waiting: Waiting): Promise<Entry[]> {
  const { read } = deps.db
  const plan = await getPlan(read, waiting.campaignId)
  const entries: Entry[] = []
  for await (const recipients of recipientsInSlices(read, waiting)) {
    const { reach, pastOf } = await readStanding(deps, plan, recipients)
    const unreached = recipients.flatMap((recipient) => {
      const why = whyListed(recipient, pastOf(recipient.key), reach)
      return why ? recipient.guardians.map((guardian) => ({ ...guardian, why })) : []
    })
    const enrollmentIds = [...new Set(unreached.map(({ enrollmentId }) => enrollmentId))]
    const children = new Map((await listWaitingChildren(read, enrollmentIds)).map((one) => [one.enrollmentId, one]))
    const guardians = new Map((await listContactsOf(read, enrollmentIds)).map((one) => [placeOf(one), one]))
    for (const one of unreached) {
      const child = children.get(one.enrollmentId)
      // A sibling at another school.
      if (!child || !(waiting.schoolIds?.includes(child.schoolId) ?? true)) continue
      const { name = null, phone = null, language = null } = guardians.get(placeOf(one)) ?? {}
      entries.push({ ...child, position: one.position, guardianName: name, phone, language, why: one.why })
    }
  }
  return entries.sort(inOrder)
}

const placeOf = ({ enrollmentId, position }: Pick<Entry, 'enrollmentId' | 'position'>) => `${enrollmentId}/${position}`

/** Why the school has to tell this guardian, if it has to. */
function whyListed(
  recipient: Recipient,
  past: readonly PastMessage[],
  reach: Reach,
): PhoneListEntry['why'] | undefined {
  if (hasStopped(recipient, reach)) return undefined
  const possible = channelsTo(recipient, reach)
  if (possible.length === 0) return whyUnreached(recipient, reach)
  const last = past.at(-1)
  if (!last) return undefined
  const ofLast = past.filter(({ step, edition }) => step === last.step && edition === last.edition)
  const isUnderWay = ofLast.some(({ status }) => isLive(status))
  const isTried = possible.every((channel) => ofLast.some((message) => message.channel === channel))
  return !isUnderWay && isTried ? 'failed' : undefined
}

const { compare } = new Intl.Collator('el', { numeric: true })

/** An entry with what the list is ordered by. */
type Entry = PhoneListEntry & { pupilRef: string; ministryCode: string; position: number }

function inOrder(a: Entry, b: Entry): number {
  return (
    compare(a.ministryCode, b.ministryCode) ||
    compare(a.section ?? '', b.section ?? '') ||
    compare(a.familyName ?? '', b.familyName ?? '') ||
    compare(a.givenName ?? '', b.givenName ?? '') ||
    compare(a.pupilRef, b.pupilRef) ||
    compare(a.enrollmentId, b.enrollmentId) ||
    a.position - b.position
  )
}

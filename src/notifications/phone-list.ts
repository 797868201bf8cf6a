import { showPage } from '../audit/index.ts'
import { getCampaign } from '../campaigns/index.ts'
import type { Deps } from '../deps.ts'
import { type Actor, authorize, schoolsOf } from '../identity/index.ts'
import type { Id } from '../kernel/ids.ts'
import { decodeCursor, type Page, type PageQuery, toPage } from '../kernel/page.ts'
import { isLive } from './message-rules.ts'
import { listGuardianNames, listWaitingChildren } from './phone-list-repository.ts'
import { phoneListSheet } from './phone-list-sheet.ts'
import { getPlan } from './plan-repository.ts'
import { readPast, readReach, readRecipients } from './planning.ts'
import type { PastMessage } from './planning-rules.ts'
import { channelsTo, hasStopped, type Reach, type Recipient, type Unreached, whyUnreached } from './recipient-rules.ts'

/** A guardian whom no message reaches, and a child of theirs whose kit waits. */
export interface PhoneListEntry {
  schoolId: Id
  schoolName: string
  enrollmentId: Id
  section: string | null
  pupilRef: string | null
  familyName: string | null
  givenName: string | null
  guardianName: string | null
  phone: string | null
  language: string | null
  why: Unreached | 'failed'
}

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
 * The look is recorded.
 */
export async function readPhoneList(
  deps: Deps,
  actor: Actor | undefined,
  { campaignId, schoolId }: { campaignId: Id; schoolId?: Id | undefined },
  page: PageQuery,
): Promise<Page<PhoneListEntry>> {
  authorize(actor, 'message:read')
  await getCampaign(deps.db.read, campaignId)
  const only = schoolsOf(actor, 'message:read')
  const entries = await listUnreached(deps, { campaignId, schoolId, only })
  const keyOf = ({ enrollmentId, position }: Entry) => [enrollmentId, position]
  const after = decodeCursor(page.cursor, 2)
  const from = after ? 1 + entries.findIndex((entry) => keyOf(entry).join() === after.join()) : 0
  const some = toPage(entries.slice(from, from + page.limit + 1), page.limit, keyOf)
  const items = some.items.map(({ position: _, ministryCode: _code, ...entry }) => entry)
  const records = page.streamed === 'first' ? entries.length : items.length
  const look = { event: 'phone_list.read', subjectId: campaignId, campaignId, facts: { schoolId, records } }
  return showPage(deps, actor, { items, nextCursor: some.nextCursor }, page, personal, look)
}

/** The phone list as a PDF to print. The look is recorded. */
export async function printPhoneList(
  deps: Deps,
  actor: Actor | undefined,
  chosen: { campaignId: Id; schoolId?: Id | undefined },
): Promise<Buffer> {
  const whole = { limit: Number.MAX_SAFE_INTEGER - 1, streamed: 'first' } as const
  const { items: entries } = await readPhoneList(deps, actor, chosen, whole)
  const campaign = await getCampaign(deps.db.read, chosen.campaignId)
  return phoneListSheet({ campaign, entries, printedAt: deps.clock.now() })
}

interface Scope {
  campaignId: Id
  schoolId?: Id | undefined
  only?: Id[] | undefined
}

async function listUnreached(deps: Deps, scope: Scope): Promise<Entry[]> {
  const { read } = deps.db
  const { campaignId } = scope
  const reach = await readReach(deps, await getPlan(read, campaignId))
  const pastOf = await readPast(deps, campaignId)
  const children = new Map((await listWaitingChildren(read, scope)).map((child) => [child.enrollmentId, child]))
  const names = new Map(
    (await listGuardianNames(read, campaignId)).map((one) => [`${one.enrollmentId}/${one.position}`, one]),
  )
  const entries = (await readRecipients(deps, campaignId)).flatMap((recipient) => {
    const why = whyListed(recipient, pastOf(recipient.key), reach)
    if (!why) return []
    return recipient.guardians.flatMap(({ enrollmentId, position }) => {
      const child = children.get(enrollmentId)
      const guardian = names.get(`${enrollmentId}/${position}`)
      if (!child) return []
      const { name = null, phone = null, language = null } = guardian ?? {}
      return [{ ...child, position, guardianName: name, phone, language, why }]
    })
  })
  return entries.sort(inOrder)
}

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

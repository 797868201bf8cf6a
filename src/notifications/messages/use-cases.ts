import { showPage } from '../../audit/index.ts'
import { getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize, schoolsOf } from '../../identity/index.ts'
import type { Reader } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import type { Page, PageQuery } from '../../shared/page.ts'
import { listContactsOf } from '../recipients/repository.ts'
import { addressKey } from '../recipients/rules.ts'
import { listKeys, listMessages, listNamedEnrollments, type Message, type MessageFilter } from './repository.ts'

/** A message as it is shown: with the children that it is about, and to whom it goes, as far as that is known still. */
export interface ShownMessage extends Omit<Message, 'reference'> {
  enrollmentIds: Id[]
  to: string | null
}

const personal = {
  by: 'message:read',
  hide: (message: ShownMessage): ShownMessage => ({ ...message, to: null, language: null }),
  personal: true,
} as const

/**
 * Messages of a campaign, the newest first. School staff see those about their own children, who only audits sees no address
 * until a reason is given. The access is recorded.
 */
export async function readMessages(
  deps: Deps,
  actor: Actor | undefined,
  filter: MessageFilter,
  page: PageQuery,
): Promise<Page<ShownMessage>> {
  authorize(actor, 'message:read')
  const { read } = deps.db
  const { campaignId, status, channel } = filter
  await getCampaign(read, campaignId)
  const only = schoolsOf(actor, 'message:read')
  const { items, nextCursor } = await listMessages(read, { ...filter, only }, page)
  const shown = await withChildren(read, items, only)
  const entry = { event: 'messages.read', subjectId: campaignId, campaignId, facts: { status, channel } }
  return showPage(deps, actor, { items: shown, nextCursor }, page, personal, entry)
}

async function withChildren(reader: Reader, messages: readonly Message[], only?: Id[]): Promise<ShownMessage[]> {
  const messageIds = messages.map(({ id }) => id)
  const recipientIds = messages.map(({ recipientId }) => recipientId)
  const named = await listNamedEnrollments(reader, messageIds, only)
  const children = named.map(({ enrollmentId }) => enrollmentId)
  const keys = await listKeys(reader, recipientIds)
  const guardians = await listContactsOf(reader, children)
  return messages.map(({ reference: _, ...message }) => {
    const { id, campaignId, recipientId, channel } = message
    const enrollmentIds = named.filter(({ messageId }) => messageId === id).map(({ enrollmentId }) => enrollmentId)
    const isTheirs = (address: string | null) =>
      address !== null && addressKey(campaignId, address) === keys.get(recipientId)
    const theirs = guardians.find(
      ({ enrollmentId, email, phone }) => enrollmentIds.includes(enrollmentId) && (isTheirs(email) || isTheirs(phone)),
    )
    const to = channel === 'print' ? null : ((channel === 'email' ? theirs?.email : theirs?.phone) ?? null)
    return { ...message, enrollmentIds, to }
  })
}

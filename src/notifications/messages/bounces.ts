import type { Static } from 'typebox'
import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import { normalEmail, normalPhone } from '../../platform/contacts.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { listOpenCampaigns } from '../plan/repository.ts'
import { contactOf } from '../recipients/contact.ts'
import { listContactsBy, markRefused, markStopped } from '../recipients/repository.ts'
import { addressKey } from '../recipients/rules.ts'
import type { BouncesSchema } from '../schemas.ts'
import { changeStatus, findLastSent, findMessage, listNamedEnrollments } from './repository.ts'
import { messageIdIn, refusalOf } from './rules.ts'

/** One report about an address, or about a message. */
type Bounce = Static<typeof BouncesSchema>['bounces'][number]

/**
 * Takes in what mail servers and gateways report afterwards. An address that does not exist, or whose owner complains, is not
 * used again in the campaign until it is changed; a complaint ends the reminders. The message that came back has bounced, and
 * another channel is tried. Again changes nothing.
 */
export function takeBounces(
  deps: Deps,
  actor: Actor | undefined,
  bounces: readonly Bounce[],
): Promise<{ marked: number; ignored: number }> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'reminder:write')
    let marked = 0
    for (const bounce of bounces) if (await takeBounce(deps, tx, actor, bounce)) marked++
    return { marked, ignored: bounces.length - marked }
  })
}

async function takeBounce(deps: Deps, tx: Tx, actor: Actor, bounce: Bounce): Promise<boolean> {
  const refusal = refusalOf(bounce.kind)
  if (!refusal) return false
  const at = deps.clock.now()
  const reported = await reportedBy(tx, bounce)
  for (const { campaignId, key, messageId } of reported) {
    await markRefused(tx, { campaignId, addressKey: key, refusal, at })
    if (bounce.kind === 'complaint') await markStopped(tx, { campaignId, addressKey: key, at })
    if (messageId) await changeStatus(tx, messageId, 'bounced', { cause: refusal })
    const change = { campaignId, kind: bounce.kind }
    await recordEvent(deps, tx, actor, 'message.bounced', messageId ?? campaignId, change)
  }
  return reported.length > 0
}

/** An address that a report is about, and the message that came back from it. */
interface Reported {
  campaignId: Id
  key: string
  messageId: Id | undefined
}

async function reportedBy(tx: Tx, { messageId, address }: Bounce): Promise<Reported[]> {
  const id = messageId === undefined ? undefined : messageIdIn(messageId)
  if (id) return reportedMessage(tx, id)
  const contact = address === undefined ? undefined : (normalEmail(address.trim()) ?? normalPhone(address.trim()))
  if (!contact) return []
  const reported: Reported[] = []
  for (const campaignId of await listOpenCampaigns(tx)) {
    const guardians = await listContactsBy(tx, campaignId, contact)
    if (guardians.length === 0) continue
    const addresses = guardians.flatMap(({ email, phone }) => [email ?? [], phone ?? []].flat())
    const keys = [...new Set(addresses)].map((known) => addressKey(campaignId, known))
    const sent = await findLastSent(tx, { campaignId, keys, channel: contact.includes('@') ? 'email' : 'sms' })
    reported.push({ campaignId, key: addressKey(campaignId, contact), messageId: sent?.id })
  }
  return reported
}

async function reportedMessage(tx: Tx, id: Id): Promise<Reported[]> {
  const found = await findMessage(tx, id)
  if (!found) return []
  const { message, recipient } = found
  const named = await listNamedEnrollments(tx, [id])
  const children = named.map(({ enrollmentId }) => enrollmentId)
  const contact = await contactOf(tx, message, recipient, children)
  const { campaignId } = message
  return contact ? [{ campaignId, key: addressKey(campaignId, contact.address), messageId: id }] : []
}

import { recordEvent } from '../audit/index.ts'
import type { Deps } from '../deps.ts'
import { systemActor } from '../identity/index.ts'
import type { Instant } from '../kernel/time.ts'
import type { Tx } from '../schema.ts'
import {
  findRecipientByToken,
  listContacts,
  listWaitingVouchers,
  markStopped,
  type RecipientRow,
} from './recipient-repository.ts'
import { addressKey, recipientsOf } from './recipient-rules.ts'

/** Whether a link that ends reminders is one of ours. */
export async function knowsStopLink({ db }: Deps, token: string): Promise<boolean> {
  return (await findRecipientByToken(db.read, token)) !== undefined
}

/**
 * Ends the reminders of a campaign to the guardian whose link this is, by all addresses of theirs; what waits to be sent is
 * not. False for a link that is none. Twice changes nothing.
 */
export function stopReminders(deps: Deps, token: string): Promise<boolean> {
  return deps.db.transact(async (tx) => {
    const recipient = await findRecipientByToken(tx, token)
    if (!recipient) return false
    const stopped = await stopAll(tx, recipient, deps.clock.now())
    const { id, campaignId } = recipient
    if (stopped) await recordEvent(deps, tx, systemActor, 'reminders.stopped', id, { campaignId })
    return true
  })
}

async function stopAll(tx: Tx, { campaignId, key }: RecipientRow, at: Instant): Promise<boolean> {
  const contacts = await listContacts(tx, campaignId)
  const known = recipientsOf(campaignId, contacts, await listWaitingVouchers(tx, campaignId))
  const theirs = known.find((recipient) => recipient.key === key)
  const addresses = theirs?.addresses ?? []
  const keys = new Set([key, ...addresses.map((address) => addressKey(campaignId, address))])
  let isNew = false
  for (const one of keys) if (await markStopped(tx, { campaignId, addressKey: one, at })) isNew = true
  return isNew
}

import { recordEvent } from '../../audit/index.ts'
import type { Deps } from '../../deps.ts'
import { systemActor } from '../../identity/index.ts'
import type { Tx } from '../../schema.ts'
import type { Instant } from '../../shared/time.ts'
import { findRecipientByToken, markStopped, type RecipientRow } from '../recipients/repository.ts'
import { keysOf } from '../recipients/rules.ts'
import { recipientsAround } from '../recipients/use-cases.ts'
import { listChildrenTold } from './repository.ts'

/** Whether a link that ends reminders is one of ours. */
export async function knowsUnsubscribeLink({ db }: Deps, token: string): Promise<boolean> {
  return (await findRecipientByToken(db.read, token)) !== undefined
}

/**
 * Ends the reminders of a campaign to the guardian whose link this is, by all addresses of theirs; what waits to be sent is
 * not. False for a link that is none. Twice changes nothing.
 */
export function unsubscribe(deps: Deps, token: string): Promise<boolean> {
  return deps.db.transact(async (tx) => {
    const recipient = await findRecipientByToken(tx, token)
    if (!recipient) return false
    const stopped = await stopAll(tx, recipient, deps.clock.now())
    const { id, campaignId } = recipient
    if (stopped) await recordEvent(deps, tx, systemActor, 'reminders.stopped', id, { campaignId })
    return true
  })
}

async function stopAll(tx: Tx, { id, campaignId, key }: RecipientRow, at: Instant): Promise<boolean> {
  const known = await recipientsAround(tx, campaignId, await listChildrenTold(tx, id))
  const theirs = known.find((recipient) => recipient.key === key)
  let isNew = false
  for (const one of theirs ? keysOf(theirs, campaignId) : [key])
    if (await markStopped(tx, { campaignId, addressKey: one, at })) isNew = true
  return isNew
}

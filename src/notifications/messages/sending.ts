import { recordEvent } from '../../audit/index.ts'
import { type Campaign, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { systemActor } from '../../identity/index.ts'
import { isUniqueViolation } from '../../platform/db/index.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed } from '../../platform/delivery.ts'
import { type QueuedTask, GiveUp, mostAttempts, RetryLater } from '../../scheduler/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { type Instant, localDate } from '../../shared/time.ts'
import { formatCode, payloadOf } from '../../vouchers/index.ts'
import { getPlan } from '../plan/repository.ts'
import { endOfPickup, nextDay, outOfQuietHours, secondsUntil } from '../plan/schedule-rules.ts'
import { contactOf } from '../recipients/contact.ts'
import { listMarks, markRefused, type RecipientRow } from '../recipients/repository.ts'
import { addressKey } from '../recipients/rules.ts'
import { type ReminderFacts, renderMail, renderSms } from '../words/render.ts'
import { isOutdated } from './planning-rules.ts'
import {
  findLastTold,
  findMessage,
  listNamedVouchers,
  listOutdated,
  type Message,
  moveMessage,
  type NamedVoucher,
  replaceNamedVouchers,
} from './repository.ts'
import type { About, CancelReason, MessageStatus } from './rules.ts'

/** A message in the moment before it goes out: to whom, and what it says. */
interface Ready {
  message: Message
  address: string
  language: string
  facts: ReminderFacts
}

/** What a look at a message just before its sending says: out with it, not any more, or not yet. */
type Verdict = { send: Ready } | { cancel: CancelReason } | { refuse: 'marked' } | { waitUntil: Instant }

/**
 * Sends one message, if it is still to be sent: not to somebody who has collected, moved or had enough of us, nor after the
 * campaign or by night. That it is being sent is committed before; should the process end there, nobody knows whether it
 * went out, and it is `doubtful` and not sent again. Throws `RetryLater` and `GiveUp` for the runner.
 */
export async function sendMessage(deps: Deps, { payload, attempts }: Pick<QueuedTask, 'payload' | 'attempts'>) {
  const ready = await prepare(deps, String(payload.messageId))
  if (!ready) return
  const handOver = await compose(deps, ready)
  let reference: string | null
  try {
    reference = await handOver()
  } catch (error) {
    return settleFailure(deps, ready, error, attempts >= mostAttempts)
  }
  // What fails from here on, as on a full disk, leaves it as being sent: it is found so, and is doubtful.
  await settle(deps, ready.message, { status: 'sent', reference }, 'message.sent')
}

/** Marks a message as being sent, committed, if it is to be sent; undefined when there is nothing to do. */
async function prepare(deps: Deps, id: Id): Promise<Ready | undefined> {
  const { db, clock, config } = deps
  try {
    const verdict = await db.transact((tx) => decide(deps, tx, id))
    if (verdict && 'waitUntil' in verdict) throw later(verdict.waitUntil, clock.now())
    return verdict && 'send' in verdict ? verdict.send : undefined
  } catch (error) {
    // Another message went to the same guardian today, or takes care of this one: the planning knows more tomorrow.
    if (!isUniqueViolation(error)) throw error
    const found = await findMessage(db.read, id)
    if (found?.message.status !== 'queued') return undefined
    const { quietHours } = await getPlan(db.read, found.message.campaignId)
    throw later(nextDay(clock.now(), quietHours, config.timeZone), clock.now())
  }
}

const later = (then: Instant, now: Instant) =>
  new RetryLater('not before', { afterSeconds: secondsUntil(then, now), isAttempt: false })

async function decide(deps: Deps, tx: Tx, id: Id): Promise<Verdict | undefined> {
  const found = await findMessage(tx, id)
  if (!found) return undefined
  const { message, recipient } = found
  // Whoever began to send it did not come to say how it went.
  if (message.status === 'sending')
    await settleIn(deps, tx, message, { status: 'doubtful', cause: 'interrupted' }, 'message.doubtful')
  if (message.status !== 'queued' && message.status !== 'failed') return undefined
  const verdict = await judge(deps, tx, message, recipient)
  if ('send' in verdict) await markSending(deps, tx, verdict.send)
  if ('cancel' in verdict)
    await settleIn(deps, tx, message, { status: 'cancelled', cause: verdict.cancel }, 'message.cancelled')
  if ('refuse' in verdict)
    await settleIn(deps, tx, message, { status: 'refused', cause: verdict.refuse }, 'message.refused')
  return verdict
}

/** No event of its own: how it went is one. */
async function markSending({ clock, config }: Deps, tx: Tx, { message, facts, language }: Ready): Promise<void> {
  const now = clock.now()
  await moveMessage(tx, message.id, [message.status], {
    status: 'sending',
    about: facts.about,
    cause: null,
    language,
    day: localDate(now, config.timeZone),
    sentAt: now,
    toldFrom: facts.pickupFrom,
    toldUntil: facts.pickupUntil,
  })
}

async function judge(deps: Deps, tx: Tx, message: Message, recipient: RecipientRow): Promise<Verdict> {
  const { clock, config } = deps
  const now = clock.now()
  const { campaignId } = message
  const campaign = await getCampaign(tx, campaignId)
  if (campaign.status !== 'open' || now >= endOfPickup(campaign, config.timeZone)) return { cancel: 'campaign_over' }
  if (now >= message.notAfter) return { cancel: 'superseded' }
  const named = (await listNamedVouchers(tx, message.id)).filter(isWaiting)
  if (named.length === 0) return { cancel: 'collected' }
  const children = named.map(({ voucher }) => voucher.enrollmentId)
  const contact = await contactOf(tx, message, recipient, children)
  if (!contact) return { cancel: 'address_changed' }
  const marks = await listMarks(tx, campaignId, contact.keys)
  if (contact.keys.some((key) => marks.get(key)?.stopped)) return { cancel: 'stopped' }
  if (marks.get(addressKey(campaignId, contact.address))?.refused) return { refuse: 'marked' }
  const corrects = await correctsSomething(tx, message, campaign)
  if (message.edition > 0 && !corrects) return { cancel: 'told_already' }
  const { quietHours } = await getPlan(tx, campaignId)
  const goesAt = outOfQuietHours(now, quietHours, config.timeZone)
  if (goesAt > now) return { waitUntil: goesAt }
  await replaceNamedVouchers(
    tx,
    message.id,
    named.map(({ voucher }) => voucher.id),
  )
  const about = corrects ? 'correction' : message.about
  const facts = factsOf(deps, { about, campaign, named, recipient })
  return { send: { message, address: contact.address, language: contact.language, facts } }
}

const isWaiting = ({ voucher, enrollmentStatus }: NamedVoucher) =>
  voucher.status === 'issued' && enrollmentStatus === 'active'

/** Whether something that the guardian was told before is no longer so. */
async function correctsSomething(tx: Tx, { recipientId }: Message, window: Campaign): Promise<boolean> {
  const told = await findLastTold(tx, recipientId)
  return told !== undefined && isOutdated(told, { window, outdated: await listOutdated(tx, [told.id]) })
}

function factsOf(
  { config }: Deps,
  {
    about,
    campaign,
    named,
    recipient,
  }: { about: About; campaign: Campaign; named: NamedVoucher[]; recipient: RecipientRow },
): ReminderFacts {
  return {
    about,
    pickupFrom: campaign.pickupFrom,
    pickupUntil: campaign.pickupUntil,
    optOutLink: `${config.baseUrl}/stop/${recipient.stopToken}`,
    vouchers: named.map(({ voucher: { code }, givenName, schoolName, schoolAddress }) => ({
      code: formatCode(code),
      payload: payloadOf(config.baseUrl, code),
      link: `${config.baseUrl}/V/${code}`,
      givenName,
      schoolName,
      schoolAddress,
    })),
  }
}

/** Writes the message; answers what gives it to its channel, which answers what the gateway knows it by. */
async function compose(
  deps: Deps,
  { message, address, language, facts }: Ready,
): Promise<() => Promise<string | null>> {
  const { mailer, sms } = deps
  const { id, channel } = message
  try {
    if (channel === 'email') {
      const mail = { to: address, id: `message-${id}`, ...renderMail(language, facts) }
      return async () => {
        if (!mailer) throw new ChannelDown('no mail server is set up')
        await mailer.send(mail)
        return null
      }
    }
    const text = { to: address, id, text: renderSms(language, facts) }
    return async () => {
      if (!sms) throw new ChannelDown('no gateway for text messages is set up')
      return (await sms.send(text)).reference
    }
  } catch (error) {
    await settle(deps, message, { status: 'failed', cause: 'not_written' }, 'message.failed')
    throw new GiveUp(saidBy(error))
  }
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : 'unknown')

async function settleFailure(deps: Deps, { message, address }: Ready, error: unknown, isLastAttempt: boolean) {
  const said = saidBy(error)
  if (error instanceof AddressRefused) {
    await deps.db.transact(async (tx) => {
      const { campaignId } = message
      const mark = { campaignId, addressKey: addressKey(campaignId, address), refusal: 'refused' as const }
      await markRefused(tx, { ...mark, at: deps.clock.now() })
      await settleIn(deps, tx, message, { status: 'refused', cause: said }, 'message.refused')
    })
    return
  }
  const isDown = error instanceof ChannelDown
  // An error that says nothing of the message leaves it in doubt, too.
  if (!isDown && !(error instanceof DeliveryDelayed))
    return settle(deps, message, { status: 'doubtful', cause: said }, 'message.doubtful')
  if (isLastAttempt && !isDown) {
    await settle(deps, message, { status: 'failed', cause: said }, 'message.failed')
    throw new GiveUp(said)
  }
  await deps.db.transact((tx) =>
    moveMessage(tx, message.id, ['sending'], { status: 'queued', cause: said, sentAt: null }),
  )
  const afterSeconds = error.retryAfterSeconds
  throw new RetryLater(said, { pausesJob: isDown, ...(afterSeconds !== undefined && { afterSeconds }) })
}

/** How an attempt at a message ended. */
type Outcome = Pick<Message, 'status'> & Partial<Pick<Message, 'cause' | 'reference'>>

function settle(deps: Deps, message: Message, outcome: Outcome, event: string): Promise<void> {
  return deps.db.transact((tx) => settleIn(deps, tx, message, outcome, event))
}

/** Whoever sent it knows better than whoever took that for interrupted, as a clock that jumps can make it seem. */
const before: Partial<Record<MessageStatus, MessageStatus[]>> = {
  cancelled: ['queued', 'failed'],
  doubtful: ['sending'],
}

async function settleIn(
  deps: Deps,
  tx: Tx,
  { id, campaignId }: Message,
  outcome: Outcome,
  event: string,
): Promise<void> {
  const { status } = outcome
  const keepsDay = status === 'sent' || status === 'doubtful'
  const from = before[status] ?? ['queued', 'sending', 'doubtful', 'failed']
  const moved = await moveMessage(tx, id, from, {
    ...outcome,
    cause: outcome.cause ?? null,
    ...(!keepsDay && { day: null, sentAt: null }),
  })
  if (moved) await recordEvent(deps, tx, systemActor, event, id, { campaignId, cause: outcome.cause ?? null })
}

import { recordEvent } from '../../audit/index.ts'
import { type Campaign, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { systemActor } from '../../identity/index.ts'
import { isUniqueViolation } from '../../platform/db/index.ts'
import { AddressRefused, ChannelDown, DeliveryDelayed } from '../../platform/delivery.ts'
import { GiveUp, mostAttempts, type QueuedTask, RetryLater } from '../../scheduler/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { type Instant, localDate } from '../../shared/time.ts'
import { formatCode, payloadOf } from '../../vouchers/index.ts'
import { getPlan } from '../plan/repository.ts'
import { endOfPickup, nextDay, outOfQuietHours, secondsUntil } from '../plan/schedule-rules.ts'
import { contactOf } from '../recipients/contact.ts'
import { listMarks, markRefused, type RecipientRow } from '../recipients/repository.ts'
import { addressKey } from '../recipients/rules.ts'
import type { ReminderFacts } from '../templates/facts.ts'
import { renderMail, renderSms } from '../templates/render.ts'
import type { ChannelDeps } from './planning.ts'
import { isOutdated } from './planning-rules.ts'
import {
  changeStatus,
  findLastTold,
  findMessage,
  listNamedVouchers,
  listOutdated,
  type Message,
  type NamedVoucher,
  replaceNamedVouchers,
} from './repository.ts'
import type { About, CancelReason, statusesBefore } from './rules.ts'

/** A message in the moment before it goes out: to whom, and what it says. */
interface Ready {
  message: Message
  address: string
  language: string
  facts: ReminderFacts
}

/** What becomes of a message just before its sending: it is sent, no longer, or not yet. */
type Decision = { send: Ready } | { cancel: CancelReason } | { refuse: 'marked' } | { waitUntil: Instant }

/**
 * Sends one message, if it is still to be sent: not to somebody who has collected, moved or had enough of us, nor after the
 * campaign or by night. That it is being sent is committed before; should the process end there, the outcome is unknown: the
 * message is `doubtful` and not sent again. Throws `RetryLater` and `GiveUp` for the runner.
 */
export async function sendMessage(deps: ChannelDeps, { payload, attempts }: Pick<QueuedTask, 'payload' | 'attempts'>) {
  const ready = await prepare(deps, String(payload.messageId))
  if (!ready) return
  const dispatch = await compose(deps, ready)
  let reference: string | null
  try {
    reference = await dispatch()
  } catch (error) {
    return recordFailure(deps, ready, error, attempts >= mostAttempts)
  }
  // A failure from here on, as on a full disk, leaves it `sending`: it is found so, and its outcome is unknown.
  await record(deps, ready.message, 'sent', { reference })
}

/** Marks a message as being sent, committed, if it is to be sent; undefined when there is nothing to do. */
async function prepare(deps: Deps, id: Id): Promise<Ready | undefined> {
  const { db, clock, config } = deps
  try {
    const decision = await db.transact((tx) => begin(deps, tx, id))
    if (decision && 'waitUntil' in decision) throw later(decision.waitUntil, clock.now())
    return decision && 'send' in decision ? decision.send : undefined
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

async function begin(deps: Deps, tx: Tx, id: Id): Promise<Decision | undefined> {
  const found = await findMessage(tx, id)
  if (!found) return undefined
  const { message, recipient } = found
  // The process that began to send it ended before it could record the outcome.
  if (message.status === 'sending') await recordIn(deps, tx, message, 'doubtful', { cause: 'interrupted' })
  if (message.status !== 'queued' && message.status !== 'failed') return undefined
  const decision = await decide(deps, tx, message, recipient)
  if ('send' in decision) await markSending(deps, tx, decision.send)
  if ('cancel' in decision) await recordIn(deps, tx, message, 'cancelled', { cause: decision.cancel })
  if ('refuse' in decision) await recordIn(deps, tx, message, 'refused', { cause: decision.refuse })
  return decision
}

/** Records no event: the outcome is one. */
async function markSending({ clock, config }: Deps, tx: Tx, { message, facts, language }: Ready): Promise<void> {
  const now = clock.now()
  await changeStatus(tx, message.id, 'sending', {
    about: facts.about,
    cause: null,
    language,
    day: localDate(now, config.timeZone),
    sentAt: now,
    toldFrom: facts.pickupFrom,
    toldUntil: facts.pickupUntil,
  })
}

async function decide(deps: Deps, tx: Tx, message: Message, recipient: RecipientRow): Promise<Decision> {
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
  const voucherIds = named.map(({ voucher }) => voucher.id)
  await replaceNamedVouchers(tx, message.id, voucherIds)
  const about = corrects ? 'correction' : message.about
  const facts = factsOf(deps, about, campaign, named, recipient)
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
  about: About,
  { pickupFrom, pickupUntil }: Campaign,
  named: NamedVoucher[],
  { stopToken }: RecipientRow,
): ReminderFacts {
  return {
    about,
    pickupFrom,
    pickupUntil,
    optOutLink: `${config.baseUrl}/stop/${stopToken}`,
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

/** Renders the message; answers what dispatches it over its channel, which answers the gateway's reference. */
async function compose(
  deps: ChannelDeps,
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
    await record(deps, message, 'failed', { cause: 'not_written' })
    throw new GiveUp(saidBy(error))
  }
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 200) : 'unknown')

async function recordFailure(deps: Deps, { message, address }: Ready, error: unknown, isLastAttempt: boolean) {
  const said = saidBy(error)
  if (error instanceof AddressRefused) {
    await deps.db.transact(async (tx) => {
      const { campaignId } = message
      const mark = { campaignId, addressKey: addressKey(campaignId, address), refusal: 'refused' as const }
      await markRefused(tx, { ...mark, at: deps.clock.now() })
      await recordIn(deps, tx, message, 'refused', { cause: said })
    })
    return
  }
  const isDown = error instanceof ChannelDown
  // After an error that says nothing of the message its outcome is unknown, too.
  if (!isDown && !(error instanceof DeliveryDelayed)) return record(deps, message, 'doubtful', { cause: said })
  if (isLastAttempt && !isDown) {
    await record(deps, message, 'failed', { cause: said })
    throw new GiveUp(said)
  }
  await deps.db.transact((tx) => changeStatus(tx, message.id, 'queued', { cause: said, sentAt: null }))
  const afterSeconds = error.retryAfterSeconds
  throw new RetryLater(said, { pausesJob: isDown, ...(afterSeconds !== undefined && { afterSeconds }) })
}

/** How an attempt at a message ended; each is an event. */
type Outcome = Exclude<keyof typeof statusesBefore, 'queued' | 'sending' | 'bounced'>

type Details = Partial<Pick<Message, 'cause' | 'reference'>>

function record(deps: Deps, message: Message, outcome: Outcome, details: Details): Promise<void> {
  return deps.db.transact((tx) => recordIn(deps, tx, message, outcome, details))
}

async function recordIn(
  deps: Deps,
  tx: Tx,
  { id, campaignId }: Message,
  outcome: Outcome,
  { cause = null, ...details }: Details,
): Promise<void> {
  const keepsDay = outcome === 'sent' || outcome === 'doubtful'
  const change = { cause, ...details, ...(!keepsDay && { day: null, sentAt: null }) }
  if (await changeStatus(tx, id, outcome, change))
    await recordEvent(deps, tx, systemActor, `message.${outcome}`, id, { campaignId, cause })
}

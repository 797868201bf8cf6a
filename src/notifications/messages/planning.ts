import { randomBytes } from 'node:crypto'
import { recordEvent } from '../../audit/index.ts'
import { type Campaign, getCampaign } from '../../campaigns/index.ts'
import type { AllDeps, Deps } from '../../deps.ts'
import { type Actor, systemActor } from '../../identity/index.ts'
import { enqueue } from '../../scheduler/index.ts'
import type { Tx } from '../../schema.ts'
import type { Id } from '../../shared/ids.ts'
import { type Instant, type LocalDate, localDate, plusMilliseconds } from '../../shared/time.ts'
import { getPlan, listOpenCampaigns } from '../plan/repository.ts'
import { aboutOf, type Channel, type ReminderPlan } from '../plan/rules.ts'
import {
  endOfPickup,
  outOfQuietHours,
  patienceMilliseconds,
  type ScheduledStep,
  scheduleOf,
  stepInForce,
} from '../plan/schedule-rules.ts'
import { listMarks, putRecipients } from '../recipients/repository.ts'
import { keysOf, type Reach, type Recipient } from '../recipients/rules.ts'
import { recipientsInSlices } from '../recipients/use-cases.ts'
import { type DueMessage, dueMessage, type LeftOut, lastTold, type Outlook } from './planning-rules.ts'
import {
  giveUpWaiting,
  hasMessages,
  insertMessages,
  insertNamedVouchers,
  listMessageStates,
  listOutdated,
  type Message,
  type MessageState,
} from './repository.ts'
import type { About } from './rules.ts'

/** Few enough that others who wait for the writer hardly notice. */
const atOnce = 250

/** The job that sends the messages of a channel. */
const jobOf = (channel: 'email' | 'sms'): string => (channel === 'email' ? 'send-mail' : 'send-sms')

/** What works with the channels: which of them are set up decides what can be planned and sent. */
export type ChannelDeps = Deps & Pick<AllDeps, 'mailer' | 'sms'>

/** How a planning went. */
export interface Planned extends Record<string, number> {
  /** Guardians with something to collect. */
  lookedAt: number
  planned: number
  /** Those for the phone list among them. */
  listed: number
}

/**
 * Plans what is due in every open campaign: the step whose time it is, and the corrections of what was told and is no longer
 * so. Twice, or by two at once, is no more than once: the messages' unique indexes see to that.
 */
export async function planReminders(deps: ChannelDeps, signal?: AbortSignal): Promise<Planned & { givenUp: number }> {
  const counters = { lookedAt: 0, planned: 0, listed: 0, givenUp: 0 }
  for (const campaignId of await listOpenCampaigns(deps.db.read)) {
    if (signal?.aborted) break
    counters.givenUp += await giveUp(deps, campaignId)
    const campaign = await getCampaign(deps.db.read, campaignId)
    const plan = await getPlan(deps.db.read, campaignId)
    const now = deps.clock.now()
    const step = stepInForce(scheduleOf(plan, campaign, deps.config.timeZone), now)
    const planned = await planStep(deps, systemActor, { campaign, plan, step }, signal)
    counters.lookedAt += planned.lookedAt
    counters.planned += planned.planned
    counters.listed += planned.listed
  }
  return counters
}

/** What is planned for: a campaign with its plan, and the step whose turn it is. */
export interface Turn {
  campaign: Campaign
  plan: ReminderPlan
  step: ScheduledStep | undefined
}

/** Plans the messages that `turn` makes due, some hundreds to a transaction. */
export async function planStep(deps: ChannelDeps, actor: Actor, turn: Turn, signal?: AbortSignal): Promise<Planned> {
  const { timeZone } = deps.config
  const counters = { lookedAt: 0, planned: 0, listed: 0 }
  if (turn.campaign.status !== 'open' || deps.clock.now() >= endOfPickup(turn.campaign, timeZone)) return counters
  // Nobody is due anything, and nobody was told anything that could be corrected: no need to read a whole campaign for that.
  if (!turn.step && !(await hasMessages(deps.db.read, turn.campaign.id))) return counters
  const goesAt = soonest(deps, turn.plan)
  for await (const { recipients, due } of lookAhead(deps, turn, goesAt)) {
    if (signal?.aborted) break
    counters.lookedAt += recipients.length
    for (let from = 0; from < due.length; from += atOnce) {
      const some = due.slice(from, from + atOnce)
      const added = await deps.db.transact((tx) => addMessages(deps, tx, actor, turn, goesAt, some))
      counters.planned += added.length
      counters.listed += added.filter(({ channel }) => channel === 'print').length
    }
  }
  return counters
}

/** When a message that is planned now begins to go out. */
export function soonest({ clock, config }: Deps, { quietHours }: Pick<ReminderPlan, 'quietHours'>): Instant {
  return outOfQuietHours(clock.now(), quietHours, config.timeZone)
}

/** What would be planned now, for some of the guardians. */
export interface Prospect {
  recipients: Recipient[]
  due: DueMessage[]
  leftOut: { recipient: Recipient; because: LeftOut }[]
}

/** Looks who is due what that goes out at `goesAt`, some guardians at a time, without changing anything. */
export async function* lookAhead(
  deps: ChannelDeps,
  { campaign, plan, step }: Turn,
  goesAt: Instant,
  childrenAtOnce?: number,
): AsyncGenerator<Prospect> {
  const { read } = deps.db
  const day = localDate(goesAt, deps.config.timeZone)
  for await (const recipients of recipientsInSlices(read, { campaignId: campaign.id }, childrenAtOnce)) {
    const { reach, pastOf } = await readStanding(deps, plan, recipients)
    const told = recipients.flatMap(({ key }) => lastTold(pastOf(key))?.id ?? [])
    const outdated = await listOutdated(read, told)
    const outlook: Outlook = { ...reach, plan, window: campaign, step: step?.step, outdated, day }
    const prospect: Prospect = { recipients, due: [], leftOut: [] }
    for (const recipient of recipients) {
      const answer = dueMessage(recipient, pastOf(recipient.key), outlook)
      if (typeof answer === 'string') prospect.leftOut.push({ recipient, because: answer })
      else prospect.due.push(answer)
    }
    yield prospect
  }
}

/** Reads how these guardians of a campaign stand: by which channels they can be reached, and their earlier messages by their keys. */
export async function readStanding(
  { db, mailer, sms }: ChannelDeps,
  { campaignId, consentRequired }: Pick<ReminderPlan, 'campaignId' | 'consentRequired'>,
  recipients: readonly Recipient[],
) {
  const open = new Set<Channel>([...(mailer ? ['email' as const] : []), ...(sms ? ['sms' as const] : [])])
  const known = recipients.flatMap((recipient) => keysOf(recipient, campaignId))
  const marks = await listMarks(db.read, campaignId, known)
  const past = new Map<string, MessageState[]>(recipients.map(({ key }) => [key, []]))
  for (const message of await listMessageStates(db.read, campaignId, [...past.keys()]))
    past.get(message.key)?.push(message)
  const reach: Reach = { campaignId, consentRequired, open, marks }
  return { reach, pastOf: (key: string) => past.get(key) ?? [] }
}

async function addMessages(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  turn: Turn,
  goesAt: Instant,
  due: readonly DueMessage[],
): Promise<Message[]> {
  const campaignId = turn.campaign.id
  const createdAt = deps.clock.now()
  const recipients = due.map(({ recipient: { key } }) => ({
    id: deps.newId(),
    campaignId,
    key,
    stopToken: newStopToken(),
    createdAt,
  }))
  const ids = await putRecipients(tx, campaignId, recipients)
  const day = localDate(goesAt, deps.config.timeZone)
  const messages = due.map((one) => newMessage(deps, turn, one, ids.get(one.recipient.key)!, day))
  const added = await insertMessages(tx, messages)
  const named = messages.flatMap(({ id }, i) =>
    added.has(id) ? due[i]!.recipient.vouchers.map((voucher) => ({ messageId: id, voucherId: voucher.id })) : [],
  )
  await insertNamedVouchers(tx, named)
  const planned = messages.filter(({ id }) => added.has(id))
  for (const { id, channel } of planned) if (channel !== 'print') await askToSend(deps, tx, id, channel, goesAt)
  if (planned.length > 0) await recordEvent(deps, tx, actor, 'messages.planned', campaignId, figuresOf(planned))
  return planned
}

function figuresOf(planned: readonly Message[]): Record<string, unknown> {
  const steps = [...new Set(planned.map(({ step }) => step))]
  const count = (channel: Channel) => planned.filter((message) => message.channel === channel).length
  return { steps, email: count('email'), sms: count('sms'), print: count('print') }
}

/** Asks for a message to be sent, not before `runAt`. */
function askToSend(deps: Deps, tx: Tx, id: Id, channel: 'email' | 'sms', runAt: Instant): Promise<boolean> {
  return enqueue(deps, tx, { id: `message-${id}`, job: jobOf(channel), payload: { messageId: id }, runAt })
}

/** 72 random bits in twelve letters: every one of them is paid for in a text message. */
const newStopToken = () => randomBytes(9).toString('base64url')

function newMessage(
  { newId, clock, config }: Deps,
  { campaign, step: turn }: Turn,
  { recipient, step, edition, channel }: DueMessage,
  recipientId: Id,
  day: LocalDate,
): Message {
  const isPrinted = channel === 'print'
  const about: About = edition > 0 ? 'correction' : aboutOf(turn!.step)
  return {
    id: newId(),
    campaignId: campaign.id,
    recipientId,
    step,
    edition,
    channel,
    about,
    status: isPrinted ? 'listed' : 'queued',
    cause: null,
    language: recipient.language,
    day: isPrinted ? null : day,
    plannedAt: clock.now(),
    // A correction is worth sending until the end.
    notAfter: edition > 0 || !turn ? endOfPickup(campaign, config.timeZone) : turn.notAfter,
    sentAt: null,
    reference: null,
    toldFrom: null,
    toldUntil: null,
  }
}

/** Gives up what has waited too long for a channel that does not work, so that another can be tried. */
function giveUp(deps: Deps, campaignId: Id): Promise<number> {
  return deps.db.transact(async (tx) => {
    const before = plusMilliseconds(deps.clock.now(), -patienceMilliseconds)
    const messages = await giveUpWaiting(tx, campaignId, before)
    if (messages > 0) await recordEvent(deps, tx, systemActor, 'messages.given_up', campaignId, { messages })
    return messages
  })
}
